#include "lib/route/aliases.h"

#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/unit/temporary_folder.h"

using namespace mail;
using route::find_alias;
using Targets = std::vector<std::string>;

namespace {

constexpr std::string_view table = R"(# The aliases of a host
postmaster: root
  # an indented comment
Root:	alice, bob

team: alice,
	bob ,
# a comment within an entry

  carol
team: mallory
"with: colon": dora
"quoted": "e f", "|/bin/cmd -x, \"y\"", plain
list: :include:/srv/list
file: /var/mail/archive
command: |cat
remote: someone@example.org, alice
   nothing
)";

std::optional<Targets> targets(std::string_view text, std::string_view name) {
    const auto found = find_alias(text, name, "f");
    return found ? std::optional(found->targets) : std::nullopt;
}

}  // namespace

TEST_CASE("an alias is found with its targets and its place") {
    const auto found = find_alias(table, "postmaster", "/etc/aliases");
    REQUIRE(found);
    CHECK(found->targets == Targets{"root"});
    CHECK(found->where == "/etc/aliases:2");
    CHECK(find_alias(table, "file", "t")->where == "t:15");
}

TEST_CASE("names are compared without regard to case, whole") {
    CHECK(targets(table, "root") == Targets{"alice", "bob"});
    CHECK(targets(table, "ROOT") == Targets{"alice", "bob"});
    CHECK(targets(table, "POSTmaster") == Targets{"root"});
    CHECK_FALSE(targets(table, "post"));
    CHECK_FALSE(targets(table, "rootx"));
    CHECK_FALSE(targets(table, "oot"));
}

TEST_CASE("lines that begin with a blank go on with the entry, comments between them or not") {
    CHECK(targets(table, "team") == Targets{"alice", "bob", "carol"});
    CHECK(targets(table, "remote") == Targets{"someone@example.org", "alice", "nothing"});
}

TEST_CASE("the first of several entries wins") { CHECK(targets("a: b\na: c\nA: d\n", "a") == Targets{"b"}); }

TEST_CASE("quotes hold what would divide") {
    CHECK(targets(table, "with: colon") == Targets{"dora"});
    CHECK(targets(table, "quoted") == Targets{"e f", "|/bin/cmd -x, \"y\"", "plain"});
    CHECK(targets("a: \"b\\\\c\", d\n", "a") == Targets{"b\\c", "d"});
    CHECK(targets("\"a b\" : c\n", "a b") == Targets{"c"});
}

TEST_CASE("commands, files, lists and other hosts are kept for the caller to tell apart") {
    CHECK(targets(table, "command") == Targets{"|cat"});
    CHECK(targets(table, "file") == Targets{"/var/mail/archive"});
    CHECK(targets(table, "list") == Targets{":include:/srv/list"});
}

TEST_CASE("odd lines are passed over, and harm no other") {
    CHECK_FALSE(targets("", "a"));
    CHECK_FALSE(targets("\n\n# a: b\n  a: b\n", "a"));
    CHECK(targets("  lost: x\nno colon here\n\"open: x\na: b", "a") == Targets{"b"});
    CHECK(targets("a:b", "a") == Targets{"b"});
    CHECK(targets("a :  b  \r\n c\r\n", "a") == Targets{"b", "c"});
    CHECK(targets("a: ,, b,\n", "a") == Targets{"b"});
    CHECK(targets("a:\nb: c\n", "a") == Targets{});
    CHECK(targets("a: \"b, c\nd: e\n", "d") == Targets{"e"});
    CHECK(targets("a: \"b\\", "a") == Targets{"b\\"});
    CHECK_FALSE(targets("#a: b\n", "#a"));
}

TEST_CASE("files are read when first asked, in their order") {
    const test::TemporaryFolder folder;
    const auto first = folder.file("first");
    const auto second = folder.write("second", "a: two\nb: two\n");
    route::Aliases aliases({first, second});
    folder.write("first", "a: one\n");
    const auto a = aliases.find("A");
    REQUIRE(a);
    REQUIRE(*a);
    CHECK((*a)->targets == Targets{"one"});
    CHECK((*a)->where == first + ":1");
    CHECK((*aliases.find("b"))->where == second + ":2");
    CHECK_FALSE(*aliases.find("c"));
    // One connection sees one table.
    folder.write("second", "c: new\n");
    CHECK_FALSE(*aliases.find("c"));
}

TEST_CASE("a missing file holds no alias, an unreadable one is a temporary failure") {
    const test::TemporaryFolder folder;
    route::Aliases missing({folder.file("missing")});
    REQUIRE(missing.find("a"));
    CHECK_FALSE(*missing.find("a"));
    route::Aliases none({});
    CHECK_FALSE(*none.find("a"));

    route::Aliases unreadable({folder.path()});
    const auto found = unreadable.find("a");
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == Fault::temporary);
    CHECK(found.error().error == EISDIR);
    CHECK(found.error().text == "alias table not available");
    CHECK(found.error().logged().contains(folder.path()));
    // It is asked again, not taken for empty.
    CHECK_FALSE(unreadable.find("a"));
}
