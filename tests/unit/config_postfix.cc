// mayfly's knowledge of Postfix's parameters, and what `mayfly config` says about a file.
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "lib/base/text.h"
#include "mayfly/config_print.h"
#include "mayfly/config_warnings.h"
#include "mayfly/postfix_parameters.h"
#include "tests/unit/temporary_file.h"

using namespace mail;
using namespace mail::mayfly;

using test::TemporaryFile;

namespace {

config::Config load(std::string_view content, std::vector<std::string> overrides = {}) {
    const TemporaryFile file(content);
    const auto config = config::Config::load({.file = file.path(), .overrides = std::move(overrides)});
    if (!config) FAIL(config.error().where + ": " + config.error().problem);
    return *config;
}

// The warnings about a file of these lines: "LINE: NAME: PROBLEM", the line with a "!" where it is refused.
std::vector<std::string> warned(std::string_view content, std::vector<std::string> overrides = {}) {
    std::vector<std::string> lines;
    for (const auto& each : warnings(load(content, std::move(overrides)))) {
        const auto line = each.where.substr(each.where.find(':') + 1);
        lines.push_back(line + (each.refused ? "!: " : ": ") + each.name + ": " + each.problem);
    }
    return lines;
}

}  // namespace

TEST_CASE("the names of Postfix are sorted, each only once, and none is Mayfly's", "[config]") {
    std::set<std::string, std::less<>> seen;
    for (const auto& group : postfix_groups()) {
        std::string_view before;
        for (const auto entry : text::split(group.names, " ")) {
            const auto name = entry.substr(0, entry.find('='));
            INFO(name);
            CHECK(before < name);
            CHECK(seen.emplace(name).second);
            CHECK(config::index_of(name) == config::parameter_count);
            CHECK((name == entry || group.standing == Standing::refused));
            before = name;
        }
    }
    CHECK(seen.size() > 650);
}

TEST_CASE("each name has a standing and a reason", "[config]") {
    REQUIRE(find_postfix("relayhost"));
    CHECK(find_postfix("relayhost")->standing == Standing::refused);
    CHECK(find_postfix("inet_interfaces")->harmless == "all");
    CHECK(find_postfix("biff")->standing == Standing::no_effect);
    CHECK(find_postfix("smtp_helo_timeout"));
    CHECK(find_postfix("lmtp_connect_timeout"));
    CHECK(find_postfix("dovecot_destination_recipient_limit"));
    CHECK_FALSE(find_postfix("relayhos"));
    CHECK_FALSE(find_postfix("relayhost=x"));
    CHECK_FALSE(find_postfix(""));
    CHECK(fate("content_filter") ==
          "refused: Mayfly does not look into messages nor hand them on: nothing would be checked or changed");
    CHECK_FALSE(fate("myhostname"));
    CHECK(suggestion("relayhst") == "; did you mean \"relayhost\"?");
    CHECK(suggestion("entirely_made_up_by_somebody").empty());
}

TEST_CASE("nothing is said about a file that means what it says", "[config]") {
    CHECK(warned("").empty());
    CHECK(warned("myhostname = a.example\nwho = me\nmail_name = $who ${stress?x} ${nope:y} $$z\n").empty());
    CHECK(warned("relayhost =\ninet_interfaces = all\nmailbox_size_limit = 0\n").empty());
}

TEST_CASE("what has no effect is told, in the file's order", "[config]") {
    using Lines = std::vector<std::string>;
    CHECK(warned("relayhost = [mx]\nbiff = no\n") ==
          Lines{"1!: relayhost: refused: Mayfly does not relay: mail for other hosts is refused",
                "2: biff: accepted without effect: deliver decides it"});
    CHECK(warned("smtpd_baner = x\n") ==
          Lines{"1: smtpd_baner: no parameter of Mayfly or Postfix, and no value uses it; "
                "did you mean \"smtpd_banner\"?"});
    CHECK(warned("\nmail_name = a\nmail_name = b\n") ==
          Lines{"3: mail_name: replaces the value that line 2 gives it: remove one of them"});
    CHECK(warned("smtpd_banner = $myhostnam $(mail_name)\n") ==
          Lines{"1: smtpd_banner: uses $myhostnam, which is not defined and stands for nothing; "
                "did you mean \"myhostname\"?"});
    CHECK(warned("mail_name = a\nbiff = no\n", {"biff=yes"}) ==
          Lines{"-o: biff: accepted without effect: deliver decides it"});
}

TEST_CASE("parameters are shown as they are written, expanded, and as JSON", "[config]") {
    const auto config = load("mail_name = a \"b\" \\\nsmtpd_banner = $mail_name\n");
    const std::size_t places[] = {config::index_of("smtpd_banner"), config::index_of("recipient_delimiter")};
    CHECK(print(config, places, Form::as_written) == "smtpd_banner = $mail_name\nrecipient_delimiter =\n");
    CHECK(print(config, places, Form::expanded) == "smtpd_banner = a \"b\" \\\nrecipient_delimiter =\n");
    CHECK(print(config, {}, Form::json) == "[\n]\n");
    const auto json = print(config, places, Form::json);
    CHECK(json.contains("\"name\": \"smtpd_banner\",\n"));
    CHECK(json.contains("\"value\": \"$mail_name\",\n"));
    CHECK(json.contains("\"expanded\": \"a \\\"b\\\" \\\\\",\n"));
    CHECK(json.contains(":2\",\n  \"set\": true\n }"));
    CHECK(json.contains("\"set\": false\n }\n]\n"));
}

TEST_CASE("the manual page has every parameter with type and default", "[config]") {
    const auto page = mdoc();
    for (const auto& parameter : config::parameters) {
        INFO(parameter.name);
        CHECK(page.contains(".It Ic " + std::string(parameter.name) + "\n(" + std::string(name_of(parameter.type))));
    }
    CHECK(page.contains(".It Ic smtpd_timeout\n(time; default:\n.Li 300s )\n"));
}
