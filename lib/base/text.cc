#include "lib/base/text.h"

#include <algorithm>

namespace mail::text {

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out) c = lower(c);
    return out;
}

std::string upper(std::string_view s) {
    std::string out(s);
    for (char& c : out) c = upper(c);
    return out;
}

bool iequals(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view s) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = s.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view s, std::string_view separators) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; (at = s.find_first_not_of(separators, at)) != std::string_view::npos;) {
        const auto end = std::min(s.find_first_of(separators, at), s.size());
        words.push_back(s.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string printable(std::string_view s, std::size_t limit) {
    std::string out(s.substr(0, limit));
    for (char& c : out)
        if (is_control(c) || !is_ascii(c)) c = '?';
    return out;
}

}  // namespace mail::text
