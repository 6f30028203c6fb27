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

std::string content(const Spool& spool) {
    struct stat status{};
    REQUIRE(fstat(spool.fd(), &status) == 0);
    std::string all(static_cast<std::size_t>(status.st_size), '\0');
    REQUIRE(pread(spool.fd(), all.data(), all.size(), 0) == status.st_size);
    return all;
}

}  // namespace

TEST_CASE("a small message stays in memory, sealed against whoever else has the descriptor") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    Spool spool(in.get(), 0);
    spool.write("Subject: x\n");
    spool.write("");
    spool.write("\nbody\n");
    CHECK(spool.size() == 17);
    REQUIRE(spool.finish());
    CHECK(content(spool) == "Subject: x\n\nbody\n");
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(fcntl(spool.fd(), F_GET_SEALS) == (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
    CHECK(write(spool.fd(), "x", 1) == -1);
    CHECK((fcntl(spool.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("an empty message is a message") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    Spool spool(in.get(), 0);
    REQUIRE(spool.finish());
    CHECK(content(spool).empty());
}

TEST_CASE("a large message is in a file of the folder, which has no name and is its owner's alone") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    Spool spool(in.get(), 0);
    std::string all;
    for (std::size_t i = 0; all.size() < 300000; ++i) {
        const std::string piece(i * 37 % 5000, static_cast<char>('a' + i % 26));
        spool.write(piece);
        all += piece;
    }
    CHECK(spool.size() == all.size());
    REQUIRE(spool.finish());
    CHECK(content(spool) == all);
    CHECK(std::filesystem::is_empty(folder.path()));
    struct stat status{};
    struct stat place{};
    REQUIRE(fstat(spool.fd(), &status) == 0);
    REQUIRE(fstat(in.get(), &place) == 0);
    CHECK(status.st_dev == place.st_dev);
    CHECK(S_ISREG(status.st_mode));
    CHECK((status.st_mode & 07777) == 0600);
    CHECK((fcntl(spool.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("around the size that memory holds a message is whole") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    for (const std::size_t size : {Spool::memory - 1, Spool::memory, Spool::memory + 1, 2 * Spool::memory + 1}) {
        for (const std::size_t step : {size, std::size_t{1000}}) {
            INFO(size << " octets, " << step << " at once");
            std::string all;
            for (std::size_t i = 0; i < size; ++i) all += static_cast<char>('a' + i % 23);
            Spool spool(in.get(), 0);
            for (std::size_t at = 0; at < size; at += step) spool.write(std::string_view(all).substr(at, step));
            REQUIRE(spool.finish());
            CHECK(content(spool) == all);
        }
    }
}

TEST_CASE("past the limit octets are counted and not kept") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    Spool spool(in.get(), 10);
    spool.write("0123456789");
    CHECK_FALSE(spool.over_limit());
    spool.write("x");
    CHECK(spool.over_limit());
    for (int i = 0; i < 1000; ++i) spool.write(std::string(1000, 'y'));
    CHECK(spool.size() == 1000011);
    CHECK(spool.finish());
    CHECK(spool.fd() == -1);
}

TEST_CASE("at the limit a message is whole") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    Spool spool(in.get(), 10);
    spool.write("0123456789");
    REQUIRE(spool.finish());
    CHECK_FALSE(spool.over_limit());
    CHECK(content(spool) == "0123456789");
}

TEST_CASE("where no file can be made, it is told at the end with its errno") {
    // /proc has neither unnamed files nor any that a process could make.
    const os::Fd proc(open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (const int folder : {-1, proc.get()}) {
        Spool spool(folder, 0);
        for (int i = 0; i < 100; ++i) spool.write(std::string(10000, 'x'));
        const auto finished = spool.finish();
        REQUIRE_FALSE(finished);
        CHECK(finished.error().kind == Fault::temporary);
        CHECK(finished.error().error != 0);
        CHECK(finished.error().text == "message can't be stored");
        CHECK(spool.size() == 1000000);
    }
}

TEST_CASE("an error of writing is kept, with its errno, and told at the end") {
    const TemporaryFolder folder;
    const auto in = folder.open();
    // What fits in memory and what does not: both meet the limit of this process.
    for (const int pieces : {50, 1000}) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit small{.rlim_cur = 30000, .rlim_max = 30000};
            setrlimit(RLIMIT_FSIZE, &small);
            Spool spool(in.get(), 0);
            for (int i = 0; i < pieces; ++i) spool.write(std::string(1000, 'x'));
            const auto finished = spool.finish();
            if (finished) _exit(2);
            if (finished.error().error != EFBIG) _exit(3);
            _exit(spool.size() == static_cast<std::uint64_t>(pieces) * 1000 ? 0 : 4);
        }
        int status = -1;
        waitpid(child, &status, 0);
        INFO(pieces << " pieces");
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
    }
}
