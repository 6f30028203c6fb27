// The states of an SMTP session, each with the data that only it has. RFC 5321 4.1.4.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lib/route/resolver.h"
#include "lib/smtp/path.h"

namespace mail::smtpd {

// Before HELO or EHLO.
struct Connected {};

struct Greeted {
    std::string helo{};     // what the client calls itself; "" when it has not said
    bool extended = false;  // by EHLO
};

// What MAIL said.
struct Envelope {
    smtp::Address sender;                 // null for <>
    std::optional<std::uint64_t> size{};  // RFC 1870
    bool eight_bit = false;               // BODY=8BITMIME, RFC 6152

    bool operator==(const Envelope&) const = default;
};

struct Recipient {
    smtp::Address address;                 // as given at RCPT
    std::vector<route::Maildrop> drops{};  // the accounts that it leads to and no earlier recipient did
};

struct Transaction {
    Greeted greeting;
    Envelope envelope;
    std::vector<Recipient> recipients{};
    std::set<route::Maildrop> drops{};  // of all recipients
    std::size_t refused = 0;            // recipients
};

using State = std::variant<Connected, Greeted, Transaction>;

}  // namespace mail::smtpd
