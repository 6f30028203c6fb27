// Dates as messages write them. RFC 5322 3.3.
#pragma once

#include <ctime>
#include <string>

namespace mail::message {

// "Fri, 20 Nov 2026 07:09:00 +0100 (CET)" in the local time zone.
std::string date(std::time_t when);

}  // namespace mail::message
