// NOOP: does nothing. RFC 5321 4.1.1.9.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Noop {
    // An argument is ignored.
    static Parsed<Noop> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Noop&) const = default;
};

}  // namespace mail::smtpd
