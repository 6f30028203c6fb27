#include "lib/message/date.h"

#include <catch2/catch.hpp>
#include <cstdlib>

using mail::message::date;

namespace {

// The time zone of the process, as long as the object is there.
class TimeZone {
public:
    explicit TimeZone(const char* name) {
        if (const char* const set = std::getenv("TZ")) before_ = set;
        setenv("TZ", name, 1);
        tzset();
    }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;
    ~TimeZone() {
        if (before_.empty())
            unsetenv("TZ");
        else
            setenv("TZ", before_.c_str(), 1);
        tzset();
    }

private:
    std::string before_;
};

std::string date_in(const char* zone, std::time_t when) {
    const TimeZone set(zone);
    return date(when);
}

}  // namespace

TEST_CASE("a date has its offset and zone, east and west, in whole and in half hours") {
    constexpr std::time_t when = 1795154940;  // 2026-11-20 06:09:00 UTC
    CHECK(date_in("UTC0", when) == "Fri, 20 Nov 2026 06:09:00 +0000 (UTC)");
    CHECK(date_in("CET-1", when) == "Fri, 20 Nov 2026 07:09:00 +0100 (CET)");
    CHECK(date_in("EST5", when) == "Fri, 20 Nov 2026 01:09:00 -0500 (EST)");
    CHECK(date_in("IST-5:30", when) == "Fri, 20 Nov 2026 11:39:00 +0530 (IST)");
    CHECK(date_in("NST3:30", when) == "Fri, 20 Nov 2026 02:39:00 -0330 (NST)");
    CHECK(date_in("<+1245>-12:45", when) == "Fri, 20 Nov 2026 18:54:00 +1245 (+1245)");
    CHECK(date_in("HALF0:30", when) == "Fri, 20 Nov 2026 05:39:00 -0030 (HALF)");
    CHECK(date_in("<-10>10", when) == "Thu, 19 Nov 2026 20:09:00 -1000 (-10)");
}

TEST_CASE("summer time is the offset of the date, not of today") {
    constexpr auto berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
    CHECK(date_in(berlin, 1782864000) == "Wed, 1 Jul 2026 02:00:00 +0200 (CEST)");
    CHECK(date_in(berlin, 1767225600) == "Thu, 1 Jan 2026 01:00:00 +0100 (CET)");
}

TEST_CASE("names of days and months are the protocol's") {
    constexpr const char* days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    for (int i = 0; i < 7; ++i) CHECK(date_in("UTC0", i * 86400L).starts_with(days[i] + std::string(", ")));
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (int i = 0; i < 12; ++i) {
        const auto middle = date_in("UTC0", (15 + i * 365L / 12) * 86400);
        INFO(middle);
        CHECK(middle.contains(std::string(" ") + months[i] + " 1970 "));
    }
    CHECK(date_in("UTC0", 0) == "Thu, 1 Jan 1970 00:00:00 +0000 (UTC)");
    CHECK(date_in("UTC0", 951782399) == "Mon, 28 Feb 2000 23:59:59 +0000 (UTC)");
    CHECK(date_in("UTC0", 4102444800) == "Fri, 1 Jan 2100 00:00:00 +0000 (UTC)");
}
