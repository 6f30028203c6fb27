// The types of values: what is one, and what is said about what is none.
#include "lib/config/values.h"

#include <catch2/catch.hpp>

using namespace mail::config;
using namespace std::chrono_literals;

namespace {

// What is said about `value` for a parameter of this type.
std::string said(Type type, std::string_view value, Range range = {}, std::string_view words = {}) {
    return problem_with({.name = "it", .type = type, .initial = {}, .help = {}, .range = range, .words = words}, value);
}

}  // namespace

TEST_CASE("booleans are yes and no, in any case", "[config]") {
    CHECK(boolean("yes") == true);
    CHECK(boolean("YES") == true);
    CHECK(boolean("No") == false);
    for (const auto* wrong : {"", "true", "1", "ye", "yes "}) CHECK_FALSE(boolean(wrong));

    CHECK(said(Type::boolean, "Yes").empty());
    CHECK(said(Type::boolean, "true") == "it = true: neither yes nor no; did you mean \"yes\"?");
    CHECK(said(Type::boolean, "0") == "it = 0: neither yes nor no; did you mean \"no\"?");
    CHECK(said(Type::boolean, "perhaps") == "it = perhaps: neither yes nor no");
    CHECK(said(Type::boolean, "") == "it is empty: give it a value, or remove the line for the default");
}

TEST_CASE("times have Postfix's units", "[config]") {
    CHECK(time("0") == 0s);
    CHECK(time("10") == 10s);
    CHECK(time("10s") == 10s);
    CHECK(time("2m") == 120s);
    CHECK(time("3h") == 3h);
    CHECK(time("1d") == 24h);
    CHECK(time("2w") == 14 * 24h);
    for (const auto* wrong :
         {"", "s", "10x", "1.5", "-1", "10 s", "1h30m", "99999999999999999999", "9223372036854775807w"})
        CHECK_FALSE(time(wrong));

    CHECK(said(Type::time, "5m").empty());
    CHECK(said(Type::time, "5y") == "it = 5y: not a time: write a number with s, m, h, d or w after it");
    CHECK(said(Type::time, "0", {1}) == "it = 0: too little: at least 1s");
    CHECK(said(Type::time, "100w", {0, 60}) == "it = 100w: too much: at most 60s");
}

TEST_CASE("sizes are bytes, or k, m and g of them", "[config]") {
    CHECK(size("0") == 0);
    CHECK(size("52428800") == 52428800);
    CHECK(size("1k") == 1024);
    CHECK(size("50m") == 52428800);
    CHECK(size("2g") == 2147483648);
    CHECK(size("9223372036854775807") == 9223372036854775807);
    for (const auto* wrong : {"", "k", "10MB", "10 m", "-1", "9223372036854775808", "9007199254740992k"})
        CHECK_FALSE(size(wrong));
    CHECK(said(Type::size, "50 MB") ==
          "it = 50 MB: not a size: write a number of bytes, or one with k, m or g after it");
}

TEST_CASE("numbers are whole and in range", "[config]") {
    CHECK(number("20") == 20);
    CHECK(number("-1") == -1);
    for (const auto* wrong : {"", "20x", "0x10", "1e3", "2.0", "+5"}) CHECK_FALSE(number(wrong));
    CHECK(said(Type::number, "20").empty());
    CHECK(said(Type::number, "many") == "it = many: not a whole number");
    CHECK(said(Type::number, "-1") == "it = -1: too little: at least 0");
    CHECK(said(Type::number, "0", {1}) == "it = 0: too little: at least 1");
    CHECK(said(Type::number, "2147483648") == "it = 2147483648: too much: at most 2147483647");
    CHECK(said(Type::number, "99999999999999999999") == "it = 99999999999999999999: not a whole number");
}

TEST_CASE("a choice is one of its words", "[config]") {
    CHECK(said(Type::choice, "reject", {}, "reject normalize no").empty());
    CHECK(said(Type::choice, "NO", {}, "reject normalize no").empty());
    CHECK(said(Type::choice, "rejct", {}, "reject normalize no") ==
          "it = rejct: not one of: reject normalize no; did you mean \"reject\"?");
    CHECK(said(Type::choice, "discard", {}, "reject normalize no") == "it = discard: not one of: reject normalize no");
}

TEST_CASE("lists are separated by commas and blanks", "[config]") {
    CHECK(list("").empty());
    CHECK(list("a, b,c  d\t,,e") == std::vector<std::string>{"a", "b", "c", "d", "e"});
}

TEST_CASE("paths are absolute", "[config]") {
    CHECK(said(Type::path, "/var/spool").empty());
    CHECK(said(Type::path, "").empty());
    CHECK(said(Type::path, "", not_empty) == "it is empty: give it a value, or remove the line for the default");
    CHECK(said(Type::path, "var/spool") == "it = var/spool: not an absolute path: begin it with \"/\"");
}

TEST_CASE("a maildir is below the home folder and ends with a slash", "[config]") {
    CHECK(said(Type::maildir, "Maildir/").empty());
    CHECK(said(Type::maildir, "mail/in/").empty());
    CHECK(said(Type::maildir, "Mailbox") ==
          "it = Mailbox: only the Maildir format is implemented; did you mean \"Mailbox/\"?");
    CHECK(said(Type::maildir, "/srv/mail/") ==
          "it = /srv/mail/: not below the home folder: remove the \"/\" it begins with");
    CHECK(said(Type::maildir, "../x/") == "it = ../x/: not below the home folder: remove \"..\"");
    CHECK(said(Type::maildir, "") == "it is empty: give it a value, or remove the line for the default");
}

TEST_CASE("domain names", "[config]") {
    for (const auto* right : {"localhost", "mail.example.org", "a_b.example", "xn--bcher-kva.example", "1and1.com"})
        CHECK(is_domain(right));
    for (const auto* wrong : {"", ".", "a..b", ".a", "a.", "-a.b", "a-.b", "a b", "a,b", "[1.2.3.4]", "b\xfc.de"})
        CHECK_FALSE(is_domain(wrong));
    CHECK_FALSE(is_domain(std::string(64, 'a')));
    CHECK_FALSE(is_domain("a." + std::string(60, 'b') + std::string(200, 'c')));

    CHECK(said(Type::domain, "my host") == "it = my host: not a domain name, as mail.example.org is one");
    CHECK(said(Type::domains, "").empty());
    CHECK(said(Type::domains, "a.example, b.example localhost").empty());
    CHECK(said(Type::domains, "a.example, hash:/etc/x") ==
          "it = a.example, hash:/etc/x: \"hash:/etc/x\" is a table, and tables are not implemented here: name the "
          "domains");
}

TEST_CASE("files may have the type of a table before them", "[config]") {
    CHECK(files("hash:/etc/aliases, /b lmdb:/c texthash:/d cdb:/e") ==
          std::vector<std::string>{"/etc/aliases", "/b", "/c", "/d", "/e"});
    CHECK(said(Type::files, "hash:/etc/aliases, /b").empty());
    CHECK(said(Type::files, "").empty());
    CHECK(said(Type::files, "hash:/etc/aliases, nis:mail.aliases") ==
          "it = hash:/etc/aliases, nis:mail.aliases: \"nis:mail.aliases\" is a table of type nis, "
          "which is not implemented: remove it, or name a text file, as hash:/etc/aliases does");
    CHECK(said(Type::files, "aliases") == "it = aliases: \"aliases\" is not an absolute path: begin it with \"/\"");
    CHECK(said(Type::files, "hash:aliases") ==
          "it = hash:aliases: \"hash:aliases\" is not an absolute path: begin it with \"/\"");
}
