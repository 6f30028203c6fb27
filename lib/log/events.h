// Every event that Mayfly logs, in one table. mail-log(5) documents each with its keys; a test holds
// this table, that page and the calls in the code together.
#pragma once

#include <array>
#include <string_view>

namespace mail::log {

// The severities of syslog(3) that are used, with its numbers.
enum class Severity { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

struct Event {
    std::string_view name;
    Severity severity;
    std::string_view keys;  // what may follow it, beside pid and session
};

namespace events {
inline constexpr Event config_error{"config-error", Severity::error, "where problem"};
inline constexpr Event connect{"connect", Severity::info, "client port"};
inline constexpr Event deliver_failed{"deliver-failed", Severity::warning, "user sender status problem"};
inline constexpr Event delivered{"delivered", Severity::info, "user sender size file"};
inline constexpr Event disconnect{"disconnect", Severity::info, "client reason seconds commands errors messages"};
inline constexpr Event fault{"fault", Severity::error, "problem"};
inline constexpr Event jail_partial{"jail-partial", Severity::warning, "missing"};
inline constexpr Event received{"received", Severity::info, "client id sender recipients size bare reply"};
inline constexpr Event recipient_failed{"recipient-failed", Severity::warning, "recipient user reply"};
inline constexpr Event refused{"refused", Severity::notice, "client sender command reply problem"};
inline constexpr Event request_refused{"request-refused", Severity::error, "request problem"};
inline constexpr Event session_died{"session-died", Severity::error, "status"};
inline constexpr Event system_mail{"system-mail", Severity::warning, "user for"};
inline constexpr Event worker_died{"worker-died", Severity::error, "user status"};
}  // namespace events

}  // namespace mail::log
