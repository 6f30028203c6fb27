#include <catch2/catch.hpp>

#include "smtpd/any/help.h"
#include "smtpd/any/noop.h"
#include "smtpd/any/quit.h"
#include "smtpd/any/rset.h"
#include "smtpd/any/vrfy.h"
#include "smtpd/connected/ehlo.h"
#include "smtpd/connected/helo.h"
#include "smtpd/greeted/mail.h"
#include "smtpd/replies.h"
#include "smtpd/transaction/data.h"
#include "smtpd/transaction/rcpt.h"

using namespace mail;
using namespace mail::smtpd;
using smtp::Address;

namespace {

// The refusal of an argument, as text; "" when it is accepted.
template <class C>
std::string refusal(std::string_view argument) {
    const auto parsed = C::parse(argument);
    return parsed ? "" : parsed.error().text();
}

std::string wording(const smtp::Reply& reply) { return reply.text(); }

}  // namespace

TEST_CASE("HELO and EHLO take any printable word") {
    for (const auto* host : {"host.example", "[192.0.2.1]", "[IPv6:::1]", "localhost", "x_y", "-", "(odd)"}) {
        INFO(host);
        CHECK(Helo::parse(host) == Helo{host});
        CHECK(Ehlo::parse(host) == Ehlo{host});
    }
    CHECK(Ehlo::parse(std::string(255, 'x')));
    for (const auto& bad : std::vector<std::string>{"", "a b", "a\tb", "a\x7f", "\xc3\xa9", std::string(256, 'x')}) {
        INFO(bad);
        CHECK(refusal<Helo>(bad) == wording(replies::helo_argument));
        CHECK(refusal<Ehlo>(bad) == wording(replies::helo_argument));
    }
}

TEST_CASE("MAIL: the sender and its parameters") {
    struct Row {
        std::string_view argument;
        Envelope expected;
    };
    const Row rows[] = {
        {"FROM:<a@x>", {{"a", "x"}, {}, false}},
        {"from:<a@x>", {{"a", "x"}, {}, false}},
        {"FROM:<>", {{}, {}, false}},
        {"FROM: \t<a@x>", {{"a", "x"}, {}, false}},
        {"FROM:a@x", {{"a", "x"}, {}, false}},
        {"FROM:<@r:a@x>", {{"a", "x"}, {}, false}},
        {"FROM:<a@x> SIZE=0", {{"a", "x"}, 0, false}},
        {"FROM:<a@x> size=12345", {{"a", "x"}, 12345, false}},
        {"FROM:<> SIZE=18446744073709551615", {{}, UINT64_MAX, false}},
        // What does not fit is larger than any limit.
        {"FROM:<a@x> SIZE=18446744073709551616", {{"a", "x"}, UINT64_MAX, false}},
        {"FROM:<a@x> SIZE=99999999999999999999", {{"a", "x"}, UINT64_MAX, false}},
        {"FROM:<a@x> BODY=8BITMIME", {{"a", "x"}, {}, true}},
        {"FROM:<a@x> body=8bitmime\tSize=1", {{"a", "x"}, 1, true}},
        {"FROM:<a@x>  SIZE=1  BODY=7BIT ", {{"a", "x"}, 1, false}},
    };
    for (const auto& row : rows) {
        INFO(row.argument);
        const auto parsed = Mail::parse(row.argument);
        REQUIRE(parsed);
        CHECK(parsed->envelope.sender == row.expected.sender);
        CHECK(parsed->envelope.size == row.expected.size);
        CHECK(parsed->envelope.eight_bit == row.expected.eight_bit);
    }
}

