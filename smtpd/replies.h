// Every reply of smtpd, named once. Codes: RFC 5321 4.2.3; enhanced status codes: RFC 3463, RFC 5248.
#pragma once

#include <string>
#include <string_view>

#include "lib/smtp/reply.h"

namespace mail::smtpd {

// A reply's code and text; what varies is appended after ": ".
struct Canned {
    int code;
    std::string_view enhanced;
    std::string_view text;

    operator smtp::Reply() const { return {code, enhanced, std::string(text)}; }
    [[nodiscard]] smtp::Reply with(std::string_view more) const {
        return {code, enhanced, std::string(text) + ": " + std::string(more)};
    }
};

namespace replies {

// what went well
inline constexpr Canned closing{221, "2.0.0", "Bye"};
inline constexpr Canned ok{250, "2.0.0", "Ok"};
inline constexpr Canned sender_ok{250, "2.1.0", "Sender ok"};
inline constexpr Canned recipient_ok{250, "2.1.5", "Recipient ok"};
inline constexpr Canned will_deliver{252, "2.0.0", "Send some mail, I'll try my best for"};
inline constexpr Canned go_ahead{354, "", "End data with <CR><LF>.<CR><LF>"};
inline constexpr Canned stored{250, "2.0.0", "Ok, in the mailbox as"};

// the line
inline constexpr Canned line_too_long{500, "5.5.2", "Line too long"};
inline constexpr Canned bare_lf{500, "5.5.2", "Bare LF: a line ends with CR LF"};
inline constexpr Canned bare_cr{500, "5.5.2", "Bare CR in a line"};
inline constexpr Canned nul{500, "5.5.2", "NUL in a line"};
inline constexpr Canned unknown_command{500, "5.5.1", "Command not recognized"};
inline constexpr Canned not_implemented{502, "5.5.1", "Command not implemented"};
inline constexpr Canned not_smtp{221, "2.7.0", "This is SMTP, goodbye"};
inline constexpr Canned vrfy_disabled{502, "5.5.1", "VRFY is disabled"};

// arguments
inline constexpr Canned no_argument_allowed{501, "5.5.4", "No argument allowed"};
inline constexpr Canned helo_argument{501, "5.5.4", "HELO and EHLO need your host name, without blanks"};
inline constexpr Canned vrfy_argument{501, "5.5.4", "VRFY needs an address"};
inline constexpr Canned sender_syntax{501, "5.1.7", "Bad sender address"};
inline constexpr Canned recipient_syntax{501, "5.1.3", "Bad recipient address"};
inline constexpr Canned mail_syntax{501, "5.5.4", "Syntax: MAIL FROM:<address> [parameters]"};
inline constexpr Canned rcpt_syntax{501, "5.5.4", "Syntax: RCPT TO:<address>"};
inline constexpr Canned needs_smtputf8{553, "5.6.7", "Addresses beyond ASCII need SMTPUTF8, which is not offered here"};
inline constexpr Canned unknown_parameter{555, "5.5.4", "Unsupported parameter"};
inline constexpr Canned bad_parameter{501, "5.5.4", "Bad parameter value"};

// the order of commands
inline constexpr Canned helo_first{503, "5.5.1", "Send HELO or EHLO first"};
inline constexpr Canned nested_mail{503, "5.5.1", "Sender already given"};
inline constexpr Canned mail_first{503, "5.5.1", "Send MAIL first"};
inline constexpr Canned rcpt_first{503, "5.5.1", "Send RCPT first"};
inline constexpr Canned no_valid_recipients{554, "5.5.1", "No valid recipients"};

// recipients
inline constexpr Canned unknown_user{550, "5.1.1", "No such user here"};
inline constexpr Canned not_this_account{550, "5.7.1",
                                         "This server was started by an ordinary user and serves that account only"};
inline constexpr Canned relaying_denied{554, "5.7.1", "Relaying denied"};
inline constexpr Canned too_many_recipients{452, "4.5.3", "Too many recipients: send the rest in another transaction"};
inline constexpr Canned lookup_failed{451, "4.3.0", "Recipient can't be looked up now"};
inline constexpr Canned alias_not_supported{451, "4.3.5", "Recipient's alias needs what this server can't do yet"};

// the message
inline constexpr Canned too_big{552, "5.3.4", "Message larger than this server accepts"};
inline constexpr Canned bare_newline{550, "5.5.2", "Message has a bare CR or LF: a line ends with CR LF"};
inline constexpr Canned disk_full{452, "4.3.1", "Not enough space on this server"};
inline constexpr Canned not_stored{451, "4.3.0", "Message can't be stored now"};

// the session
inline constexpr Canned misconfigured{421, "4.3.5", "Service not available: see this server's log"};
inline constexpr Canned timed_out{421, "4.4.2", "Timeout, closing"};
inline constexpr Canned too_many_errors{421, "4.7.0", "Too many errors, closing"};
inline constexpr Canned not_available{421, "4.3.0", "Service not available, closing"};

}  // namespace replies
}  // namespace mail::smtpd
