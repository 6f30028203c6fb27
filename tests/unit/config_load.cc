// Loading a configuration: file, overrides, defaults, and that what is loaded is right.
#include <catch2/catch.hpp>

#include "lib/config/config.h"
#include "lib/config/limits.h"
#include "lib/os/user.h"
#include "tests/unit/temporary_file.h"

using namespace mail;
using namespace mail::config;
using mail::test::TemporaryFile;
using namespace std::chrono_literals;

namespace {

Config load(std::string_view content, std::vector<std::string> overrides = {}) {
    const TemporaryFile file(content);
    auto config = Config::load({.file = file.path(), .file_required = true, .overrides = std::move(overrides)});
    if (!config) FAIL(config.error().where + ": " + config.error().problem);
    return *config;
}

// The mistake in `content`, "FILE" for the name of the file.
Mistake mistake(std::string_view content, std::vector<std::string> overrides = {}) {
    const TemporaryFile file(content);
    auto config = Config::load({.file = file.path(), .file_required = true, .overrides = std::move(overrides)});
    REQUIRE_FALSE(config);
    auto& where = config.error().where;
    if (where.starts_with(file.path())) where.replace(0, file.path().size(), "FILE");
    return config.error();
}

}  // namespace

TEST_CASE("every default is a value of its type", "[config]") {
    const Config defaults;
    for (std::size_t place = 0; place < parameter_count; ++place) {
        const auto& parameter = parameters[place];
        INFO(parameter.name);
        CHECK(problem_with(parameter, defaults.expanded(place)).empty());
        CHECK(parameter.help.ends_with('.'));
        CHECK((parameter.type == Type::choice) == !parameter.words.empty());
        CHECK(index_of(parameter.name) == place);
        CHECK(defaults.definition(place) == nullptr);
    }
    CHECK(index_of("") == parameter_count);
    CHECK(index_of("zzz") == parameter_count);
}

TEST_CASE("get has the C++ type of the parameter", "[config]") {
    const Config config;
    CHECK(config.get<"message_size_limit">() == std::uint64_t{52428800});
    CHECK(config.get<"smtpd_helo_required">() == false);
    CHECK(config.get<"smtpd_timeout">() == std::chrono::seconds(300));
    CHECK(config.get<"smtpd_hard_error_limit">() == 20L);
    CHECK(config.get<"home_mailbox">() == std::string("Maildir/"));
    CHECK(config.get<"smtpd_forbidden_commands">() == std::vector<std::string>{"CONNECT", "GET", "POST"});
    CHECK(config.get<"alias_maps">() == std::vector<std::string>{"/etc/aliases"});
    CHECK(load("smtpd_forbid_bare_newline = Normalize\n").get<"smtpd_forbid_bare_newline">() == "normalize");
    CHECK(load("smtpd_helo_required = YES\n").get<"smtpd_helo_required">());
}

TEST_CASE("the host's name and domain are found as Postfix finds them", "[config]") {
    const auto host = os::host_name();
    const auto dot = host.find('.');
    if (dot == std::string::npos) {
        CHECK(Config().get<"myhostname">() == host + ".localdomain");
        CHECK(Config().get<"mydomain">() == "localdomain");
        CHECK(load("mydomain = example.org\n").get<"myhostname">() == host + ".example.org");
    } else {
        CHECK(Config().get<"myhostname">() == host);
        CHECK(Config().get<"mydomain">() == host.substr(dot + 1));
    }
    const auto config = load("myhostname = mail.example.org\n");
    CHECK(config.get<"mydomain">() == "example.org");
    CHECK(config.get<"smtpd_banner">() == "mail.example.org ESMTP Mayfly");
    CHECK(config.get<"mydestination">() ==
          std::vector<std::string>{"mail.example.org", "localhost.example.org", "localhost"});
    CHECK(load("myhostname = alone\n").get<"mydomain">() == "localdomain");
    CHECK(load("myhostname = mx.$mydomain\nmydomain = example.org\n").get<"myhostname">() == "mx.example.org");
    CHECK(mistake("myhostname = mx.$mydomain\n") ==
          Mistake{"FILE:1",
                  "myhostname: it refers to itself (myhostname -> mydomain -> myhostname): "
                  "give one of them a value without $"});
}

TEST_CASE("myorigin may be the name of a file", "[config]") {
    const TemporaryFile mailname("mail.example.org\nsecond line\n");
    CHECK(load("myorigin = " + mailname.path() + "\n").get<"myorigin">() == "mail.example.org");
    CHECK(mistake("myorigin = /nonexistent/mailname\n") ==
          Mistake{"FILE:1",
                  "myorigin = /nonexistent/mailname: cannot be read: No such file or directory; "
                  "make that file, or name a domain"});
    const TemporaryFile empty("");
    CHECK(mistake("myorigin = " + empty.path() + "\n").problem ==
          "myorigin is empty: give it a value, or remove the line for the default");
}

TEST_CASE("the last definition wins, -o wins over the file", "[config]") {
    CHECK(load("mail_name = a\nmail_name = b\n").get<"mail_name">() == "b");
    CHECK(load("mail_name = a\n", {"mail_name=c", "mail_name = d"}).get<"mail_name">() == "d");
    CHECK(load("who = a\nmail_name = $who\n", {"who=b"}).get<"mail_name">() == "b");
}

