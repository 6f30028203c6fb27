// What a delivering process reports to its caller: one line, "delivered|temporary|permanent STATUS TEXT".
#pragma once

#include <string_view>

#include "lib/privsep/messages.h"

namespace mail::privsep {

// The answer that a report amounts to. Whatever is missing or malformed is temporary, so that no message is taken for
// delivered, or given up, by mistake.
Answer read_report(std::string_view report);

}  // namespace mail::privsep
