// Child processes: how they ended.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "lib/base/result.h"

namespace mail::os {

// Waits for a child's end: its wait status.
Result<int> wait_for(pid_t child);

// Runs `work` in a child and waits for it: the exit status that it gave. A child that a signal ended is a failure.
Result<int> run_in_child(const std::function<int()>& work);

// A wait status for the log: "exit 75" or "signal 9".
std::string describe_status(int status);

}  // namespace mail::os
