#include "lib/os/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace mail::os {

Result<pid_t> spawn(const Command& command) {
    std::vector<char*> argv{const_cast<char*>(command.program.c_str())};
    for (const auto& argument : command.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    for (const auto& [from, to] : command.descriptors)
        if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, from, to);
    pid_t child = -1;
    if (error == 0) error = posix_spawn(&child, command.program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return std::unexpected(system_failure("local program not available", "start " + command.program, error));
    return child;
}

Result<int> wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return std::unexpected(system_failure("local error", "wait for a process", errno));
    return status;
}

std::string describe_status(int status) {
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "exit " + std::to_string(WEXITSTATUS(status));
}

std::string program_folder() {
    std::string path(PATH_MAX, '\0');
    const ssize_t n = readlink("/proc/self/exe", path.data(), path.size());
    if (n <= 0) return ".";
    path.resize(static_cast<std::size_t>(n));
    return path.substr(0, path.rfind('/'));
}

}  // namespace mail::os
