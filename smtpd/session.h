// One SMTP session: reads lines, runs commands, sends replies, counts errors. RFC 5321.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"
#include "lib/log/log.h"
#include "lib/net/peer.h"
#include "lib/net/stream.h"
#include "lib/route/resolver.h"
#include "lib/smtp/reply.h"
#include "smtpd/courier.h"
#include "smtpd/policy/limits.h"
#include "smtpd/state.h"
#include "smtpd/wire/line.h"

namespace mail::smtpd {

// Why a session ended, for the log.
namespace ending {
inline constexpr std::string_view quit = "quit";
inline constexpr std::string_view lost = "lost";
inline constexpr std::string_view timed_out = "timeout";
inline constexpr std::string_view errors = "errors";
inline constexpr std::string_view not_smtp = "not-smtp";
}  // namespace ending

// What a session works with, and outlives it.
struct Surroundings {
    const config::Config& config;
    const log::Log& log;
    const net::Peer& peer;
    net::Stream& stream;
    route::Resolver& resolver;
    Courier& courier;
    int spool_folder;  // where messages pass through
};

struct Session : Surroundings {
    explicit Session(const Surroundings& surroundings) : Surroundings(surroundings) {}

    Limits limits{config};
    Errors errors{limits};
    State state = Connected{};
    long messages = 0;     // accepted so far
    long commands = 0;     // lines taken as commands
    std::string_view end;  // why the session ends after this reply; "" while it goes on

    // From the first command to the end; the client was greeted before (serve.h).
    void run();

    // Reply text that has to go out before the command is over (354).
    void say(const smtp::Reply& reply);
    // No transaction: what is left of the state after HELO, RSET or a finished message.
    void forget_transaction();
    // Resolves a recipient's address for RCPT and VRFY; a failure is the reply.
    std::expected<std::vector<route::Maildrop>, smtp::Reply> find_recipient(const smtp::Address& address);
    // Bare CR and LF are refused (smtpd_forbid_bare_newline).
    [[nodiscard]] bool forbids_bare_newline() const;

private:
    std::optional<std::string> next_line(std::optional<smtp::Reply>& problem);
    void skip_overlong(Clock::time_point deadline);
    bool fill(Clock::time_point deadline);
    smtp::Reply execute(std::string_view line);
    void answer(std::string_view line, const smtp::Reply& reply);
    void log_refusal(std::string_view line, const smtp::Reply& reply, std::string_view problem);
    void log_end() const;

    Clock::time_point started_ = Clock::now();
    std::size_t overshoot_ = 0;    // recipients refused for being too many
    bool refusal_logged_ = false;  // the reply under way is in the log already
};

}  // namespace mail::smtpd
