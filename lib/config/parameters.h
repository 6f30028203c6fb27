// The parameters of main.cf that Mayfly implements: the one table from which the reader, `mayfly config` and
// main.cf(5) come. A new parameter is one entry here, in the order of names; then
// `tests/lint/parameters.py --write` brings the page up to date.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace mail::config {

enum class Type {
    text,     // any text
    choice,   // one of a few words
    path,     // an absolute path
    maildir,  // a path below the home folder, ending with "/"
    domain,   // a domain name
    domains,  // domain names, separated by commas or blanks
    files,    // absolute paths, each perhaps with Postfix's table type before it ("hash:/etc/aliases")
    list,     // words, separated by commas or blanks
    boolean,  // yes or no
    number,   // a whole number
    size,     // bytes
    time,     // a number with s, m, h, d or w; seconds without
};

// The least and the most of a number, of a size in bytes, of a time in seconds. Of any other type only this counts:
// where the least is more than 0 a value must not be empty.
struct Range {
    long least = 0;
    long most = std::numeric_limits<int>::max();
};

struct Parameter {
    std::string_view name;
    Type type;
    std::string_view initial;  // the default, unexpanded, as one would write it in main.cf
    std::string_view help;     // what it means; sentences, the first one tells most
    Range range{};
    std::string_view words{};     // choice: the words allowed
    std::string_view computed{};  // how the default is found where it is no fixed text
};

inline constexpr Range not_empty{1};
inline constexpr Range at_least_one{1};
inline constexpr Range command_line{512};  // RFC 5321 4.5.3.1.4
inline constexpr Range deliveries{1, 1000};
inline constexpr Range any_size{0, std::numeric_limits<long>::max()};

inline constexpr std::string_view no_words;

