#include "smtpd/any/help.h"

#include "smtpd/commands.h"

namespace mail::smtpd {

Parsed<Help> Help::parse(std::string_view) { return Help{}; }

smtp::Reply Help::run(Session&) const {
    smtp::Reply reply(214, "2.0.0", {});
    reply.lines = help_lines();
    return reply;
}

}  // namespace mail::smtpd
