// SMTP replies: a code, an enhanced status code and text. RFC 5321 4.2, RFC 3463, RFC 2034.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mail::smtp {

struct Reply {
    int code = 0;
    std::string enhanced;            // "2.1.0"; "" where RFC 2034 allows none (banner, HELO, EHLO, 354)
    std::vector<std::string> lines;  // at least one

    Reply() = default;
    Reply(int c, std::string_view status, std::string line) : code(c), enhanced(status), lines{std::move(line)} {}

    // "550-5.1.1 first\r\n550 5.1.1 last\r\n". Control and non-ASCII bytes become '?'; a line is cut so that with its
    // code it stays within the 512 octets of RFC 5321 4.5.3.1.5.
    [[nodiscard]] std::string wire() const;
    // The first line as the log has it, "550 5.1.1 no such user".
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_failure() const { return code >= 400; }
    [[nodiscard]] bool is_temporary() const { return code >= 400 && code < 500; }
    bool operator==(const Reply&) const = default;
};

}  // namespace mail::smtp
