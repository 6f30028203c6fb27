#include "lib/privsep/report.h"

#include <catch2/catch.hpp>
#include <string>

using namespace mail::privsep;

namespace {

Answer expected(Outcome outcome, const std::string& status, const std::string& text) {
    return {.tag = 0, .outcome = outcome, .status = status, .text = text};
}

const auto failed = expected(Outcome::temporary, "4.3.0", "local delivery failed");

}  // namespace

TEST_CASE("a report says what became of a request") {
    CHECK(read_report("delivered 2.0.0 stored\n") == expected(Outcome::delivered, "2.0.0", "stored"));
    CHECK(read_report("temporary 4.2.2 mailbox full\n") == expected(Outcome::temporary, "4.2.2", "mailbox full"));
    CHECK(read_report("permanent 5.1.1 no such user\n") == expected(Outcome::permanent, "5.1.1", "no such user"));
    CHECK(read_report("delivered 2.0.0") == expected(Outcome::delivered, "2.0.0", "local delivery failed"));
}

TEST_CASE("a report that is no report is temporary") {
    for (const auto* odd : {"", "\n", " \n", "delivered", "delivered\n", "delivered \n", "Delivered 2.0.0 x\n",
                            "ok 2.0.0\n", "deliveredx 2.0.0 y\n", "delivered\t2.0.0\n", "\ndelivered 2.0.0 x\n",
                            "2.0.0 delivered\n", "permanent\n", "permanently 5.1.1 x\n"}) {
        INFO(odd);
        CHECK(read_report(odd) == failed);
    }
    CHECK(read_report(std::string_view("delivered\0 2.0.0 x\n", 19)) == failed);
}

TEST_CASE("only the first line counts, and its text is made harmless") {
    CHECK(read_report("delivered 2.0.0 a\npermanent 5.1.1 b\n").text == "a");
    CHECK(read_report("temporary 4.2.2 a\r\x01\xff b\n").text == "a??? b");
    CHECK(read_report("temporary  4.2.2   a  b ") == expected(Outcome::temporary, "4.2.2", "a  b"));
    CHECK(read_report("temporary 4.2.2\n") == expected(Outcome::temporary, "4.2.2", "local delivery failed"));
    CHECK(read_report("temporary 4.999.999\x01xx\n").status == "4.999.999");
    CHECK(read_report("temporary 4.2.2 " + std::string(2000, 'x')).text == std::string(256, 'x'));
}
