#include "lib/smtp/reply.h"

#include <catch2/catch.hpp>

#include "lib/base/text.h"

using mail::smtp::Reply;

namespace {

Reply with_lines(int code, std::string_view enhanced, std::vector<std::string> lines) {
    Reply reply(code, enhanced, {});
    reply.lines = std::move(lines);
    return reply;
}

}  // namespace

TEST_CASE("a reply on the wire: code, enhanced code, text") {
    CHECK(Reply(250, "2.1.0", "Sender ok").wire() == "250 2.1.0 Sender ok\r\n");
    CHECK(Reply(220, "", "host ESMTP").wire() == "220 host ESMTP\r\n");
    CHECK(Reply(250, "", "").wire() == "250 \r\n");
}

TEST_CASE("every line but the last has a hyphen, and each has the enhanced code") {
    CHECK(with_lines(250, "", {"host", "SIZE 1", "HELP"}).wire() == "250-host\r\n250-SIZE 1\r\n250 HELP\r\n");
    CHECK(with_lines(550, "5.1.1", {"a", "b"}).wire() == "550-5.1.1 a\r\n550 5.1.1 b\r\n");
}

TEST_CASE("no text can add a line or a command to the reply") {
    CHECK(Reply(550, "5.1.1", "a\r\n250 ok\t\x7f\xc3\xa9").wire() == "550 5.1.1 a??250 ok????\r\n");
    CHECK(Reply(550, "5.1.1", std::string("a\0b", 3)).wire() == "550 5.1.1 a?b\r\n");
}

TEST_CASE("a line is cut to stay within 512 octets") {
    const auto wire = with_lines(550, "5.999.999", {std::string(2000, 'x'), std::string(2000, 'y')}).wire();
    const auto lines = mail::text::split(wire, "\n");
    REQUIRE(lines.size() == 2);
    for (const auto line : lines) {
        CHECK(line.size() + 1 <= 512);
        CHECK(line.size() > 400);
        CHECK(line.ends_with('\r'));
    }
}

TEST_CASE("the log reads the first line") {
    CHECK(with_lines(550, "5.1.1", {"first\n", "second"}).text() == "550 5.1.1 first?");
    CHECK(Reply(220, "", "x").text() == "220 x");
    CHECK(Reply(354, "", "").text() == "354 ");
}

TEST_CASE("codes tell failures, and which are temporary") {
    struct Row {
        int code;
        bool failure;
        bool temporary;
    };
    for (const auto& [code, failure, temporary] :
         {Row{220, false, false}, Row{354, false, false}, Row{421, true, true}, Row{499, true, true},
          Row{500, true, false}, Row{554, true, false}}) {
        INFO(code);
        CHECK(Reply(code, "", "x").is_failure() == failure);
        CHECK(Reply(code, "", "x").is_temporary() == temporary);
    }
}
