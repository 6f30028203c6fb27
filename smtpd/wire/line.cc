#include "smtpd/wire/line.h"

namespace mail::smtpd {

Line first_line(std::string_view input, std::size_t limit) {
    const auto end = input.find('\n');
    if (end == std::string_view::npos) {
        // A CR at its end may be the line's: then it does not count.
        const auto length = input.size() - (input.ends_with('\r') ? 1 : 0);
        if (length <= limit) return {};
        return {LineStatus::too_long, {}, input.size()};
    }
    const auto consumed = end + 1;
    const bool has_cr = end > 0 && input[end - 1] == '\r';
    const auto text = input.substr(0, has_cr ? end - 1 : end);
    if (text.size() > limit) return {LineStatus::too_long, {}, consumed};
    if (text.contains('\0')) return {LineStatus::nul, {}, consumed};
    if (text.contains('\r')) return {LineStatus::bare_cr, {}, consumed};
    return {has_cr ? LineStatus::complete : LineStatus::bare_lf, text, consumed};
}

}  // namespace mail::smtpd
