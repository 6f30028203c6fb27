// The commands of SMTP, all in one table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/smtp/reply.h"
#include "smtpd/session.h"

namespace mail::smtpd {

// Whether a command brings mail forward, or counts against smtpd_junk_command_limit.
enum class Kind { work, junk };

struct Command {
    std::string_view name;
    smtp::Reply (*run)(Session&, std::string_view argument);
    Kind kind;
    std::string_view keywords;  // what EHLO says of it, separated by blanks
    std::string_view syntax;    // for HELP
};

// The command of that name, in either case; null for none.
const Command* find_command(std::string_view name);

// A command that RFCs know and this server does not have.
bool is_known_elsewhere(std::string_view name);

// The lines of the reply to EHLO after the first: from the table.
std::vector<std::string> extensions(const Session& session);

// The lines of the reply to HELP.
std::vector<std::string> help_lines();

}  // namespace mail::smtpd
