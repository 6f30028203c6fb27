// HELP: the commands of this server. RFC 5321 4.1.1.8.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Help {
    // An argument is ignored: there is one page.
    static Parsed<Help> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Help&) const = default;
};

}  // namespace mail::smtpd
