// The message after DATA, as it comes over the wire: where it ends, dot-unstuffing, line ends. RFC 5321 2.3.8, 4.1.1.4,
// 4.5.2. No I/O.
//
// Only CR LF "." CR LF ends a message, in every mode: what else some server takes for an end is how a second message
// is smuggled inside a first (CVE-2023-51764 and its kin). Bare CR and LF are counted, so that the caller can refuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mail::smtpd {

class BodyReader {
public:
    // Takes what it can of `input`, appending the message with LF line ends to `out`: a bare LF becomes a line end that
    // no "." ends the message after, a bare CR a blank. Gives the number of octets taken: all, unless the end came.
    std::size_t take(std::string_view input, std::string& out);

    [[nodiscard]] bool done() const { return at_ == At::end; }
    [[nodiscard]] std::uint64_t bare_lf() const { return bare_lf_; }
    [[nodiscard]] std::uint64_t bare_cr() const { return bare_cr_; }
    // Octets of the message as SIZE counts them (RFC 1870): with CR LF, without stuffing and without the end.
    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    enum class At { line_start, dot, dot_cr, text, cr, end };

    void bare_cr(std::string& out);
    std::size_t take_text(std::string_view input, std::string& out);

    At at_ = At::line_start;
    std::uint64_t bare_lf_ = 0;
    std::uint64_t bare_cr_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace mail::smtpd
