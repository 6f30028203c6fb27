#include "lib/base/cursor.h"

#include <catch2/catch.hpp>

using mail::Cursor;
namespace text = mail::text;

TEST_CASE("a cursor reads from left to right") {
    Cursor in("To: <a1b>  x");
    CHECK(in.accept("TO:"));
    CHECK_FALSE(in.accept('<'));
    in.skip_blanks();
    CHECK(in.peek() == '<');
    in.require('<', "no bracket");
    CHECK(in.take("no letter") == 'a');
    CHECK(in.take_while(text::is_digit) == "1");
    CHECK(in.take_while(text::is_digit).empty());
    CHECK(in.rest() == "b>  x");
    CHECK_FALSE(in.failed());
    CHECK_FALSE(in.at_end());
    in.take_while([](char) { return true; });
    CHECK(in.at_end());
    CHECK(in.peek() == '\0');
    CHECK(in.error().empty());
}

TEST_CASE("a word is accepted whole or not at all") {
    const std::string input = "FRO";
    Cursor in(input);
    CHECK_FALSE(in.accept("FROM:"));
    CHECK(in.rest() == "FRO");
    CHECK(in.accept("fro"));
    CHECK_FALSE(in.accept("x"));
}

TEST_CASE("the first error latches, and after it nothing is read") {
    Cursor in("abc");
    in.require('x', "first");
    CHECK(in.failed());
    in.require('y', "second");
    in.fail("third");
    CHECK(in.error() == "first");
    CHECK_FALSE(in.accept('a'));
    CHECK_FALSE(in.accept("a"));
    CHECK_FALSE(in.accept(""));
    CHECK(in.take("fourth") == '\0');
    CHECK(in.take_while([](char) { return true; }).empty());
    CHECK(in.peek() == '\0');
    CHECK(in.rest().empty());
    CHECK(in.at_end());
    CHECK(in.error() == "first");
}

TEST_CASE("taking at the end is an error") {
    Cursor in("");
    CHECK(in.take("nothing there") == '\0');
    CHECK(in.error() == "nothing there");
}

TEST_CASE("a NUL in the input is a character, not the end") {
    Cursor in(std::string_view("\0a", 2));
    CHECK_FALSE(in.at_end());
    CHECK(in.accept('\0'));
    CHECK(in.accept('a'));
    CHECK(in.at_end());
}
