// Command lines: where one ends, and what makes it unacceptable. RFC 5321 2.3.8, 4.1.1, 4.5.3.1.4. No I/O.
#pragma once

#include <cstddef>
#include <string_view>

namespace mail::smtpd {

enum class LineStatus {
    complete,
    incomplete,  // the end has not come yet
    too_long,    // longer than the limit; what was received of it is to be consumed
    bare_lf,     // ends in LF without CR
    bare_cr,     // a CR that ends nothing
    nul,
};

struct Line {
    LineStatus status = LineStatus::incomplete;
    std::string_view text;     // without the line end
    std::size_t consumed = 0;  // octets of the input that it took
};

// The first line of `input`. A line that ends in LF alone is bare_lf with its text, so that a caller may forgive it.
Line first_line(std::string_view input, std::size_t limit);

}  // namespace mail::smtpd
