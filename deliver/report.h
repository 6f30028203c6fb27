// What deliver tells its caller: one line a user, on stderr for people or on --status-fd for programs.
#pragma once

#include <optional>
#include <string>

#include "lib/store/outcome.h"

namespace mail::deliver {

// "deliver: user1: 4.3.1 mail system full: write ...: No space left on device\n", at most 512 bytes.
std::string people_line(const std::string& user, store::Outcome outcome, const std::string& detail);

// Writes the one or, for failures only, the other.
void report(std::optional<int> status_fd, const std::string& user, store::Outcome outcome, const std::string& detail);

}  // namespace mail::deliver
