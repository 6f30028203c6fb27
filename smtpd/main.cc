// smtpd: SMTP on stdin and stdout, one process pair per connection. RFC 5321.
#include "lib/serve/program.h"
#include "smtpd/serve.h"

int main(int argc, char** argv) {
    return mail::serve::run(argc, argv,
                            {.name = "smtpd",
                             .usage = "[options]",
                             .summary = "Speaks SMTP on standard input and output; a super-server starts it.",
                             .main = mail::smtpd::serve,
                             .misconfigured = mail::smtpd::not_available});
}
