// RSET: forgets the transaction. RFC 5321 4.1.1.5.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Rset {
    static Parsed<Rset> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Rset&) const = default;
};

}  // namespace mail::smtpd
