#include "lib/os/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>

#include "lib/os/fd.h"
#include "lib/os/file.h"
#include "tests/unit/temporary_folder.h"

using namespace mail;
using test::TemporaryFolder;

namespace {

// The wait status of a shell that runs `script`.
int run(const std::string& script, std::vector<std::pair<int, int>> descriptors = {},
        const std::vector<std::string>& words = {}) {
    os::Command command{.program = "/bin/sh", .arguments = {"-c", script, "sh"}, .descriptors = std::move(descriptors)};
    for (const auto& word : words) command.arguments.push_back(word);
    const auto child = os::spawn(command);
    REQUIRE(child);
    const auto status = os::wait_for(*child);
    REQUIRE(status);
    return *status;
}

}  // namespace

TEST_CASE("a program is started with its arguments, and its end is told") {
    CHECK(os::describe_status(run("exit 0")) == "exit 0");
    CHECK(os::describe_status(run("exit 75")) == "exit 75");
    CHECK(os::describe_status(run("kill -9 $$")) == "signal 9");
    CHECK(run(R"(test $# = 3 && test "$1" = "a b" && test "$2" = "" && test "$3" = '$x"')", {}, {"a b", "", "$x\""}) ==
          0);
}

TEST_CASE("the child has the descriptors that it is given and no others") {
    const TemporaryFolder folder;
    const auto in = os::open(folder.write("in", "content"), O_RDONLY);
    const auto out = os::open(folder.file("out"), O_WRONLY | O_CREAT, 0600);
    REQUIRE(in);
    REQUIRE(out);
    CHECK(run("cat >&7", {{in->get(), 0}, {out->get(), 7}}) == 0);
    CHECK(folder.read("out") == "content");
    const auto closed = "! { true <&" + std::to_string(in->get()) + "; } 2>/dev/null";
    CHECK(run(closed) == 0);
}

TEST_CASE("a descriptor that keeps its number is passed on, too") {
    const TemporaryFolder folder;
    const auto out = os::open(folder.file("out"), O_WRONLY | O_CREAT, 0600);
    REQUIRE(out);
    CHECK(run("echo x >&" + std::to_string(out->get()), {{out->get(), out->get()}}) == 0);
    CHECK(folder.read("out") == "x\n");
    CHECK((fcntl(out->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a program that cannot be started is told at once") {
    const auto missing = os::spawn({.program = "/nonexistent/program"});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().error == ENOENT);
    CHECK(missing.error().logged() == "start /nonexistent/program: No such file or directory");
    CHECK_FALSE(missing.error().text.contains('/'));
    const TemporaryFolder folder;
    CHECK(os::spawn({.program = folder.write("plain", "#!/bin/sh\n", 0644)}).error().error == EACCES);
    CHECK(os::spawn({.program = "/bin/true", .descriptors = {{9999, 0}}}).error().error == EBADF);
    // Nothing of them is left to be waited for.
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}

TEST_CASE("waiting for what is no child is a failure") { CHECK(os::wait_for(1).error().error == ECHILD); }

TEST_CASE("the program's folder is where it lies") {
    CHECK(os::program_folder() == std::filesystem::read_symlink("/proc/self/exe").parent_path().string());
}
