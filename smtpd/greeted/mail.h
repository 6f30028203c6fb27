// MAIL: begins a transaction with the reverse-path. RFC 5321 4.1.1.2; SIZE: RFC 1870; BODY: RFC 6152.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Mail {
    Envelope envelope;

    static Parsed<Mail> parse(std::string_view argument);
    smtp::Reply run(Session& session, const Greeted& greeting) const;
    bool operator==(const Mail&) const = default;
};

}  // namespace mail::smtpd
