#include "lib/os/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>

using namespace mail;

namespace {

// The wait status of a child that runs `work`.
template <class Work>
int status_of(Work work) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(work());
    const auto status = os::wait_for(child);
    REQUIRE(status);
    return *status;
}

int die_of(int signal) {
    ::signal(signal, SIG_DFL);  // Catch2 has handlers
    return raise(signal);
}

}  // namespace

TEST_CASE("a child's end is told") {
    CHECK(os::describe_status(status_of([] { return 0; })) == "exit 0");
    CHECK(os::describe_status(status_of([] { return 75; })) == "exit 75");
    CHECK(os::describe_status(status_of([] { return die_of(SIGKILL); })) == "signal 9");
}

TEST_CASE("waiting for what is no child is a failure") { CHECK(os::wait_for(1).error().error == ECHILD); }

TEST_CASE("work in a child gives its exit status, and a signal is a failure") {
    int here = 1;
    CHECK(os::run_in_child([&] { return ++here; }) == 2);
    CHECK(here == 1);
    const auto killed = os::run_in_child([] { return die_of(SIGTERM); });
    REQUIRE_FALSE(killed);
    CHECK(killed.error().logged() == "a child process ended by signal 15");
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
}
