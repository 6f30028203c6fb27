#include "smtpd/wire/body.h"

#include <algorithm>

namespace mail::smtpd {
namespace {

// A step looks this far for a CR and for an LF, so that input full of one of them costs no more than other input.
constexpr std::size_t longest_search = 1024;

}  // namespace

std::size_t BodyReader::take(std::string_view input, std::string& out) {
    std::size_t i = 0;
    while (i < input.size() && !done()) {
        const char c = input[i];
        switch (at_) {
            case At::line_start:
                if (c == '.') ++i;
                at_ = c == '.' ? At::dot : At::text;
                break;
            case At::dot:  // a dot that begins a line is stuffing, or the end
                if (c == '\r') ++i;
                at_ = c == '\r' ? At::dot_cr : At::text;
                break;
            case At::dot_cr:
                if (c == '\n') {
                    ++i;
                    at_ = At::end;
                } else {
                    bare_cr(out);
                }
                break;
            case At::text: i += take_text(input.substr(i), out); break;
            case At::cr:
                if (c == '\n') {
                    ++i;
                    size_ += 2;
                    out += '\n';
                    at_ = At::line_start;
                } else {
                    bare_cr(out);
                }
                break;
            case At::end: break;
        }
    }
    return i;
}

void BodyReader::bare_cr(std::string& out) {
    ++bare_cr_;
    ++size_;
    out += ' ';
    at_ = At::text;
}

// Up to and with the next CR or LF.
std::size_t BodyReader::take_text(std::string_view input, std::string& out) {
    input = input.substr(0, longest_search);
    const auto cr = input.find('\r');
    const auto before_cr = input.substr(0, cr);
    const auto lf = before_cr.find('\n');
    const auto length = std::min(before_cr.size(), lf);
    out += input.substr(0, length);
    size_ += length;
    if (length == input.size()) return length;
    if (lf == std::string_view::npos) {
        at_ = At::cr;
    } else {
        ++bare_lf_;
        ++size_;
        out += '\n';
    }
    return length + 1;
}

}  // namespace mail::smtpd
