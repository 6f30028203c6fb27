#include "smtpd/connected/ehlo.h"

#include "smtpd/commands.h"
#include "smtpd/connected/helo.h"

namespace mail::smtpd {

Parsed<Ehlo> Ehlo::parse(std::string_view argument) {
    auto host = parse_greeting(argument);
    if (!host) return std::unexpected(host.error());
    return Ehlo{std::move(*host)};
}

smtp::Reply Ehlo::run(Session& session) const {
    session.state = Greeted{.helo = host, .extended = true};
    smtp::Reply reply(250, "", session.config.get<"myhostname">());
    for (auto& line : extensions(session)) reply.lines.push_back(std::move(line));
    return reply;
}

}  // namespace mail::smtpd
