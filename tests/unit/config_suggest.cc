// "Did you mean": how far words are from each other, and which one is near enough.
#include "lib/config/suggest.h"

#include <catch2/catch.hpp>

using namespace mail::config;

TEST_CASE("distance counts letters changed, left out, added and swapped", "[config]") {
    CHECK(distance("", "") == 0);
    CHECK(distance("abc", "abc") == 0);
    CHECK(distance("abc", "abd") == 1);
    CHECK(distance("abc", "ac") == 1);
    CHECK(distance("abc", "abxc") == 1);
    CHECK(distance("abc", "acb") == 1);
    CHECK(distance("", "abc") == 3);
    CHECK(distance("kitten", "sitting") == 3);
}

TEST_CASE("only a near word is suggested, the nearest first", "[config]") {
    Nearest nearest("smtpd_timeut");
    CHECK(nearest.word().empty());
    nearest.offer("mydomain");
    CHECK(nearest.word().empty());
    nearest.offer("smtp_timeout");
    CHECK(nearest.word() == "smtp_timeout");
    nearest.offer("smtpd_timeout");
    CHECK(nearest.word() == "smtpd_timeout");

    Nearest far("x");
    far.offer("abc");
    CHECK(far.word().empty());
}
