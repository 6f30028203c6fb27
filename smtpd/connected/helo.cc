#include "smtpd/connected/helo.h"

#include <algorithm>

#include "smtpd/replies.h"

namespace mail::smtpd {

Parsed<std::string> parse_greeting(std::string_view argument) {
    const bool good = !argument.empty() && argument.size() <= smtp::longest_domain &&
                      std::ranges::all_of(argument, [](char c) { return c > ' ' && c < 0x7f; });
    if (!good) return std::unexpected(replies::helo_argument);
    return std::string(argument);
}

Parsed<Helo> Helo::parse(std::string_view argument) {
    auto host = parse_greeting(argument);
    if (!host) return std::unexpected(host.error());
    return Helo{std::move(*host)};
}

smtp::Reply Helo::run(Session& session) const {
    session.state = Greeted{.helo = host, .extended = false};
    return {250, "", session.config.get<"myhostname">()};
}

}  // namespace mail::smtpd
