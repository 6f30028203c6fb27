// main.cf's lines: what makes a definition, and every mistake with its words.
#include "lib/config/reader.h"

#include <catch2/catch.hpp>

#include "lib/config/limits.h"

using namespace mail::config;

namespace {

std::vector<Definition> definitions(std::string_view text) {
    const auto result = read(text, "main.cf");
    REQUIRE(result);
    return *result;
}

Mistake mistake(std::string_view text) {
    const auto result = read(text, "main.cf");
    REQUIRE_FALSE(result);
    return result.error();
}

}  // namespace

TEST_CASE("a definition is name = value, blanks around both are no part of them", "[config]") {
    CHECK(definitions("") == std::vector<Definition>{});
    CHECK(definitions("a = b\n") == std::vector<Definition>{{"a", "b", 1}});
    CHECK(definitions("a=b") == std::vector<Definition>{{"a", "b", 1}});
    CHECK(definitions("a\t=\t b c \t\r\n") == std::vector<Definition>{{"a", "b c", 1}});
    CHECK(definitions("a =\n") == std::vector<Definition>{{"a", "", 1}});
    CHECK(definitions("a = b = c\n") == std::vector<Definition>{{"a", "b = c", 1}});
    CHECK(definitions("my-transport.x_limit = 1\n") == std::vector<Definition>{{"my-transport.x_limit", "1", 1}});
}

TEST_CASE("a line that begins with a blank continues the value", "[config]") {
    CHECK(definitions("a = b\n  c\n\td\n") == std::vector<Definition>{{"a", "b c d", 1}});
    CHECK(definitions("a =\n  b\n") == std::vector<Definition>{{"a", "b", 1}});
    CHECK(definitions("a = b\n\n   \n# comment\n   # comment\n c\nd = e\n") ==
          std::vector<Definition>{{"a", "b c", 1}, {"d", "e", 7}});
    CHECK(definitions("a = b,\r\n  c\r\n") == std::vector<Definition>{{"a", "b, c", 1}});
}

TEST_CASE("# is a comment only as the first character of a line", "[config]") {
    CHECK(definitions("# a = b\n  # c\n") == std::vector<Definition>{});
    CHECK(definitions("a = b # c\n") == std::vector<Definition>{{"a", "b # c", 1}});
    CHECK(definitions("a = #b\n") == std::vector<Definition>{{"a", "#b", 1}});
}

TEST_CASE("what is wrong in a line is told with its number", "[config]") {
    CHECK(mistake("\na b\n") == Mistake{"main.cf:2", "no \"=\" in \"a b\": write name = value, or # before a comment"});
    CHECK(mistake("= b\n") == Mistake{"main.cf:1", "no name before \"=\" in \"= b\": write name = value"});
    CHECK(mistake("a b = c\n") ==
          Mistake{"main.cf:1", "\"a b\" is more than one word: write name = value, or # before a comment"});
    CHECK(mistake("# x\n a = b\n") ==
          Mistake{"main.cf:2",
                  "begins with a blank, as if it continued a line, but no line is before it: "
                  "remove the blank"});
    CHECK(mistake(std::string_view("a = \0b\n", 7)) ==
          Mistake{"main.cf:1", "control characters in \"a = ?b\": remove them"});
    CHECK(mistake("a = b\rc\n") == Mistake{"main.cf:1", "control characters in \"a = b?c\": remove them"});
}

TEST_CASE("the first mistake is told", "[config]") {
    CHECK(mistake("a\nb\n").where == "main.cf:1");
    CHECK(mistake("a\n").where == "main.cf:1");
}

TEST_CASE("a logical line has a limit", "[config]") {
    const std::string most(limits::value_length - 4, 'x');
    CHECK(definitions("a = " + most + "\n").front().value == most);
    CHECK(mistake("a = " + most + "x\n") == Mistake{"main.cf:1", "longer than 65536 bytes: make it shorter"});
    CHECK(mistake("\na = " + most + "\n x\n").where == "main.cf:2");
}

TEST_CASE("of several definitions with one name the last stays", "[config]") {
    std::vector<Definition> all{{"b", "1", 1}, {"a", "2", 2}, {"b", "3", 3}, {"b", "4", 4}};
    settle(all);
    CHECK(all == std::vector<Definition>{{"a", "2", 2}, {"b", "4", 4, 3}});

    all = {{"a", "1", 1}, {"a", "2", 0}};
    settle(all);
    CHECK(all == std::vector<Definition>{{"a", "2", 0}});

    all.clear();
    settle(all);
    CHECK(all.empty());
}

TEST_CASE("an override is one definition", "[config]") {
    CHECK(read_override("a=b") == Definition{"a", "b", 0});
    CHECK(read_override(" a = b c ") == Definition{"a", "b c", 0});
    CHECK(read_override("a=") == Definition{"a", "", 0});
    CHECK(read_override("a").error() == Mistake{"-o", "no \"=\" in \"a\": write -o name=value"});
    CHECK(read_override("").error() == Mistake{"-o", "no \"=\" in \"\": write -o name=value"});
    CHECK(read_override("=b").error() == Mistake{"-o", "no name before \"=\" in \"=b\": write name = value"});
    CHECK(read_override("a=b\r\nc").error() == Mistake{"-o", "control characters in \"a=b??c\": remove them"});
}