inline constexpr auto parameters = std::to_array<Parameter>({
    {"alias_maps", Type::files, "/etc/aliases",
     "The files of aliases that mail for local names is redirected by. "
     "Text files, read as they are: nothing needs to be rebuilt after an edit. "
     "Lines of the form \"name: user, user\" are honoured. "
     "Postfix's hash:, btree:, dbm:, lmdb:, cdb: and texthash: before a path are accepted and mean the text file."},
    {"disable_vrfy_command", Type::boolean, "no", "Whether the SMTP server refuses the VRFY command."},
    {"first_valid_uid", Type::number, "1000",
     "The lowest uid of an account that receives mail. "
     "Accounts below it are system accounts: their mail goes where root's goes.",
     at_least_one},
    {"home_mailbox", Type::maildir, "Maildir/",
     "The Maildir of a user, below the user's home folder. It is made at the first delivery. "
     "It ends with a slash, because only the Maildir format is implemented.",
     not_empty},
    {"line_length_limit", Type::number, "2048",
     "The longest line, in bytes, that the SMTP server accepts as a command.", command_line},
    {"mail_name", Type::text, "Mayfly", "The name of the mail system in the SMTP greeting and in Received fields.",
     not_empty},
    {"mail_owner", Type::text, "mayfly", "The account that owns the queue and that SMTP sessions run as.", not_empty},
    {"message_size_limit", Type::size, "52428800",
     "The largest message, in bytes, that is accepted; 0 means no limit. The SMTP server announces it with SIZE.",
     any_size},
    {"mydestination", Type::domains, "$myhostname, localhost.$mydomain, localhost",
     "The domains whose mail is delivered on this host, to its users. Mail for any other domain is refused."},
    {"mydomain", Type::domain, "", "The domain of this host.", not_empty, no_words,
     "$myhostname without its first label, or \"localdomain\" where $myhostname has no dot"},
    {"myhostname", Type::domain, "", "The full name of this host, as it is told to other hosts.", not_empty, no_words,
     "the host's name as hostname(1) has it, and where that has no dot, followed by a dot and $mydomain"},
    {"myorigin", Type::domain, "$myhostname",
     "The domain that is added to an address without one. "
     "An absolute path stands for the first line of that file (as with /etc/mailname on Debian).",
     not_empty},
    {"queue_directory", Type::path, "/var/spool/mayfly",
     "The folder of the mail queue, where a message is kept while it is received.", not_empty},
    {"queue_minfree", Type::size, "0",
     "The free space, in bytes, that the queue's file system must have for mail to be accepted. "
     "With 0 only the space for the message itself is asked for.",
     any_size},
    {"recipient_delimiter", Type::text, "",
     "The characters that separate a user's name from an address extension (with \"+\": user+list). "
     "Where it is empty, there are no extensions."},
    {"smtpd_banner", Type::text, "$myhostname ESMTP $mail_name",
     "The text of the SMTP greeting, after its code 220. RFC 5321 wants the host's name to come first."},
    {"smtpd_delivery_concurrency", Type::number, "4",
     "How many recipients of one message are delivered to at the same time. Mayfly's own.", deliveries},
    {"smtpd_delivery_time_limit", Type::time, "60s",
     "How long the client waits, after the end of a message, for it to be delivered. "
     "Recipients not served by then count as failed for the time being. Mayfly's own.",
     at_least_one},
    {"smtpd_error_sleep_time", Type::time, "1s",
     "How long the SMTP server waits before it answers a further error, once a client has made more than "
     "smtpd_soft_error_limit of them."},
    {"smtpd_forbid_bare_newline", Type::choice, "reject",
     "What happens to lines that end in a line feed without a carriage return, or the other way around. "
     "Such lines are what SMTP smuggling is done with. "
     "With reject they are refused, in commands and in messages. "
     "With normalize (or yes), note and no a line feed alone is taken for a line end; it never ends a message, "
     "which only a dot between two full line ends does.",
     not_empty, "reject normalize yes note no"},
    {"smtpd_forbidden_commands", Type::list, "CONNECT GET POST",
     "Words that no mail client says where a command belongs. Who says one is disconnected at once."},
    {"smtpd_hard_error_limit", Type::number, "20", "How many errors a client may make before it is disconnected.",
     at_least_one},
    {"smtpd_helo_required", Type::boolean, "no", "Whether MAIL is refused before HELO or EHLO."},
    {"smtpd_junk_command_limit", Type::number, "100",
     "How many commands that bring no mail forward (NOOP, VRFY, RSET, HELO again) a client may give before each "
     "further one counts as an error. A message that is accepted starts the count anew.",
     at_least_one},
    {"smtpd_min_data_rate", Type::number, "500",
     "The least bytes a second that a client must send a message with, on average, once smtpd_timeout is over.",
     at_least_one},
    {"smtpd_recipient_limit", Type::number, "1000", "How many recipients a message may have.", at_least_one},
    {"smtpd_recipient_overshoot_limit", Type::number, "1000",
     "How many recipients above smtpd_recipient_limit are refused before each further one counts as an error.",
     at_least_one},
    {"smtpd_soft_error_limit", Type::number, "10",
     "How many errors a client may make before smtpd_error_sleep_time delays the answers.", at_least_one},
    {"smtpd_timeout", Type::time, "300s",
     "How long the SMTP server waits for the client: for a command, for a reply to be taken, for a message to begin.",
     at_least_one},
    {"syslog_facility", Type::choice, "mail", "The facility of syslog(3) that everything is logged to.", not_empty,
     "auth authpriv daemon local0 local1 local2 local3 local4 local5 local6 local7 mail user"},
    {"syslog_name", Type::text, "mayfly",
     "What log lines begin with: syslog_name, a slash and the name of the program.", not_empty},
});

inline constexpr std::size_t parameter_count = parameters.size();

// The place of `name` in the table; parameter_count when it is not there.
constexpr std::size_t index_of(std::string_view name) {
    const auto* const at = std::ranges::lower_bound(parameters, name, {}, &Parameter::name);
    return at != parameters.end() && at->name == name ? static_cast<std::size_t>(at - parameters.begin())
                                                      : parameter_count;
}

static_assert(std::ranges::adjacent_find(parameters, std::ranges::greater_equal{}, &Parameter::name) ==
                  parameters.end(),
              "parameters are sorted, each only once");

}  // namespace mail::config
