#include "smtpd/any/quit.h"

#include "smtpd/replies.h"

namespace mail::smtpd {

Parsed<Quit> Quit::parse(std::string_view) { return Quit{}; }

smtp::Reply Quit::run(Session& session) const {
    session.end = ending::quit;
    return replies::closing;
}

}  // namespace mail::smtpd
