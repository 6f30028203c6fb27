// Small operations on text that the standard library lacks. ASCII only: protocols compare in ASCII,
// whatever the locale.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mail::text {

constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

std::string lower(std::string_view s);
std::string upper(std::string_view s);

// Equal without regard to ASCII case.
bool iequals(std::string_view a, std::string_view b);

// Without blanks (SP, HT, CR, LF) at both ends.
std::string_view trim(std::string_view s);

// The words of `s`, separated by any of `separators`; empty words are left out.
std::vector<std::string_view> split(std::string_view s, std::string_view separators);

// The whole of `s` as a decimal number; nothing when it is not one or does not fit.
template <std::integral N>
std::optional<N> number(std::string_view s) {
    N value{};
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (error != std::errc{} || end != s.data() + s.size() || s.empty()) return std::nullopt;
    return value;
}

// Printable ASCII for a log or a reply: anything else becomes '?', and the text is cut at `limit` bytes.
std::string printable(std::string_view s, std::size_t limit = 256);

}  // namespace mail::text
