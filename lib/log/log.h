// The log: one line per event, "session=ID event=NAME key=value ...", to syslog(3) or to stderr. The one door to
// syslog.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "lib/log/events.h"

namespace mail::log {

enum class Destination { syslog, standard_error };

// A key and its value; empty values are left out of the line.
struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, std::integral auto v) : key(k), value(std::to_string(v)) {}
};

// The line as it is written: values with blanks, quotes, control or non-ASCII bytes are quoted, and such
// bytes written as \xHH, so that a line is one line whoever chose the value. Values are cut at 512 bytes.
std::string line(std::string_view session, const Event& event, std::initializer_list<Field> fields);

class Log {
public:
    // Opens the log at once (a jailed process could not). `program` is the syslog identity, as "mayfly/smtpd";
    // `facility` is a name of syslog(3), "mail" when unknown.
    Log(Destination destination, const std::string& program, std::string_view facility = "mail");

    // The session id that each line carries from now on. [0-9A-Za-z.-], at most 32.
    void session(std::string id) { session_ = std::move(id); }
    [[nodiscard]] const std::string& session() const { return session_; }
    [[nodiscard]] Destination destination() const { return destination_; }

    void operator()(const Event& event, std::initializer_list<Field> fields) const;

private:
    Destination destination_;
    std::string program_;
    std::string session_;
};

// Closes syslog's descriptor, in a process that is about to close all it does not know. A new Log opens it again.
void close();

// A new session id: 12 characters, from clock and pid, unique on this host and sorting by time.
std::string new_session_id();

}  // namespace mail::log
