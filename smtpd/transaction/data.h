// DATA: takes the message, delivers it and answers when it is in the mailboxes. RFC 5321 4.1.1.4.
#pragma once

#include <string_view>

#include "smtpd/parsed.h"
#include "smtpd/session.h"

namespace mail::smtpd {

struct Data {
    static Parsed<Data> parse(std::string_view argument);
    smtp::Reply run(Session& session, Transaction& transaction) const;
    bool operator==(const Data&) const = default;
};

}  // namespace mail::smtpd
