// Starting another program and learning how it ended.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.h"

namespace mail::os {

struct Command {
    std::string program{};                 // its path
    std::vector<std::string> arguments{};  // without the program's name
    // Its descriptors: each `first` becomes `second` in the child. Everything else must be close-on-exec.
    std::vector<std::pair<int, int>> descriptors{};
};

// Starts it without waiting, with this process's environment. A program that can't be started is a failure here.
Result<pid_t> spawn(const Command& command);

// Waits for a child's end: its wait status.
Result<int> wait_for(pid_t child);

// A wait status for the log: "exit 75" or "signal 9".
std::string describe_status(int status);

// The folder of the running program, without a trailing slash.
std::string program_folder();

}  // namespace mail::os
