#include "lib/os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>

#include "lib/os/dir.h"
#include "tests/unit/temporary_folder.h"

using namespace mail;
using test::TemporaryFolder;

TEST_CASE("a file is read whole, up to and including the limit") {
    const TemporaryFolder folder;
    CHECK(os::read_file(folder.write("empty", ""), 0) == "");
    const std::string five("a\0\r\nb", 5);
    CHECK(os::read_file(folder.write("five", five), 5) == five);
    // Around the size of one read.
    for (const std::size_t size : {16383, 16384, 16385, 100000}) {
        INFO(size);
        const std::string content(size, 'x');
        CHECK(os::read_file(folder.write("big", content), size) == content);
        const auto over = os::read_file(folder.file("big"), size - 1);
        REQUIRE_FALSE(over);
        CHECK(over.error().kind == Fault::permanent);
        CHECK(over.error().logged() == folder.file("big") + ": larger than " + std::to_string(size - 1) + " bytes");
    }
}

TEST_CASE("what cannot be read is told with its path and errno") {
    const TemporaryFolder folder;
    const auto missing = os::read_file(folder.file("missing"), 10);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().error == ENOENT);
    CHECK(missing.error().logged() == "open " + folder.file("missing") + ": No such file or directory");
    CHECK_FALSE(missing.error().text.contains('/'));
    CHECK(os::read_file(folder.path(), 10).error().error == EISDIR);
    CHECK(os::read_file(folder.write("file", "") + "/x", 10).error().error == ENOTDIR);
}

TEST_CASE("a file that never ends stops at the limit") {
    CHECK(os::read_file("/dev/zero", 1000).error().kind == Fault::permanent);
}

TEST_CASE("writing reports a full disk, a closed pipe and a bad descriptor") {
    const auto full = os::open("/dev/full", O_WRONLY);
    REQUIRE(full);
    const auto written = os::write_all(full->get(), "x", "a file");
    REQUIRE_FALSE(written);
    CHECK(written.error().error == ENOSPC);
    CHECK(written.error().kind == Fault::temporary);
    CHECK(written.error().logged() == "write a file: No space left on device");
    CHECK(os::write_all(full->get(), "", "a file"));

    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const os::Fd out(ends[1]);
    close(ends[0]);
    CHECK(os::write_all(out.get(), "x", "p").error().error == EPIPE);
    std::signal(SIGPIPE, SIG_DFL);
    CHECK(os::write_all(-1, "x", "p").error().error == EBADF);
}

TEST_CASE("a write that the kernel takes in parts is finished") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const os::Fd in(ends[0]);
    os::Fd out(ends[1]);
    const std::string data(300000, 'x');
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(os::write_all(out.get(), data, "p") ? 0 : 1);
    out.reset();
    std::string got;
    std::array<char, 777> buffer{};
    for (;;) {
        const auto n = os::read_some(in.get(), buffer, "p");
        REQUIRE(n);
        if (*n == 0) break;
        got.append(buffer.data(), *n);
    }
    CHECK(got == data);
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("reading reports its errors and the end") {
    std::array<char, 4> buffer{};
    CHECK(os::read_some(-1, buffer, "x").error().logged() == "read x: Bad file descriptor");
    const auto null = os::open("/dev/null", O_RDONLY);
    CHECK(os::read_some(null->get(), buffer, "x") == 0U);
}

TEST_CASE("what is opened is closed on exec and by its owner") {
    const TemporaryFolder folder;
    int number = -1;
    {
        auto fd = os::open(folder.file("new"), O_WRONLY | O_CREAT | O_EXCL, 0600);
        REQUIRE(fd);
        number = fd->get();
        CHECK((fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
        struct stat status{};
        REQUIRE(fstat(number, &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
        os::Fd other = std::move(*fd);
        CHECK(other.get() == number);
        CHECK_FALSE(*fd);
        *fd = std::move(other);
        CHECK(fd->get() == number);
        CHECK(os::open(folder.file("new"), O_WRONLY | O_CREAT | O_EXCL, 0600).error().error == EEXIST);
    }
    CHECK(fcntl(number, F_GETFD) == -1);
}

TEST_CASE("closing and syncing report") {
    CHECK(os::close(os::Fd(), "x").error().logged() == "close x: Bad file descriptor");
    const TemporaryFolder folder;
    CHECK(os::close(std::move(*os::open(folder.write("f", ""), O_WRONLY)), "f"));
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const os::Fd in(ends[0]);
    const os::Fd out(ends[1]);
    CHECK(os::sync(out.get(), "a pipe").error().error == EINVAL);
    CHECK(os::sync(os::open(folder.file("f"), O_WRONLY)->get(), "f"));
}

TEST_CASE("folders are made once, opened and synced") {
    const TemporaryFolder folder;
    CHECK(os::make_folder(folder.file("a"), 0700));
    CHECK(os::make_folder(folder.file("a"), 0700));
    CHECK(os::make_folder(folder.file("b/c"), 0700).error().error == ENOENT);
    CHECK(os::sync_folder(folder.file("a")));
    CHECK(os::sync_folder(folder.file("b")).error().error == ENOENT);
    CHECK(os::open_folder(folder.file("a")));
    CHECK(os::open_folder(folder.write("file", "")).error().error == ENOTDIR);
}
