#include "lib/log/log.h"

#include <sys/syslog.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "lib/base/text.h"

namespace mail::log {
namespace {

constexpr std::size_t longest_value = 512;

bool plain(char c) { return text::is_ascii(c) && !text::is_control(c) && c != ' ' && c != '"' && c != '\\'; }

void append_value(std::string& out, std::string_view value) {
    value = value.substr(0, longest_value);
    if (!value.empty() && std::ranges::all_of(value, plain)) {
        out += value;
        return;
    }
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (text::is_control(c) || !text::is_ascii(c)) {
            out += "\\x";
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

struct Facility {
    std::string_view name;
    int number;
};

constexpr std::array facilities{
    Facility{"auth", LOG_AUTH},     Facility{"authpriv", LOG_AUTHPRIV}, Facility{"daemon", LOG_DAEMON},
    Facility{"local0", LOG_LOCAL0}, Facility{"local1", LOG_LOCAL1},     Facility{"local2", LOG_LOCAL2},
    Facility{"local3", LOG_LOCAL3}, Facility{"local4", LOG_LOCAL4},     Facility{"local5", LOG_LOCAL5},
    Facility{"local6", LOG_LOCAL6}, Facility{"local7", LOG_LOCAL7},     Facility{"mail", LOG_MAIL},
    Facility{"user", LOG_USER},
};

int facility_number(std::string_view name) {
    const auto* const found = std::ranges::find(facilities, name, &Facility::name);
    return found == facilities.end() ? LOG_MAIL : found->number;
}

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::error: return "error";
        case Severity::warning: return "warning";
        case Severity::notice: return "notice";
        case Severity::info: return "info";
        case Severity::debug: return "debug";
    }
    return "info";
}

}  // namespace

std::string line(std::string_view session, const Event& event, std::initializer_list<Field> fields) {
    std::string out;
    out.reserve(256);
    if (!session.empty()) {
        out += "session=";
        out += session;
        out += ' ';
    }
    out += "event=";
    out += event.name;
    for (const auto& field : fields) {
        if (field.value.empty()) continue;
        out += ' ';
        out += field.key;
        out += '=';
        append_value(out, field.value);
    }
    return out;
}

Log::Log(Destination destination, const std::string& program, std::string_view facility)
    : destination_(destination), program_(program) {
    // syslog(3) keeps the pointer that it is given, so the name must outlive this object.
    static std::string identity;
    identity = program;
    if (destination == Destination::syslog) openlog(identity.c_str(), LOG_PID | LOG_NDELAY, facility_number(facility));
}

void Log::operator()(const Event& event, std::initializer_list<Field> fields) const {
    const auto text = line(session_, event, fields);
    if (destination_ == Destination::syslog) {
        syslog(static_cast<int>(event.severity), "%s", text.c_str());
        return;
    }
    std::string out = program_ + "[" + std::to_string(getpid()) + "]: ";
    out += severity_name(event.severity);
    out += ": " + text + "\n";
    // A log that cannot be written has nobody left to tell.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, out.data(), out.size());
}

void close() { closelog(); }

std::string new_session_id() {
    using namespace std::chrono;
    const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    // 51 bits of microseconds and the pid's low 9 bits: two processes share an id only when they start in
    // the same microsecond with pids 512 apart.
    auto value = (static_cast<std::uint64_t>(now) << 9U) | (static_cast<std::uint64_t>(getpid()) & 511U);
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string id(12, '0');
    for (auto at = id.rbegin(); at != id.rend(); ++at, value >>= 5U) *at = digits[value & 31U];
    return id;
}

}  // namespace mail::log
