#include "smtpd/any/vrfy.h"

#include "smtpd/replies.h"

namespace mail::smtpd {

Parsed<Vrfy> Vrfy::parse(std::string_view argument) {
    Cursor in(argument);
    if (in.at_end()) return std::unexpected(replies::vrfy_argument);
    Vrfy vrfy{.address = smtp::parse_path(in, false)};
    if (in.error() == smtp::not_ascii) return std::unexpected(replies::needs_smtputf8);
    if (in.failed()) return std::unexpected(replies::recipient_syntax.with(in.error()));
    if (!in.at_end()) return std::unexpected(replies::vrfy_argument);
    return vrfy;
}

smtp::Reply Vrfy::run(Session& session) const {
    if (session.config.get<"disable_vrfy_command">()) return replies::vrfy_disabled;
    const auto drops = session.find_recipient(address);
    if (!drops) return drops.error();
    auto reply = static_cast<smtp::Reply>(replies::will_deliver);
    reply.lines.front() += " <" + address.text() + ">";
    return reply;
}

}  // namespace mail::smtpd
