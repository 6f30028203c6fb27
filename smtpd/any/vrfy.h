// VRFY: would mail for this address be taken? RFC 5321 4.1.1.6, 7.3; disable_vrfy_command turns it off.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Vrfy {
    smtp::Address address;

    // With or without angle brackets; a name alone is one of this host.
    static Parsed<Vrfy> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Vrfy&) const = default;
};

}  // namespace mail::smtpd
