#include "lib/message/date.h"

#include <array>
#include <cstdio>

namespace mail::message {
namespace {

// Not strftime's, which follow the locale.
constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string date(std::time_t when) {
    std::tm t{};
    localtime_r(&when, &t);
    const long minutes = t.tm_gmtoff / 60;
    const long distance = minutes < 0 ? -minutes : minutes;
    std::array<char, 80> out{};
    std::snprintf(out.data(), out.size(), "%s, %d %s %d %02d:%02d:%02d %c%02ld%02ld (%s)",
                  days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday, months[static_cast<std::size_t>(t.tm_mon)],
                  t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec, minutes < 0 ? '-' : '+', distance / 60,
                  distance % 60, t.tm_zone);
    return out.data();
}

}  // namespace mail::message
