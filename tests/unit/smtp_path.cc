#include "lib/smtp/path.h"

#include <catch2/catch.hpp>

using namespace mail;
using smtp::Address;

namespace {

struct Parsed {
    Address address;
    std::string_view error;
    std::string rest;
};

Parsed path(std::string_view text, bool may_be_null = false) {
    Cursor in(text);
    auto address = smtp::parse_path(in, may_be_null);
    return {std::move(address), in.error(), std::string(in.rest())};
}

std::string_view error(std::string_view text) { return path(text).error; }

std::string quoted_pairs(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "\\\"";
    return out;
}

}  // namespace

TEST_CASE("paths are read as RFC 5321 writes them") {
    struct Row {
        std::string_view text;
        Address expected;
    };
    const Row rows[] = {
        {"<a@b.example>", {"a", "b.example"}},
        {"<A.b-C@B.Example>", {"A.b-C", "B.Example"}},
        {"<!#$%&'*+-/=?^_`{|}~@x>", {"!#$%&'*+-/=?^_`{|}~", "x"}},
        {"<0@0.1-2.x>", {"0", "0.1-2.x"}},
        {"<postmaster>", {"postmaster", ""}},
        {"<PostMaster@x>", {"PostMaster", "x"}},
        // A domain's final dot is the root's and says nothing.
        {"<a@b.example.>", {"a", "b.example"}},
        {"<a@host_name.example>", {"a", "host_name.example"}},
        // Quoted strings
        {"<\"a b\"@x>", {"a b", "x"}},
        {"<\"a\\\"b\\\\c\\d\"@x>", {"a\"b\\cd", "x"}},
        {"<\"<>@,:;()[]\"@x>", {"<>@,:;()[]", "x"}},
        {"<\"a@b\"@x>", {"a@b", "x"}},
        {"<\"plain\"@x>", {"plain", "x"}},
        {"<\" \"@x>", {" ", "x"}},
        // Source routes are read and forgotten.
        {"<@a:u@x>", {"u", "x"}},
        {"<@a,@b.c,@[192.0.2.1]:u@x>", {"u", "x"}},
        {"<@a:\"u v\"@x>", {"u v", "x"}},
        // Address literals
        {"<a@[192.0.2.1]>", {"a", "[192.0.2.1]"}},
        {"<a@[IPv6:2001:db8::1]>", {"a", "[IPv6:2001:db8::1]"}},
        {"<a@[ipv6:::ffff:192.0.2.1]>", {"a", "[ipv6:::ffff:192.0.2.1]"}},
        {"<a@[tag:some.thing]>", {"a", "[tag:some.thing]"}},
        // Without brackets, as people type it
        {"a@b", {"a", "b"}},
        {"a", {"a", ""}},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto parsed = path(row.text);
        CHECK(parsed.error == "");
        CHECK(parsed.rest == "");
        CHECK(parsed.address.local == row.expected.local);
        CHECK(parsed.address.domain == row.expected.domain);
    }
}

