#include "smtpd/courier.h"

#include "lib/privsep/channel.h"

namespace mail::smtpd {
namespace {

using Clock = std::chrono::steady_clock;
using privsep::Outcome;
using privsep::Verb;

constexpr auto not_begun = "delivery takes too long";

}  // namespace

Courier::Courier(os::Fd channel, std::string session, std::size_t at_once, std::chrono::seconds time_limit)
    : channel_(std::move(channel)), session_(std::move(session)), at_once_(at_once), time_limit_(time_limit) {}

bool Courier::ask(privsep::Request request, int message) {
    request.session = session_;
    return privsep::send_packet(channel_.get(), privsep::encode(request), message).has_value();
}

// Puts an answer in its place, which its tag names. False when the monitor is gone or talks nonsense.
bool Courier::take_answer(std::vector<Delivery>& into) {
    const auto packet = privsep::receive_packet(channel_.get());
    const auto answer = packet ? privsep::decode_answer(packet->bytes) : std::nullopt;
    if (!answer || answer->tag >= into.size()) return false;
    auto& delivery = into[answer->tag];
    delivery.outcome = answer->outcome;
    delivery.status = answer->status;
    delivery.text = answer->text;
    return true;
}

void Courier::prepare(const std::string& user) {
    // Should it fail, the delivery itself tells.
    static_cast<void>(ask({.verb = Verb::prepare, .tag = privsep::no_answer, .user = user}, -1));
}

Delivery Courier::check(const std::string& user) {
    std::vector<Delivery> one{{.user = user, .status = "4.3.0", .text = "mailbox can't be checked now"}};
    if (ask({.verb = Verb::check, .tag = 0, .user = user}, -1)) take_answer(one);
    return one.front();
}

std::vector<Delivery> Courier::deliver(int message, const std::string& sender, const std::vector<Parcel>& parcels) {
    std::vector<Delivery> results;
    for (const auto& parcel : parcels) results.push_back({.user = parcel.user, .status = "4.4.7", .text = not_begun});
    const auto limit = Clock::now() + time_limit_;
    std::size_t asked = 0;
    std::size_t answered = 0;
    bool monitor_there = true;
    const auto more = [&] { return monitor_there && asked < parcels.size() && Clock::now() < limit; };
    while (monitor_there && (answered < asked || more())) {
        if (asked - answered < at_once_ && more()) {
            const auto& parcel = parcels[asked];
            monitor_there = ask({.verb = Verb::deliver,
                                 .tag = static_cast<std::uint32_t>(asked),
                                 .user = parcel.user,
                                 .sender = sender,
                                 .recipient = parcel.recipient,
                                 .extension = parcel.extension},
                                message);
            ++asked;
        } else {
            monitor_there = take_answer(results);
            ++answered;
        }
    }
    return results;
}

}  // namespace mail::smtpd
