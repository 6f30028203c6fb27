#include "smtpd/greeted/mail.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "lib/base/text.h"
#include "smtpd/replies.h"

namespace mail::smtpd {
namespace {

// size-value of RFC 1870 4: at most 20 digits. What does not fit is larger than any message: the largest number.
std::optional<std::uint64_t> size_value(std::string_view value) {
    constexpr std::size_t most_digits = 20;
    if (value.empty() || value.size() > most_digits || !std::ranges::all_of(value, text::is_digit)) return std::nullopt;
    return text::number<std::uint64_t>(value).value_or(std::numeric_limits<std::uint64_t>::max());
}

// One esmtp-param, "KEYWORD[=value]".
Parsed<Envelope> with_parameter(Envelope envelope, std::string_view parameter) {
    const auto equals = parameter.find('=');
    const auto keyword = parameter.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view{} : parameter.substr(equals + 1);
    if (text::iequals(keyword, "SIZE")) {
        envelope.size = size_value(value);
        if (!envelope.size) return std::unexpected(replies::bad_parameter.with("SIZE needs a number"));
    } else if (text::iequals(keyword, "BODY") && text::iequals(value, "8BITMIME")) {
        envelope.eight_bit = true;
    } else if (text::iequals(keyword, "BODY") && text::iequals(value, "7BIT")) {
        envelope.eight_bit = false;
    } else {
        return std::unexpected(replies::unknown_parameter.with(text::printable(parameter, 64)));
    }
    return envelope;
}

// Whether the spool has room for a message of that size and queue_minfree more. A file system that does not say has.
bool has_room(const Session& session, std::uint64_t size) {
    struct statvfs space{};
    if (fstatvfs(session.spool_folder, &space) != 0) return true;
    const auto free = space.f_bavail * space.f_frsize;
    const auto kept = session.config.get<"queue_minfree">();
    return free >= kept && free - kept >= size;
}

}  // namespace

Parsed<Mail> Mail::parse(std::string_view argument) {
    Cursor in(argument);
    if (!in.accept("FROM:")) return std::unexpected(replies::mail_syntax);
    in.skip_blanks();
    if (in.at_end()) return std::unexpected(replies::sender_syntax.with("no address"));
    Envelope envelope{.sender = smtp::parse_path(in, true), .size = {}};
    if (in.error() == smtp::not_ascii) return std::unexpected(replies::needs_smtputf8);
    if (in.failed()) return std::unexpected(replies::sender_syntax.with(in.error()));
    if (!in.at_end() && !text::is_space(in.peek())) return std::unexpected(replies::sender_syntax);
    std::vector<std::string> seen;
    for (const auto parameter : text::split(in.rest(), " \t")) {
        seen.push_back(text::upper(parameter.substr(0, parameter.find('='))));
        if (std::ranges::count(seen, seen.back()) > 1)
            return std::unexpected(replies::bad_parameter.with("given twice"));
        auto with = with_parameter(std::move(envelope), parameter);
        if (!with) return std::unexpected(with.error());
        envelope = std::move(*with);
    }
    return Mail{std::move(envelope)};
}

smtp::Reply Mail::run(Session& session, const Greeted& greeting) const {
    const auto size = envelope.size.value_or(0);
    if (session.limits.message_size != 0 && size > session.limits.message_size) return replies::too_big;
    if (!has_room(session, size)) return replies::disk_full;
    session.state = Transaction{.greeting = greeting, .envelope = envelope, .recipients = {}};
    return replies::sender_ok;
}

}  // namespace mail::smtpd
