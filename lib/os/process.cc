#include "lib/os/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace mail::os {
namespace {

constexpr auto text = "local error";

}  // namespace

Result<int> wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return std::unexpected(system_failure(text, "wait for a process", errno));
    return status;
}

Result<int> run_in_child(const std::function<int()>& work) {
    const pid_t child = fork();
    if (child < 0) return std::unexpected(system_failure(text, "fork", errno));
    if (child == 0) _exit(work());
    const auto status = wait_for(child);
    if (!status) return std::unexpected(status.error());
    if (WIFEXITED(*status)) return WEXITSTATUS(*status);
    return fail(Fault::temporary, text, "a child process ended by " + describe_status(*status));
}

std::string describe_status(int status) {
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "exit " + std::to_string(WEXITSTATUS(status));
}

}  // namespace mail::os