TEST_CASE("a file may define what Mayfly does not know, -o may not", "[config]") {
    const auto config = load("relayhost = [mx]:25\nsmtpd_client_restrictions = ${\nme = x\nmail_name = $me\n");
    CHECK(config.get<"mail_name">() == "x");
    CHECK(config.definitions().size() == 4);

    CHECK(mistake("", {"relayhst=x"}) ==
          Mistake{"-o",
                  "\"relayhst\" is no parameter of Mayfly and is not defined in main.cf; "
                  "\"mayfly config\" lists them"});
    CHECK(mistake("", {"smtpd_timout=3"}) ==
          Mistake{"-o",
                  "\"smtpd_timout\" is no parameter of Mayfly and is not defined in main.cf; "
                  "did you mean \"smtpd_timeout\"?"});
    CHECK(mistake("my_own_name = x\n", {"my_own_nam=3"}).problem.ends_with("did you mean \"my_own_name\"?"));
    CHECK(mistake("", {"smtpd_timeout"}) == Mistake{"-o", "no \"=\" in \"smtpd_timeout\": write -o name=value"});
}

TEST_CASE("what is set is checked at once, and told with its place", "[config]") {
    CHECK(mistake("# x\nsmtpd_helo_required = true\n") ==
          Mistake{"FILE:2", "smtpd_helo_required = true: neither yes nor no; did you mean \"yes\"?"});
    CHECK(mistake("", {"smtpd_timeout=0"}) == Mistake{"-o", "smtpd_timeout = 0: too little: at least 1s"});
    CHECK(mistake("x = 5y\nsmtpd_timeout = $x\n") ==
          Mistake{"FILE:2", "smtpd_timeout = 5y: not a time: write a number with s, m, h, d or w after it"});
    CHECK(mistake("x = ${\n\nsmtpd_banner = $x\n") == Mistake{"FILE:1", "x: \"${\" is not closed: add the missing }"});
    CHECK(mistake("mail_name = $smtpd_banner\n") ==
          Mistake{"FILE:1",
                  "mail_name: it refers to itself (mail_name -> smtpd_banner -> mail_name): "
                  "give one of them a value without $"});
    CHECK(mistake("smtpd_timeout 5\n").where == "FILE:1");
    CHECK(mistake("mail_owner =\n").problem ==
          "mail_owner is empty: give it a value, or remove the line for the default");
    CHECK(mistake("line_length_limit = 100\n").problem == "line_length_limit = 100: too little: at least 512");
}

TEST_CASE("the file may be missing unless it was named, but must be readable and small", "[config]") {
    CHECK(Config::load({.file = "/nonexistent/main.cf"}));
    CHECK(Config::load({}));
    CHECK(Config::load({.file = "/nonexistent/main.cf", .file_required = true}).error() ==
          Mistake{"/nonexistent/main.cf", "cannot be read: No such file or directory"});
    CHECK(Config::load({.file = "/"}).error() == Mistake{"/", "cannot be read: Is a directory"});
    CHECK(mistake(std::string(limits::file_size + 1, '\n')) ==
          Mistake{"FILE", "cannot be read: larger than 1048576 bytes"});
    load(std::string(limits::file_size, '\n'));
}

TEST_CASE("a configuration can be copied and moved", "[config]") {
    auto one = load("mail_name = x\n");
    const auto two = one;
    const auto three = std::move(one);
    CHECK(two.get<"mail_name">() == "x");
    CHECK(three.get<"mail_name">() == "x");
    REQUIRE(three.definition(index_of("mail_name")) != nullptr);
    CHECK(three.where(*three.definition(index_of("mail_name"))).ends_with(":1"));
}

TEST_CASE("Debian's default main.cf of Postfix loads", "[config]") {
    const auto config = load(
        "smtpd_banner = $myhostname ESMTP $mail_name (Debian/GNU)\nbiff = no\nappend_dot_mydomain = no\n"
        "readme_directory = no\ncompatibility_level = 3.6\nsmtpd_tls_security_level=may\n"
        "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination\n"
        "myhostname = mail.example.org\nalias_maps = hash:/etc/aliases\nalias_database = hash:/etc/aliases\n"
        "mydestination = $myhostname, mail, localhost.localdomain, , localhost\nrelayhost = \n"
        "mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128\nmailbox_size_limit = 0\n"
        "recipient_delimiter = +\ninet_interfaces = all\ninet_protocols = all\n"
        "smtpd_hard_error_limit = ${stress?{1}:{20}}\nsmtpd_timeout = ${stress?{10}:{300}}s\n");
    CHECK(config.get<"smtpd_banner">() == "mail.example.org ESMTP Mayfly (Debian/GNU)");
    CHECK(config.get<"smtpd_timeout">() == 5min);
    CHECK(config.get<"mydestination">().size() == 4);
    CHECK(config.get<"alias_maps">() == std::vector<std::string>{"/etc/aliases"});
}
