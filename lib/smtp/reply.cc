#include "lib/smtp/reply.h"

#include "lib/base/text.h"

namespace mail::smtp {
namespace {

constexpr std::size_t longest_text = 480;

}  // namespace

std::string Reply::wire() const {
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        out += std::to_string(code);
        out += i + 1 < lines.size() ? '-' : ' ';
        if (!enhanced.empty()) out += enhanced + ' ';
        out += text::printable(lines[i], longest_text) + "\r\n";
    }
    return out;
}

std::string Reply::text() const {
    std::string out = std::to_string(code);
    if (!enhanced.empty()) out += ' ' + enhanced;
    if (!lines.empty()) out += ' ' + text::printable(lines.front(), longest_text);
    return out;
}

}  // namespace mail::smtp
