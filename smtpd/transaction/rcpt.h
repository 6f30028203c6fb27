// RCPT: adds a recipient. RFC 5321 4.1.1.3, 4.5.3.1.8. Who is unknown is refused here; nothing is relayed.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Rcpt {
    smtp::Address recipient;

    static Parsed<Rcpt> parse(std::string_view argument);
    smtp::Reply run(Session& session, Transaction& transaction) const;
    bool operator==(const Rcpt&) const = default;
};

}  // namespace mail::smtpd
