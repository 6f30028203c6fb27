#include "lib/serve/program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <initializer_list>

using namespace mail;

namespace {

// The exit status of a program that is started with these descriptors closed.
int started_without(std::initializer_list<int> closed, int (*work)(serve::Invocation&)) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        for (const int fd : closed) close(fd);
        char name[] = "program";
        char* arguments[] = {name, nullptr};
        _exit(serve::run(1, arguments, {.name = "program", .usage = "", .summary = "", .main = work}));
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int read_input(serve::Invocation&) {
    char octet = 0;
    return read(STDIN_FILENO, &octet, 1) < 0 ? errno : 0;
}

int write_output(serve::Invocation&) { return write(STDOUT_FILENO, "x", 1) < 0 ? errno : 0; }

int first_new_descriptor(serve::Invocation&) { return dup(STDIN_FILENO); }

}  // namespace

TEST_CASE("a closed input is an error to read, not an empty message") {
    CHECK(started_without({STDIN_FILENO}, read_input) == EBADF);
    CHECK(started_without({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}, read_input) == EBADF);
}

TEST_CASE("a closed output is an error to write, and no file takes its place") {
    CHECK(started_without({STDOUT_FILENO}, write_output) == EBADF);
    CHECK(started_without({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}, write_output) == EBADF);
    CHECK(started_without({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}, first_new_descriptor) > STDERR_FILENO);
}

TEST_CASE("a program hears of its children's ends though its caller ignored them") {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        char name[] = "program";
        char* arguments[] = {name, nullptr};
        _exit(serve::run(1, arguments, {.name = "program", .usage = "", .summary = "", .main = [](serve::Invocation&) {
                                            const pid_t grandchild = fork();
                                            if (grandchild == 0) _exit(7);
                                            int status = 0;
                                            if (waitpid(grandchild, &status, 0) != grandchild) return 1;
                                            return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : 2;
                                        }}));
    }
    std::signal(SIGCHLD, before);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