TEST_CASE("MAIL: each mistake has its reply") {
    struct Row {
        std::string_view argument;
        smtp::Reply expected;
    };
    const Row rows[] = {
        {"", replies::mail_syntax},
        {"FROM", replies::mail_syntax},
        {"FROM <a@x>", replies::mail_syntax},
        {"FROM :<a@x>", replies::mail_syntax},
        {"TO:<a@x>", replies::mail_syntax},
        {"<a@x>", replies::mail_syntax},
        {"FROM:", replies::sender_syntax.with("no address")},
        {"FROM:  ", replies::sender_syntax.with("no address")},
        {"FROM:<a@x", replies::sender_syntax.with("address without closing >")},
        {"FROM:<a@x>SIZE=1", replies::sender_syntax},
        {"FROM:<a@x>>", replies::sender_syntax},
        {"FROM:<>x", replies::sender_syntax},
        {"FROM:<\xc3\xa9@x>", replies::needs_smtputf8},
        {"FROM:<a@x> SIZE=", replies::bad_parameter.with("SIZE needs a number")},
        {"FROM:<a@x> SIZE", replies::bad_parameter.with("SIZE needs a number")},
        {"FROM:<a@x> SIZE=1k", replies::bad_parameter.with("SIZE needs a number")},
        {"FROM:<a@x> SIZE=-1", replies::bad_parameter.with("SIZE needs a number")},
        {"FROM:<a@x> SIZE=+1", replies::bad_parameter.with("SIZE needs a number")},
        {"FROM:<a@x> SIZE=000000000000000000001", replies::bad_parameter.with("SIZE needs a number")},
        {"FROM:<a@x> SIZE=1 SIZE=1", replies::bad_parameter.with("given twice")},
        {"FROM:<a@x> SIZE=1 size=2", replies::bad_parameter.with("given twice")},
        {"FROM:<a@x> SIZE=1 BODY=7BIT SIZE", replies::bad_parameter.with("given twice")},
        {"FROM:<a@x> BODY=8BITMIME body=7BIT", replies::bad_parameter.with("given twice")},
        {"FROM:<a@x> BODY=BINARYMIME", replies::unknown_parameter.with("BODY=BINARYMIME")},
        {"FROM:<a@x> BODY", replies::unknown_parameter.with("BODY")},
        {"FROM:<a@x> SMTPUTF8", replies::unknown_parameter.with("SMTPUTF8")},
        {"FROM:<a@x> SIZE=1 RET=FULL", replies::unknown_parameter.with("RET=FULL")},
        {"FROM:<a@x> =", replies::unknown_parameter.with("=")},
        {"FROM:<a@x> a@y", replies::unknown_parameter.with("a@y")},
    };
    for (const auto& row : rows) {
        INFO(row.argument);
        CHECK(refusal<Mail>(row.argument) == row.expected.text());
    }
    const auto echoed = refusal<Mail>("FROM:<a@x> X=\xff" + std::string(500, 'x'));
    CHECK(echoed.size() < 128);
    CHECK(echoed.contains("X=?xx"));
}

TEST_CASE("RCPT: the recipient, and each mistake") {
    const auto recipient = [](std::string_view argument) {
        const auto parsed = Rcpt::parse(argument);
        INFO(argument);
        REQUIRE(parsed);
        return parsed->recipient;
    };
    CHECK(recipient("TO:<a@x>") == Address{"a", "x"});
    CHECK(recipient("to: <A@X> ") == Address{"A", "X"});
    CHECK(recipient("TO:<postmaster>") == Address{"postmaster", ""});
    CHECK(recipient("TO:<@a,@b:c@[192.0.2.1]>") == Address{"c", "[192.0.2.1]"});
    CHECK(recipient("TO:\"a b\"@x") == Address{"a b", "x"});

    struct Row {
        std::string_view argument;
        smtp::Reply expected;
    };
    const Row rows[] = {
        {"", replies::rcpt_syntax},
        {"<a@x>", replies::rcpt_syntax},
        {"FROM:<a@x>", replies::rcpt_syntax},
        {"TO:", replies::recipient_syntax.with("no address")},
        {"TO:<>", replies::recipient_syntax.with("empty local part")},
        {"TO:<a@>", replies::recipient_syntax.with("bad domain name")},
        {"TO:<a@x>x", replies::recipient_syntax},
        {"TO:<\xc3\xa9@x>", replies::needs_smtputf8},
        {"TO:<a@x> NOTIFY=NEVER", replies::unknown_parameter.with("NOTIFY=NEVER")},
        {"TO:<a@x>, <b@x>", replies::recipient_syntax},
    };
    for (const auto& row : rows) {
        INFO(row.argument);
        CHECK(refusal<Rcpt>(row.argument) == row.expected.text());
    }
}

TEST_CASE("VRFY: an address with or without brackets") {
    CHECK(Vrfy::parse("alice")->address == Address{"alice", ""});
    CHECK(Vrfy::parse("<alice@x>")->address == Address{"alice", "x"});
    CHECK(refusal<Vrfy>("") == wording(replies::vrfy_argument));
    CHECK(refusal<Vrfy>("Alice Example") == wording(replies::vrfy_argument));
    CHECK(refusal<Vrfy>("<>") == replies::recipient_syntax.with("empty local part").text());
    CHECK(refusal<Vrfy>("<alice") == replies::recipient_syntax.with("address without closing >").text());
    CHECK(refusal<Vrfy>("\xc3\xa9") == wording(replies::needs_smtputf8));
}

TEST_CASE("DATA and RSET take no argument, NOOP, QUIT and HELP any") {
    CHECK(Data::parse(""));
    CHECK(Rset::parse(""));
    CHECK(refusal<Data>("x") == wording(replies::no_argument_allowed));
    CHECK(refusal<Rset>("x") == wording(replies::no_argument_allowed));
    for (const auto* argument : {"", "x", "a b <c>", "\xff"}) {
        CHECK(Noop::parse(argument));
        CHECK(Quit::parse(argument));
        CHECK(Help::parse(argument));
    }
}
