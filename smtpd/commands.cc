#include "smtpd/commands.h"

#include <algorithm>
#include <array>

#include "lib/base/text.h"
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

namespace mail::smtpd {
namespace {

template <class C, class... S>
smtp::Reply parse_and_run(std::string_view argument, S&... with) {
    auto command = C::parse(argument);
    return command ? command->run(with...) : command.error();
}

// Legal at any time.
template <class C>
smtp::Reply any(Session& session, std::string_view argument) {
    return parse_and_run<C>(argument, session);
}

// Legal outside a transaction, after HELO or EHLO where smtpd_helo_required says so.
template <class C>
smtp::Reply greeted(Session& session, std::string_view argument) {
    if (std::holds_alternative<Transaction>(session.state)) return replies::nested_mail;
    if (std::holds_alternative<Connected>(session.state)) {
        if (session.config.get<"smtpd_helo_required">()) return replies::helo_first;
        session.state = Greeted{};
    }
    return parse_and_run<C>(argument, session, std::get<Greeted>(session.state));
}

// Legal after MAIL.
template <class C>
smtp::Reply transaction(Session& session, std::string_view argument) {
    auto* const current = std::get_if<Transaction>(&session.state);
    if (current == nullptr) return replies::mail_first;
    return parse_and_run<C>(argument, session, *current);
}

// All of SMTP on one screen.
constexpr std::array commands{
    //       name    legal where          counts as    EHLO keywords    HELP
    Command{"DATA", transaction<Data>, Kind::work, "", "DATA"},
    Command{"EHLO", any<Ehlo>, Kind::junk, "", "EHLO host"},
    Command{"HELO", any<Helo>, Kind::junk, "", "HELO host"},
    Command{"HELP", any<Help>, Kind::junk, "HELP", "HELP"},
    Command{"MAIL", greeted<Mail>, Kind::work, "SIZE 8BITMIME", "MAIL FROM:<sender> [SIZE=n] [BODY=7BIT|8BITMIME]"},
    Command{"NOOP", any<Noop>, Kind::junk, "", "NOOP"},
    Command{"QUIT", any<Quit>, Kind::work, "", "QUIT"},
    Command{"RCPT", transaction<Rcpt>, Kind::work, "", "RCPT TO:<recipient>"},
    Command{"RSET", any<Rset>, Kind::junk, "", "RSET"},
    Command{"VRFY", any<Vrfy>, Kind::junk, "VRFY", "VRFY address"},
};

// What holds for every command: replies come in order and carry enhanced codes.
constexpr std::array<std::string_view, 2> session_keywords{"PIPELINING", "ENHANCEDSTATUSCODES"};

// Of RFC 821, 1985, 3030, 3207, 4954, 2645, 4468: a client that asks for these makes no typing error.
constexpr std::array<std::string_view, 12> known_elsewhere{"ATRN", "AUTH", "BDAT", "BURL", "ETRN",     "EXPN",
                                                           "ONEX", "SAML", "SEND", "SOML", "STARTTLS", "TURN"};

std::string with_parameter(std::string_view keyword, const Session& session) {
    if (keyword == "SIZE") return "SIZE " + std::to_string(session.limits.message_size);
    return std::string(keyword);
}

}  // namespace

const Command* find_command(std::string_view name) {
    const auto* const found =
        std::ranges::find_if(commands, [&](const Command& command) { return text::iequals(command.name, name); });
    return found == commands.end() ? nullptr : found;
}

bool is_known_elsewhere(std::string_view name) {
    return std::ranges::any_of(known_elsewhere, [&](auto known) { return text::iequals(known, name); });
}

std::vector<std::string> extensions(const Session& session) {
    std::vector<std::string> lines(session_keywords.begin(), session_keywords.end());
    for (const auto& command : commands)
        for (const auto keyword : text::split(command.keywords, " ")) {
            if (keyword == "VRFY" && session.config.get<"disable_vrfy_command">()) continue;
            lines.push_back(with_parameter(keyword, session));
        }
    return lines;
}

std::vector<std::string> help_lines() {
    std::vector<std::string> lines{"Commands:"};
    for (const auto& command : commands) lines.emplace_back(command.syntax);
    return lines;
}

}  // namespace mail::smtpd
