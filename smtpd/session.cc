#include "smtpd/session.h"

#include <algorithm>
#include <thread>

#include "lib/base/text.h"
#include "smtpd/commands.h"
#include "smtpd/replies.h"

namespace mail::smtpd {
namespace {

// What the stream can hold of a line beside its end, whatever line_length_limit says.
constexpr std::size_t longest_line = net::Stream::capacity - 2;

// What a line means that is no acceptable command line.
smtp::Reply complaint(LineStatus status) {
    switch (status) {
        case LineStatus::too_long: return replies::line_too_long;
        case LineStatus::bare_lf: return replies::bare_lf;
        case LineStatus::bare_cr: return replies::bare_cr;
        case LineStatus::nul: return replies::nul;
        case LineStatus::complete:
        case LineStatus::incomplete: break;
    }
    return replies::unknown_command;
}

// The verb of a command line, and behind it the argument.
std::pair<std::string_view, std::string_view> divide(std::string_view line) {
    line = text::trim(line);
    const auto end = line.find_first_of(" \t");
    if (end == std::string_view::npos) return {line, {}};
    return {line.substr(0, end), text::trim(line.substr(end))};
}

// Web browsers, TLS clients that met no TLS, and what else takes this port for another protocol's.
bool is_not_smtp(const config::Config& config, std::string_view verb) {
    if (!verb.empty() && !text::is_alpha(verb.front())) return true;
    for (const auto& forbidden : config.get<"smtpd_forbidden_commands">())
        if (text::iequals(forbidden, verb)) return true;
    return false;
}

// Where a refusal belongs, for the log.
std::string sender_of(const State& state) {
    const auto* const transaction = std::get_if<Transaction>(&state);
    return transaction == nullptr ? std::string() : "<" + transaction->envelope.sender.text() + ">";
}

}  // namespace

void Session::run() {
    log(log::events::connect, {{"client", peer.name()}, {"port", peer.port}});
    while (end.empty()) {
        std::optional<smtp::Reply> problem;
        const auto line = next_line(problem);
        if (!line && !problem) break;
        ++commands;
        answer(line.value_or(""), problem ? std::move(*problem) : execute(*line));
    }
    stream.flush(Clock::now() + limits.timeout);
    log_end();
}

void Session::log_end() const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_).count();
    log(log::events::disconnect, {{"client", peer.name()},
                                  {"reason", end},
                                  {"seconds", seconds},
                                  {"commands", commands},
                                  {"errors", errors.errors()},
                                  {"messages", messages}});
}

void Session::say(const smtp::Reply& reply) { stream.write(reply.wire(), Clock::now() + limits.timeout); }

bool Session::fill(Clock::time_point deadline) {
    const auto input = stream.fill(deadline);
    if (input == net::Input::data) return true;
    end = input == net::Input::timed_out ? ending::timed_out : ending::lost;
    if (input == net::Input::timed_out) say(replies::timed_out);
    return false;
}

// The next line to be executed, or the reply to one that can't be; neither when the session is over.
std::optional<std::string> Session::next_line(std::optional<smtp::Reply>& problem) {
    // One deadline for the whole line, however slowly it trickles in.
    const auto deadline = Clock::now() + limits.timeout;
    for (;;) {
        const auto input = stream.buffered();
        const auto line = first_line(input, std::min(limits.line_length, longest_line));
        const bool whole = line.consumed > 0 && input[line.consumed - 1] == '\n';
        std::string text(line.text);
        stream.consume(line.consumed);
        const bool forgiven = line.status == LineStatus::bare_lf && !forbids_bare_newline();
        if (line.status == LineStatus::complete || forgiven) return text;
        if (line.status != LineStatus::incomplete) {
            if (!whole) skip_overlong(deadline);
            if (end.empty()) problem = complaint(line.status);
            return std::nullopt;
        }
        if (!fill(deadline)) return std::nullopt;
    }
}

// Drops what is still to come of a line that is too long.
void Session::skip_overlong(Clock::time_point deadline) {
    while (fill(deadline)) {
        const auto newline = stream.buffered().find('\n');
        if (newline != std::string_view::npos) return stream.consume(newline + 1);
        stream.consume(stream.buffered().size());
    }
}

smtp::Reply Session::execute(std::string_view line) {
    const auto [verb, argument] = divide(line);
    if (is_not_smtp(config, verb)) {
        end = ending::not_smtp;
        return replies::not_smtp;
    }
    const auto* const command = find_command(verb);
    if (command == nullptr) return is_known_elsewhere(verb) ? replies::not_implemented : replies::unknown_command;
    if (command->kind == Kind::junk) errors.junk();
    return command->run(*this, argument);
}

// Sends the reply to a command, unless it lost the client; errors are counted, logged and, when they grow many, slow.
void Session::answer(std::string_view line, const smtp::Reply& reply) {
    if (end == ending::lost) return;
    if (end == ending::timed_out) return say(replies::timed_out);
    if (reply.is_failure()) {
        // What a command refused of its own accord it has logged itself, with more to say.
        const auto* const transaction = std::get_if<Transaction>(&state);
        const bool overshoot = reply == replies::too_many_recipients && transaction != nullptr &&
                               ++overshoot_ <= limits.recipient_overshoot;
        if (!overshoot) errors.error();
        if (!std::exchange(refusal_logged_, false)) log_refusal(line, reply, {});
        std::this_thread::sleep_for(errors.delay());
    }
    say(reply);
    if (errors.too_many() && end.empty()) {
        end = ending::errors;
        say(replies::too_many_errors);
    }
}

bool Session::forbids_bare_newline() const { return config.get<"smtpd_forbid_bare_newline">() == "reject"; }

void Session::forget_transaction() {
    auto* const transaction = std::get_if<Transaction>(&state);
    if (transaction == nullptr) return;
    // The state can't be assigned from a part of itself.
    auto greeting = std::move(transaction->greeting);
    state = std::move(greeting);
}

void Session::log_refusal(std::string_view line, const smtp::Reply& reply, std::string_view problem) {
    log(log::events::refused, {{"client", peer.name()},
                               {"sender", sender_of(state)},
                               {"command", line.substr(0, 128)},
                               {"reply", reply.text()},
                               {"problem", problem}});
}

std::expected<std::vector<route::Maildrop>, smtp::Reply> Session::find_recipient(const smtp::Address& address) {
    if (resolver.locality(address) == route::Locality::remote) return std::unexpected(replies::relaying_denied);
    auto found = resolver.resolve(address);
    if (found) {
        for (const auto& unknown : found->unknown)
            log(log::events::recipient_failed, {{"recipient", address.text()},
                                                {"user", unknown},
                                                {"reply", static_cast<smtp::Reply>(replies::unknown_user).text()}});
        return std::move(found->drops);
    }
    const auto& failure = found.error();
    smtp::Reply reply = replies::unknown_user;
    if (failure.kind == Fault::refused) reply = replies::not_this_account;
    if (failure.kind == Fault::temporary)
        reply = failure.error != 0 ? replies::lookup_failed : replies::alias_not_supported;
    // The cause may name files of this host: it is for the log only.
    if (failure.kind == Fault::temporary) {
        log_refusal("RCPT " + address.text(), reply, failure.logged());
        refusal_logged_ = true;
    }
    return std::unexpected(reply);
}

}  // namespace mail::smtpd
