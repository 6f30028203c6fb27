#include "smtpd/transaction/data.h"

#include <cerrno>

#include "smtpd/policy/verdict.h"
#include "smtpd/replies.h"
#include "smtpd/spool.h"
#include "smtpd/transaction/trace.h"
#include "smtpd/wire/body.h"

namespace mail::smtpd {
namespace {

// Reads the message to its end into the spool. False when the client went away or was too slow: the session is over.
bool receive(Session& session, BodyReader& body, Spool& spool) {
    const auto started = Clock::now();
    std::string decoded;
    for (;;) {
        decoded.clear();
        session.stream.consume(body.take(session.stream.buffered(), decoded));
        spool.write(decoded);
        if (body.done()) return true;
        const auto deadline = session.limits.data_deadline(started, body.size(), Clock::now());
        const auto input = session.stream.fill(deadline);
        if (input == net::Input::data) continue;
        session.end = input == net::Input::timed_out ? ending::timed_out : ending::lost;
        return false;
    }
}

smtp::Reply spool_failure(Session& session, const Failure& failure) {
    session.log(log::events::fault, {{"problem", failure.logged()}});
    const bool full = failure.error == ENOSPC || failure.error == EDQUOT;
    return full ? replies::disk_full : replies::not_stored;
}

// What is wrong with a message that came whole, if anything.
std::optional<smtp::Reply> refusal(Session& session, const BodyReader& body, Spool& spool) {
    const auto limit = session.limits.message_size;
    if (limit != 0 && body.size() > limit) return replies::too_big;
    const bool bare = body.bare_cr() + body.bare_lf() > 0;
    if (bare && session.forbids_bare_newline()) return replies::bare_newline;
    if (const auto written = spool.finish(); !written) return spool_failure(session, written.error());
    return std::nullopt;
}

std::vector<Parcel> parcels(const Session& session, const Transaction& transaction) {
    std::vector<Parcel> all;
    const auto domain = session.config.get<"myorigin">();
    for (const auto& recipient : transaction.recipients)
        for (const auto& drop : recipient.drops)
            all.push_back({drop.user, drop.extension, delivered_to(recipient.address, drop, domain)});
    return all;
}

// Mail that no alias gives to a person must not go unnoticed.
void log_system_mail(const Session& session, const Transaction& transaction) {
    for (const auto& recipient : transaction.recipients)
        for (const auto& drop : recipient.drops)
            if (drop.is_system)
                session.log(log::events::system_mail, {{"user", drop.user}, {"for", recipient.address.text()}});
}

void log_failures(Session& session, const std::vector<Parcel>& parcels, const std::vector<Delivery>& deliveries) {
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
        if (deliveries[i].outcome == privsep::Outcome::delivered) continue;
        session.log(log::events::recipient_failed, {{"recipient", parcels[i].recipient},
                                                    {"user", deliveries[i].user},
                                                    {"reply", failure_reply(deliveries[i]).text()}});
    }
}

smtp::Reply deliver(Session& session, const Transaction& transaction, const BodyReader& body, Spool& spool,
                    const std::string& id) {
    const auto sender = with_domain(transaction.envelope.sender, session.config.get<"myorigin">());
    const auto all = parcels(session, transaction);
    const auto deliveries = session.courier.deliver(spool.fd(), sender, all);
    log_failures(session, all, deliveries);
    log_system_mail(session, transaction);
    auto reply = verdict(deliveries, id);
    session.log(log::events::received, {{"client", session.peer.name()},
                                        {"id", id},
                                        {"sender", "<" + sender + ">"},
                                        {"recipients", transaction.recipients.size()},
                                        {"size", body.size()},
                                        {"bare", body.bare_cr() + body.bare_lf()},
                                        {"reply", reply.text()}});
    if (!reply.is_failure()) {
        ++session.messages;
        session.errors.message_done();
    }
    return reply;
}

}  // namespace

Parsed<Data> Data::parse(std::string_view argument) {
    if (!argument.empty()) return std::unexpected(replies::no_argument_allowed);
    return Data{};
}

smtp::Reply Data::run(Session& session, Transaction& current) const {
    if (current.recipients.empty()) return current.refused > 0 ? replies::no_valid_recipients : replies::rcpt_first;
    // The client's own octets are counted exactly, by the BodyReader.
    const auto limit = session.limits.message_size;
    Spool spool(session.spool_folder, limit == 0 ? 0 : limit + Spool::trace_room);
    const auto transaction = std::move(current);
    session.state = transaction.greeting;
    const auto id = session.log.session() + "." + std::to_string(session.messages + 1);
    spool.write(trace_header(session, transaction, id));
    session.say(replies::go_ahead);
    BodyReader body;
    if (!receive(session, body, spool)) return replies::timed_out;
    if (auto refused = refusal(session, body, spool)) return std::move(*refused);
    return deliver(session, transaction, body, spool, id);
}

}  // namespace mail::smtpd
