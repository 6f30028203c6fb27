#include "lib/privsep/report.h"

#include <catch2/catch.hpp>
#include <string>

using namespace mail::privsep;

namespace {

constexpr int exited(int status) { return status << 8; }
constexpr int killed = 9;

Answer expected(Outcome outcome, const std::string& status, const std::string& text) {
    return {.tag = 0, .outcome = outcome, .status = status, .text = text};
}

const auto failed = expected(Outcome::temporary, "4.3.0", "local delivery failed");

}  // namespace

TEST_CASE("a report and an exit status that agree") {
    CHECK(read_report("delivered 2.0.0 stored\n", exited(0)) == expected(Outcome::delivered, "2.0.0", "stored"));
    CHECK(read_report("temporary 4.2.2 mailbox full\n", exited(75)) ==
          expected(Outcome::temporary, "4.2.2", "mailbox full"));
    CHECK(read_report("permanent 5.1.1 no such user\n", exited(67)) ==
          expected(Outcome::permanent, "5.1.1", "no such user"));
}

TEST_CASE("what was not delivered for certain is temporary") {
    for (const int status : {exited(1), exited(75), exited(255), killed, -1}) {
        INFO("wait status " << status);
        CHECK(read_report("delivered 2.0.0 stored\n", status) == failed);
        CHECK(read_report("", status) == failed);
    }
    CHECK(read_report("", exited(0)) == failed);
}

TEST_CASE("what has not failed for good for certain is temporary") {
    for (const int status : {exited(0), killed, -1})
        CHECK(read_report("permanent 5.1.1 no such user\n", status) == failed);
}

TEST_CASE("temporary is temporary, however it ended") {
    for (const int status : {exited(0), exited(1), killed})
        CHECK(read_report("temporary 4.2.2 full\n", status) == expected(Outcome::temporary, "4.2.2", "full"));
}

TEST_CASE("a report that is no report is temporary") {
    for (const auto* odd : {"\n", " \n", "delivered", "delivered\n", "delivered \n", "Delivered 2.0.0 x\n", "ok 2.0.0\n",
                            "deliveredx 2.0.0 y\n", "delivered\t2.0.0\n", "\ndelivered 2.0.0 x\n", "2.0.0 delivered\n"}) {
        INFO(odd);
        CHECK(read_report(odd, exited(0)) == failed);
    }
    CHECK(read_report(std::string_view("delivered\0 2.0.0 x\n", 19), exited(0)) == failed);
}

TEST_CASE("only the first line counts, and its text is made harmless") {
    CHECK(read_report("delivered 2.0.0 a\npermanent 5.1.1 b\n", exited(0)).text == "a");
    CHECK(read_report("temporary 4.2.2 a\r\x01\xff b\n", exited(75)).text == "a??? b");
    CHECK(read_report("temporary  4.2.2   a  b ", exited(75)) == expected(Outcome::temporary, "4.2.2", "a  b"));
    CHECK(read_report("temporary 4.2.2\n", exited(75)) ==
          expected(Outcome::temporary, "4.2.2", "local delivery failed"));
    CHECK(read_report("temporary 4.999.999\x01xx\n", exited(75)).status == "4.999.999");
    CHECK(read_report("temporary 4.2.2 " + std::string(2000, 'x'), exited(75)).text == std::string(256, 'x'));
}
