// EHLO: the client names itself and asks what this server can. RFC 5321 4.1.1.1, 2.2.
#pragma once

#include <string>
#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Ehlo {
    std::string host;

    static Parsed<Ehlo> parse(std::string_view argument);
    smtp::Reply run(Session& session) const;
    bool operator==(const Ehlo&) const = default;
};

}  // namespace mail::smtpd
