#include "lib/base/text.h"

#include <catch2/catch.hpp>
#include <cstdint>

using namespace mail;
using Words = std::vector<std::string_view>;

TEST_CASE("characters are classified as ASCII, whatever the sign of char") {
    for (int i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        INFO("character " << i);
        const bool small = i >= 'a' && i <= 'z';
        const bool large = i >= 'A' && i <= 'Z';
        CHECK(text::is_alpha(c) == (small || large));
        CHECK(text::is_digit(c) == (i >= '0' && i <= '9'));
        CHECK(text::is_space(c) == (i == ' ' || i == '\t'));
        CHECK(text::is_control(c) == (i < 32 || i == 127));
        CHECK(text::is_ascii(c) == (i < 128));
        CHECK(text::lower(c) == static_cast<char>(large ? i + 32 : i));
        CHECK(text::upper(c) == static_cast<char>(small ? i - 32 : i));
    }
}

TEST_CASE("case is changed and ignored in ASCII only") {
    CHECK(text::lower("RCPT to:<\xc4>") == "rcpt to:<\xc4>");
    CHECK(text::upper("rcpt To:<\xe4>") == "RCPT TO:<\xe4>");
    CHECK(text::iequals("", ""));
    CHECK(text::iequals("Root", "rOOT"));
    CHECK_FALSE(text::iequals("root", "root "));
    CHECK_FALSE(text::iequals("root", "roo"));
    CHECK_FALSE(text::iequals("\xc4", "\xe4"));
    CHECK_FALSE(text::iequals("[", "{"));
}

TEST_CASE("trim takes blanks and line ends off both ends") {
    CHECK(text::trim("") == "");
    CHECK(text::trim(" \t\r\n") == "");
    CHECK(text::trim("\t a b \r\n") == "a b");
    CHECK(text::trim("a") == "a");
    CHECK(text::trim("\va") == "\va");
}

TEST_CASE("split gives words, never empty ones") {
    CHECK(text::split("", " ").empty());
    CHECK(text::split("   ", " ").empty());
    CHECK(text::split("a", " ") == Words{"a"});
    CHECK(text::split(" a  b\tc ", " \t") == Words{"a", "b", "c"});
    CHECK(text::split("a, b,,c", ",") == Words{"a", " b", "c"});
}

TEST_CASE("a number is the whole text, in decimal, and fits") {
    CHECK(text::number<int>("0") == 0);
    CHECK(text::number<int>("007") == 7);
    CHECK(text::number<int>("-12") == -12);
    CHECK(text::number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    CHECK(text::number<std::uint8_t>("255") == 255);
    for (const auto* bad : {"", " 1", "1 ", "+1", "0x1", "1.0", "1e3", "a", "-", "18446744073709551616", "-1"}) {
        INFO(bad);
        CHECK_FALSE(text::number<std::uint64_t>(bad));
    }
    CHECK_FALSE(text::number<std::uint8_t>("256"));
}

TEST_CASE("printable text has nothing else, and is bounded") {
    CHECK(text::printable("a b~!") == "a b~!");
    CHECK(text::printable("a\r\nb\tc\x7f\xc3\xa9") == "a??b?c???");
    CHECK(text::printable(std::string_view("a\0b", 3)) == "a?b");
    CHECK(text::printable("abcdef", 4) == "abcd");
    CHECK(text::printable(std::string(1000, 'x')).size() == 256);
}
