// What deliver reports to its caller: one line, "delivered|temporary|permanent STATUS TEXT", and an exit status.
#pragma once

#include <string_view>

#include "lib/privsep/messages.h"

namespace mail::privsep {

inline constexpr std::size_t longest_report = 512;

// The answer that a report and a wait status amount to. The two must agree: a "delivered" counts only with exit
// status 0, and whatever is missing or malformed is temporary, so that no message is taken for delivered by mistake.
Answer read_report(std::string_view report, int wait_status);

}  // namespace mail::privsep
