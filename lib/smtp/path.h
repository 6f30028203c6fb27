// Mailbox addresses as SMTP writes them: reverse-path and forward-path. RFC 5321 4.1.2, 4.1.3.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/cursor.h"

namespace mail::smtp {

// RFC 5321 4.5.3.1.1 and 4.5.3.1.2 allow a local-part of 64 octets and a domain of 255; list managers and
// forwarders write longer local-parts every day (VERP, SRS), so these are let through.
inline constexpr std::size_t longest_local_part = 255;
inline constexpr std::size_t longest_domain = 255;

struct Address {
    std::string local;   // as meant, without the quotes of a quoted string
    std::string domain;  // "" for a local-part alone; an address literal keeps its brackets

    // As it is written, the local-part quoted where it must be. "" for the null reverse-path.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool is_null() const { return local.empty() && domain.empty(); }
    bool operator==(const Address&) const = default;
};

// "<" [ source-route ":" ] mailbox ">" or, for MAIL, "<>". A source route is read and forgotten (RFC 5321 C).
// Without brackets a bare mailbox is read too, as people type it. Non-ASCII is an error whose text is
// `not_ascii`; other errors latch with a text for the peer.
Address parse_path(Cursor& in, bool may_be_null);

inline constexpr std::string_view not_ascii = "non-ASCII address";

// A mailbox alone, local-part or local-part@domain, as a table or a command line has it.
Address parse_mailbox(Cursor& in);

// A domain name or an address literal, as the argument of HELO and EHLO and after "@".
std::string parse_domain(Cursor& in);

}  // namespace mail::smtp