TEST_CASE("what is no path is refused with the reason") {
    struct Row {
        std::string_view text;
        std::string_view error;
    };
    const Row rows[] = {
        {"", "empty local part"},
        {"<>", "empty local part"},
        {"<", "empty local part"},
        {"<@x>", "bad source route"},
        {"<\"\"@x>", "empty local part"},
        {"<a", "address without closing >"},
        {"<a@x", "address without closing >"},
        {"<a b@x>", "address without closing >"},
        {"<a@x y>", "address without closing >"},
        {"<a@b@c>", "address without closing >"},
        {"<a@x,b@y>", "address without closing >"},
        {"<a\\b@x>", "address without closing >"},
        {"<\"a\"b@x>", "address without closing >"},
        {"<a\"b\"@x>", "address without closing >"},
        {"<a@>", "bad domain name"},
        {"<a@.x>", "bad domain name"},
        {"<a@x..y>", "bad domain name"},
        {"<a@.>", "bad domain name"},
        {"<a@x..>", "bad domain name"},
        {"<a@ x>", "bad domain name"},
        {"<\"a@x>", "quoted string without its end"},
        {"<\"a\\", "quoted string without its end"},
        {"<\"", "quoted string without its end"},
        {"<\"a\x01\"@x>", "control character in a quoted string"},
        {"<\"a\\\t\"@x>", "control character in a quoted string"},
        {"<\"a\x7f\"@x>", "control character in a quoted string"},
        {"<a@[]>", "bad address literal"},
        {"<a@[host.example]>", "bad address literal"},
        {"<a@[192.0.2]>", "bad address literal"},
        {"<a@[192.0.2.256]>", "bad address literal"},
        {"<a@[192.0.2.1.1]>", "bad address literal"},
        {"<a@[IPv6:]>", "bad address literal"},
        {"<a@[IPv6:2001:db8]>", "bad address literal"},
        {"<a@[IPv6:192.0.2.1]>", "bad address literal"},
        {"<a@[:x]>", "bad address literal"},
        {"<a@[192.0.2.1>", "address literal without its end"},
        {"<a@[192.0.2.1", "address literal without its end"},
        {"<a@[1 2]>", "address literal without its end"},
        {"<a@[[1]]>", "address literal without its end"},
        {"<a@[\\1]>", "address literal without its end"},
        {"<@a u@x>", "bad source route"},
        {"<@a,b:u@x>", "bad source route"},
        {"<@:u@x>", "bad domain name"},
        {"<@a:>", "empty local part"},
        {"<@a:@b:u@x>", "empty local part"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        CHECK(error(row.text) == row.error);
    }
}

TEST_CASE("non-ASCII has an error of its own, wherever it stands") {
    for (const auto* text : {"<\xc3\xa9@x>", "<a\xc3\xa9@x>", "<a@\xc3\xa9>", "<a@x\xc3\xa9>", "<\"\xc3\xa9\"@x>",
                             "<\"\\\xc3\xa9\"@x>", "\xc3\xa9", "<@\xc3\xa9:a@x>"}) {
        INFO(text);
        CHECK(error(text) == smtp::not_ascii);
    }
}

TEST_CASE("only where it may be null is <> a path") {
    const auto null = path("<> SIZE=1", true);
    CHECK(null.error == "");
    CHECK(null.address.is_null());
    CHECK(null.rest == " SIZE=1");
    CHECK(path("<a@x>", true).address == Address{"a", "x"});
    CHECK_FALSE(Address{"a", ""}.is_null());
    CHECK(path("<\"\">", true).error == "empty local part");
    CHECK(path("", true).error == "empty local part");
}

TEST_CASE("what follows a path is left to the caller") {
    CHECK(path("<a@x> BODY=7BIT").rest == " BODY=7BIT");
    CHECK(path("<a@x>>").rest == ">");
    CHECK(path("a@x>").rest == ">");
    CHECK(path("a@x BODY=7BIT").rest == " BODY=7BIT");
}

TEST_CASE("lengths are bounded, counted as meant") {
    const auto local = [](std::size_t n) { return error("<" + std::string(n, 'a') + "@x>"); };
    CHECK(local(255) == "");
    CHECK(local(256) == "local part too long");
    CHECK(error("<\"" + quoted_pairs(255) + "\"@x>") == "");
    CHECK(error("<\"" + quoted_pairs(256) + "\"@x>") == "local part too long");
    const auto domain = [](std::size_t n) { return error("<a@" + std::string(n, 'x') + ">"); };
    CHECK(domain(255) == "");
    CHECK(domain(256) == "domain name too long");
    CHECK(error("<a@[tag:" + std::string(249, 'x') + "]>") == "");
    CHECK(error("<a@[tag:" + std::string(250, 'x') + "]>") == "domain name too long");
    CHECK(error("<@" + std::string(256, 'x') + ":a@x>") == "domain name too long");
}

TEST_CASE("an address is written so that it can be read again") {
    CHECK(Address{}.text() == "");
    CHECK(Address{"a", "x"}.text() == "a@x");
    CHECK(Address{"a", ""}.text() == "a");
    CHECK(Address{"a b", "x"}.text() == "\"a b\"@x");
    CHECK(Address{"a\"\\", ""}.text() == "\"a\\\"\\\\\"");
    CHECK(Address{"a", "[IPv6:::1]"}.text() == "a@[IPv6:::1]");
}

TEST_CASE("writing and reading again gives the same address, for every character") {
    for (char c = ' '; c < 0x7f; ++c) {
        for (const auto& local : {std::string(1, c), std::string("a") + c, c + std::string("a"), std::string(3, c)}) {
            for (const auto* domain : {"", "x.example", "[192.0.2.1]"}) {
                const Address address{local, domain};
                INFO(address.text());
                CHECK(path("<" + address.text() + ">").address == address);
                CHECK(path(address.text()).rest == "");
            }
        }
    }
}

TEST_CASE("whatever is accepted survives being written and read") {
    for (const auto* text : {"<a@b.example.>", "<a@x..>", "<a@b._>", "<\"a b\"@x.>", "<@r:a@x>", "<a..b@x>", "<.@x>"}) {
        const auto first = path(text);
        if (!first.error.empty()) continue;
        INFO(text);
        const auto again = path("<" + first.address.text() + ">");
        CHECK(again.error == "");
        CHECK(again.address == first.address);
    }
}

TEST_CASE("a mailbox and a domain alone") {
    Cursor mailbox("user@host rest");
    CHECK(smtp::parse_mailbox(mailbox) == Address{"user", "host"});
    CHECK(mailbox.rest() == " rest");
    Cursor bracket("<user@host>");
    smtp::parse_mailbox(bracket);
    CHECK(bracket.error() == "empty local part");
    Cursor domain("host.example:");
    CHECK(smtp::parse_domain(domain) == "host.example");
    CHECK(domain.rest() == ":");
}
