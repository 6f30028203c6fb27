#include "smtpd/any/rset.h"

#include "smtpd/replies.h"

namespace mail::smtpd {

Parsed<Rset> Rset::parse(std::string_view argument) {
    if (!argument.empty()) return std::unexpected(replies::no_argument_allowed);
    return Rset{};
}

smtp::Reply Rset::run(Session& session) const {
    session.forget_transaction();
    return replies::ok;
}

}  // namespace mail::smtpd
