#include "lib/store/stored_form.h"

#include <catch2/catch.hpp>

using namespace mail::store;

namespace {

// What is stored of `message`, given in pieces of `step` bytes.
std::string stored(std::string_view message, std::size_t step, bool drop, const std::string& prefix = "") {
    StoredForm form(prefix, drop);
    std::string out;
    for (; !message.empty(); message.remove_prefix(std::min(step, message.size())))
        out += form.next(message.substr(0, step));
    return out + std::string(form.end());
}

void check(std::string_view message, std::string_view expected, bool drop = true) {
    for (std::size_t step = 1; step <= message.size() + 1; ++step) {
        INFO("in pieces of " << step);
        CHECK(stored(message, step, drop) == expected);
    }
}

}  // namespace

TEST_CASE("CRLF becomes LF, a bare CR stays") {
    check("A: b\r\n\r\nc\r\n", "A: b\n\nc\n");
    check("A: b\n\nc\n", "A: b\n\nc\n");
    check("A: b\r\n\r\nx\ry\r\rz\r\r\nend\r", "A: b\n\nx\ry\r\rz\r\nend\r");
    check("\r\n\r\n", "\n\n");
    check("\r", "\r");
    check("", "");
    check(std::string_view("A: b\n\na\0b\n", 10), std::string_view("A: b\n\na\0b\n", 10));
}

TEST_CASE("Return-Path fields are dropped from the header, with their continuation lines") {
    check("Return-Path: <a@b>\nSubject: x\n\nbody\n", "Subject: x\n\nbody\n");
    check("Received: y\n z\nRETURN-path:\r\n\t<a@b>\r\n (c)\r\nSubject: x\r\n\tmore\r\n\r\nbody",
          "Received: y\n z\nSubject: x\n\tmore\n\nbody");
    check("Return-Path: <a>\nReturn-Path: <b>\n\n", "\n");
    check("Return-Path: <a>", "");
}

TEST_CASE("what only resembles Return-Path, or stands in the body, stays") {
    check("Return-Pathology: x\nReturn-Pat\nReturn-\n\n", "Return-Pathology: x\nReturn-Pat\nReturn-\n\n");
    check("X: y\n Return-Path: z\n\nReturn-Path: body\n", "X: y\n Return-Path: z\n\nReturn-Path: body\n");
    check("\nReturn-Path: body\n", "\nReturn-Path: body\n");
    check("Return-Pat", "Return-Pat");
}

TEST_CASE("without a known sender Return-Path stays") {
    check("Return-Path: <a@b>\r\nX: y\r\n\r\n", "Return-Path: <a@b>\nX: y\n\n", false);
}

TEST_CASE("the prefix comes first, once, even before an empty message") {
    CHECK(stored("X: y\n\nz\n", 3, true, "P: q\n") == "P: q\nX: y\n\nz\n");
    CHECK(stored("X: y\n\nz\n", 3, false, "P: q\n") == "P: q\nX: y\n\nz\n");
    CHECK(stored("", 3, true, "P: q\n") == "P: q\n");
}

TEST_CASE("a piece that needs no change is passed on without a copy") {
    StoredForm form("", false);
    const std::string_view piece = "body\nbody\n";
    CHECK(form.next(piece).data() == piece.data());
}

TEST_CASE("a From_ line gives the sender") {
    const auto parsed = [](std::string_view head) { return FromLine::parse(head); };
    CHECK(parsed("From a@b.test  Mon Jan  1 00:00:00 2024\nX: y\n") == FromLine{40, "a@b.test"});
    CHECK(parsed("From a@b.test\r\nX: y\n") == FromLine{15, "a@b.test"});
    CHECK(parsed("From <a@b> Mon\n") == FromLine{15, "a@b"});
    CHECK(parsed("From \"a b\\\" c\"@d.test Mon\n") == FromLine{26, "\"a b\\\" c\"@d.test"});
    CHECK(parsed("From MAILER-DAEMON Mon\n") == FromLine{23, ""});
    CHECK(parsed("From <> Mon\n") == FromLine{12, ""});
    CHECK(parsed("From \n") == FromLine{6, std::nullopt});
    CHECK(parsed("From a\x01@b Mon\n") == FromLine{14, std::nullopt});
    CHECK(parsed("From " + std::string(801, 'a') + "\n") == FromLine{807, std::nullopt});
}

TEST_CASE("what is not a From_ line is left alone") {
    for (const auto* head :
         {"", "From: a@b\n", "From : a@b\n", ">From a\n", "from a\n", "From a@b no end", "\nFrom a\n"})
        CHECK_FALSE(FromLine::parse(head));
}

TEST_CASE("an address for a header field is bounded and has no control characters") {
    CHECK(safe_address(""));
    CHECK(safe_address("a b@\xc3\xa9.test"));
    CHECK(safe_address(std::string(800, 'a')));
    CHECK_FALSE(safe_address(std::string(801, 'a')));
    for (const auto* bad : {"a\nb", "a\rb", "a\tb", "\x7f"}) CHECK_FALSE(safe_address(bad));
    CHECK_FALSE(safe_address(std::string_view("a\0b", 3)));
}
