#include "smtpd/transaction/trace.h"

#include <catch2/catch.hpp>

using namespace mail;
using namespace mail::smtpd;

TEST_CASE("a sender without a domain gets this host's") {
    CHECK(with_domain({}, "origin.test") == "");
    CHECK(with_domain({"s", "x"}, "origin.test") == "s@x");
    CHECK(with_domain({"s", ""}, "origin.test") == "s@origin.test");
    CHECK(with_domain({"a b", ""}, "origin.test") == "\"a b\"@origin.test");
}

TEST_CASE("Delivered-To is the address as given where it names the account, else the account's own") {
    const auto to = [](const smtp::Address& recipient, const route::Maildrop& drop) {
        return delivered_to(recipient, drop, "origin.test");
    };
    CHECK(to({"alice", "x"}, {"alice", ""}) == "alice@x");
    CHECK(to({"alice", ""}, {"alice", ""}) == "alice@origin.test");
    CHECK(to({"Alice+L", "x"}, {"alice", "l"}) == "Alice+L@x");
    CHECK(to({"team", "x"}, {"alice", ""}) == "alice@origin.test");
    CHECK(to({"postmaster", ""}, {"mayfly", "", true}) == "mayfly@origin.test");
    // Another name that only begins like the account's.
    CHECK(to({"alices-friends", "x"}, {"alice", ""}) == "alice@origin.test");
}
