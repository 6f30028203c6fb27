#include "lib/store/maildir_name.h"

#include <catch2/catch.hpp>

using namespace mail::store;
using std::chrono::microseconds;

TEST_CASE("a Maildir name has time, pid, count and host") {
    CHECK(MaildirName{microseconds(1700000000'000042), 7, 1, "mail.example.test"}.text() ==
          "1700000000.M42P7Q1.mail.example.test");
    CHECK(MaildirName{microseconds(0), 1, 20, "h"}.text() == "0.M0P1Q20.h");
}

TEST_CASE("a host's characters that mean something in a Maildir are escaped") {
    const auto host = [](std::string_view name) { return MaildirName{microseconds(0), 1, 1, name}.text().substr(9); };
    CHECK(host("a/b") == "a\\057b");
    CHECK(host("a:2,S") == "a\\0722\\054S");
    CHECK(host("../../x") == "..\\057..\\057x");
}

TEST_CASE("W counts a CR for each LF that has none, wherever the message is cut") {
    const auto sizes = [](std::initializer_list<std::string_view> pieces) {
        MessageSizes counted;
        for (const auto piece : pieces) counted.add(piece);
        return counted.text();
    };
    CHECK(sizes({}) == ",S=0,W=0");
    CHECK(sizes({"a\nb\n"}) == ",S=4,W=6");
    CHECK(sizes({"a\n", "", "\n"}) == ",S=3,W=5");
    CHECK(sizes({"a\r\nb\n"}) == ",S=5,W=6");
    CHECK(sizes({"a\r", "\nb"}) == ",S=4,W=4");
    CHECK(sizes({"no end"}) == ",S=6,W=6");
    CHECK(sizes({"\n\n\n"}) == ",S=3,W=6");
}
