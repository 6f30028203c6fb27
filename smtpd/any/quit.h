// QUIT: ends the session; a transaction under way is forgotten. RFC 5321 4.1.1.10.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Quit {
    // An argument is ignored: the client is leaving anyway.
    static Parsed<Quit> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Quit&) const = default;
};

}  // namespace mail::smtpd
