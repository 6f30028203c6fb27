#include "smtpd/spool.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "tests/unit/temporary_folder.h"

using namespace mail;
using smtpd::Spool;
using test::TemporaryFolder;

namespace {

Spool spool_in(const TemporaryFolder& folder, std::uint64_t limit) {
    auto spool = Spool::create(folder.open().get(), limit);
    REQUIRE(spool);
    return std::move(*spool);
}

std::string content(const Spool& spool) {
    struct stat status{};
    REQUIRE(fstat(spool.fd(), &status) == 0);
    std::string all(static_cast<std::size_t>(status.st_size), '\0');
    REQUIRE(pread(spool.fd(), all.data(), all.size(), 0) == status.st_size);
    return all;
}

}  // namespace

TEST_CASE("what is written is in the file, which has no name and is its owner's alone") {
    const TemporaryFolder folder;
    auto spool = spool_in(folder, 0);
    spool.write("Subject: x\n");
    spool.write("");
    spool.write("\nbody\n");
    CHECK(spool.size() == 17);
    REQUIRE(spool.finish());
    CHECK(content(spool) == "Subject: x\n\nbody\n");
    CHECK(std::filesystem::is_empty(folder.path()));
    struct stat status{};
    REQUIRE(fstat(spool.fd(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(S_ISREG(status.st_mode));
    CHECK((fcntl(spool.fd(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((fcntl(spool.fd(), F_GETFL) & O_ACCMODE) == O_RDWR);
}

TEST_CASE("a large message is written whole, however it comes") {
    const TemporaryFolder folder;
    auto spool = spool_in(folder, 0);
    std::string all;
    for (std::size_t i = 0; all.size() < 300000; ++i) {
        const std::string piece(i * 37 % 5000, static_cast<char>('a' + i % 26));
        spool.write(piece);
        all += piece;
    }
    CHECK(spool.size() == all.size());
    REQUIRE(spool.finish());
    CHECK(content(spool) == all);
}

TEST_CASE("past the limit octets are counted and not written") {
    const TemporaryFolder folder;
    auto spool = spool_in(folder, 10);
    spool.write("0123456789");
    CHECK_FALSE(spool.over_limit());
    spool.write("x");
    CHECK(spool.over_limit());
    for (int i = 0; i < 1000; ++i) spool.write(std::string(1000, 'y'));
    CHECK(spool.size() == 1000011);
    CHECK(spool.finish());
    CHECK(content(spool).empty());
}

TEST_CASE("at the limit a message is whole") {
    const TemporaryFolder folder;
    auto spool = spool_in(folder, 10);
    spool.write("0123456789");
    REQUIRE(spool.finish());
    CHECK(content(spool) == "0123456789");
}

TEST_CASE("where no file can be made, it is told with its errno") {
    CHECK(Spool::create(-1, 0).error().error == EBADF);
    // A file system without unnamed files, and without any that a process could make.
    const os::Fd proc(open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto refused = Spool::create(proc.get(), 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Fault::temporary);
    CHECK(refused.error().error != 0);
    CHECK(refused.error().text == "message can't be stored");
}

TEST_CASE("an error of writing is kept, with its errno, and told at the end") {
    const TemporaryFolder folder;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{.rlim_cur = 100000, .rlim_max = 100000};
        setrlimit(RLIMIT_FSIZE, &small);
        auto spool = Spool::create(folder.open().get(), 0);
        if (!spool) _exit(1);
        for (int i = 0; i < 1000; ++i) spool->write(std::string(1000, 'x'));
        const auto finished = spool->finish();
        if (finished) _exit(2);
        if (finished.error().error != EFBIG) _exit(3);
        _exit(spool->size() == 1000000 ? 0 : 4);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(status == 0);
}
