#include "smtpd/transaction/rcpt.h"

#include "lib/base/text.h"
#include "smtpd/replies.h"

namespace mail::smtpd {
namespace {

// With a single recipient the reply after DATA tells all. From the second on, one mailbox that can't be delivered to
// would defer or spoil what the others get: so it is asked for now, and refused alone. An alias with many members is
// not gone through: it would let a stranger make this host work with a single line.
std::optional<smtp::Reply> refusal_of_mailbox(Session& session, const std::vector<route::Maildrop>& drops) {
    if (drops.size() != 1) return std::nullopt;
    const auto checked = session.courier.check(drops.front().user);
    if (checked.outcome == privsep::Outcome::delivered) return std::nullopt;
    return failure_reply(checked);
}

}  // namespace

Parsed<Rcpt> Rcpt::parse(std::string_view argument) {
    Cursor in(argument);
    if (!in.accept("TO:")) return std::unexpected(replies::rcpt_syntax);
    in.skip_blanks();
    if (in.at_end()) return std::unexpected(replies::recipient_syntax.with("no address"));
    Rcpt rcpt{.recipient = smtp::parse_path(in, false)};
    if (in.error() == smtp::not_ascii) return std::unexpected(replies::needs_smtputf8);
    if (in.failed()) return std::unexpected(replies::recipient_syntax.with(in.error()));
    if (!in.at_end() && !text::is_space(in.peek())) return std::unexpected(replies::recipient_syntax);
    in.skip_blanks();
    if (!in.at_end()) return std::unexpected(replies::unknown_parameter.with(text::printable(in.rest(), 64)));
    return rcpt;
}

smtp::Reply Rcpt::run(Session& session, Transaction& transaction) const {
    if (transaction.recipients.size() >= session.limits.recipients) return replies::too_many_recipients;
    auto drops = session.find_recipient(recipient);
    if (!drops) {
        ++transaction.refused;
        return drops.error();
    }
    // An account gets one copy, however many recipients lead to it.
    std::erase_if(*drops, [&](const auto& drop) { return transaction.drops.contains(drop); });
    if (transaction.recipients.empty()) {
        session.courier.prepare(drops->front().user);
    } else if (auto refusal = refusal_of_mailbox(session, *drops)) {
        ++transaction.refused;
        return std::move(*refusal);
    }
    transaction.drops.insert(drops->begin(), drops->end());
    transaction.recipients.push_back({recipient, std::move(*drops)});
    return replies::recipient_ok;
}

}  // namespace mail::smtpd
