// HELO: the client names itself and wants no extensions. RFC 5321 4.1.1.1.
#pragma once

#include <string>
#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Helo {
    std::string host;

    static Parsed<Helo> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Helo&) const = default;
};

// The argument of HELO and EHLO. Hosts call themselves many things: any printable word is taken, and believed nowhere.
Parsed<std::string> parse_greeting(std::string_view argument);

}  // namespace mail::smtpd
