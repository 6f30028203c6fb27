#include "smtpd/any/noop.h"

#include "smtpd/replies.h"

namespace mail::smtpd {

Parsed<Noop> Noop::parse(std::string_view) { return Noop{}; }

smtp::Reply Noop::run(Session&) const { return replies::ok; }

}  // namespace mail::smtpd
