#include "smtpd/wire/line.h"

#include <catch2/catch.hpp>
#include <ostream>

using namespace mail::smtpd;

namespace mail::smtpd {

std::ostream& operator<<(std::ostream& out, LineStatus status) {
    constexpr const char* names[] = {"complete", "incomplete", "too_long", "bare_lf", "bare_cr", "nul"};
    return out << names[static_cast<int>(status)];
}

}  // namespace mail::smtpd

namespace {

constexpr std::size_t limit = 10;

void check(std::string_view input, LineStatus status, std::string_view text, std::size_t consumed) {
    INFO("input " << input);
    const auto line = first_line(input, limit);
    CHECK(line.status == status);
    CHECK(line.text == text);
    CHECK(line.consumed == consumed);
}

}  // namespace

TEST_CASE("a line ends with CR LF, and what follows is left") {
    check("QUIT\r\n", LineStatus::complete, "QUIT", 6);
    check("A\r\nB\r\n", LineStatus::complete, "A", 3);
    check("\r\n", LineStatus::complete, "", 2);
    check("\r\nA\n", LineStatus::complete, "", 2);
    check("a b\t\xff\r\n", LineStatus::complete, "a b\t\xff", 7);
}

TEST_CASE("without its end a line is incomplete, and nothing is consumed") {
    check("", LineStatus::incomplete, "", 0);
    check("QUIT", LineStatus::incomplete, "", 0);
    check("QUIT\r", LineStatus::incomplete, "", 0);
    check("A\rB", LineStatus::incomplete, "", 0);
    check("0123456789", LineStatus::incomplete, "", 0);
}

TEST_CASE("LF alone is told, with the text, so that a caller may forgive it") {
    check("QUIT\n", LineStatus::bare_lf, "QUIT", 5);
    check("\n", LineStatus::bare_lf, "", 1);
    check("A\nB\r\n", LineStatus::bare_lf, "A", 2);
}

TEST_CASE("a CR inside a line is told, without the text") {
    check("A\rB\r\n", LineStatus::bare_cr, "", 5);
    check("A\r\r\n", LineStatus::bare_cr, "", 4);
    check("\rA\n", LineStatus::bare_cr, "", 3);
    check("\r\r\n", LineStatus::bare_cr, "", 3);
}

TEST_CASE("a NUL is told, without the text") {
    check(std::string_view("A\0B\r\n", 5), LineStatus::nul, "", 5);
    check(std::string_view("\0\n", 2), LineStatus::nul, "", 2);
    check(std::string_view("\r\0\r\n", 4), LineStatus::nul, "", 4);
}

TEST_CASE("a line may be as long as the limit, without its end") {
    check("0123456789\r\n", LineStatus::complete, "0123456789", 12);
    check("0123456789\n", LineStatus::bare_lf, "0123456789", 11);
    check("0123456789x\r\n", LineStatus::too_long, "", 13);
    check("0123456789x\n", LineStatus::too_long, "", 12);
}

TEST_CASE("of a line that is too long, all that came is consumed") {
    check("0123456789xy", LineStatus::too_long, "", 12);
    check("0123456789x\r\nQUIT\r\n", LineStatus::too_long, "", 13);
    check("01234567890123456789\r\n", LineStatus::too_long, "", 22);
}

TEST_CASE("the longest line is taken however it arrives") {
    // Its CR may come in one packet and its LF in the next.
    check("0123456789\r", LineStatus::incomplete, "", 0);
    check("0123456789\rx", LineStatus::too_long, "", 12);
}

TEST_CASE("no line is judged before its end by what it would not be judged by after") {
    for (const std::string input : {"QUIT\r\n", "A\n", "A\rB\r\n", "0123456789\r\n", "0123456789\n", "\r\n"}) {
        for (std::size_t cut = 0; cut < input.size(); ++cut) {
            INFO(input << " cut at " << cut);
            const auto part = first_line(std::string_view(input).substr(0, cut), limit);
            CHECK(part.status == LineStatus::incomplete);
            CHECK(part.consumed == 0);
        }
    }
}
