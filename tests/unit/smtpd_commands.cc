#include "smtpd/commands.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "lib/base/text.h"

using namespace mail;
using namespace mail::smtpd;

TEST_CASE("the table of commands: names sorted, each found in either case, each with its help") {
    std::vector<std::string> names;
    for (const auto& line : help_lines()) names.push_back(line.substr(0, 4));
    REQUIRE(names.size() > 5);
    CHECK(names.front() == "Comm");
    names.erase(names.begin());
    CHECK(std::ranges::is_sorted(names));
    CHECK(std::ranges::adjacent_find(names) == names.end());
    for (const auto& name : names) {
        INFO(name);
        const auto* const command = find_command(text::lower(name));
        REQUIRE(command != nullptr);
        CHECK(command->name == name);
        CHECK(command->syntax.starts_with(name));
        CHECK_FALSE(is_known_elsewhere(name));
    }
    for (const auto* none : {"", "DAT", "DATAX", "STARTTLS", "AUTH"}) CHECK(find_command(none) == nullptr);
    for (const auto* elsewhere : {"STARTTLS", "auth", "BDAT", "TURN", "EXPN"}) CHECK(is_known_elsewhere(elsewhere));
    CHECK_FALSE(is_known_elsewhere("XYZZY"));
}

TEST_CASE("what brings mail forward is no junk") {
    for (const auto* name : {"MAIL", "RCPT", "DATA", "QUIT"}) CHECK(find_command(name)->kind == Kind::work);
    for (const auto* name : {"NOOP", "RSET", "VRFY", "HELO", "EHLO", "HELP"})
        CHECK(find_command(name)->kind == Kind::junk);
}
