#include "smtpd/courier.h"

#include "lib/privsep/channel.h"

namespace mail::smtpd {
namespace {

using Clock = std::chrono::steady_clock;
using privsep::Verb;

constexpr auto not_begun = "delivery takes too long";
constexpr auto not_told = "local delivery is not available now";

}  // namespace

Courier::Courier(os::Fd channel, std::size_t at_once, std::chrono::seconds time_limit)
    : channel_(std::move(channel)), at_once_(at_once), time_limit_(time_limit) {}

bool Courier::ask(const privsep::Request& request, int message) {
    if (!channel_) return false;
    const bool sent = privsep::send_packet(channel_.get(), privsep::encode(request), message).has_value();
    if (!sent) channel_.reset();
    return sent;
}

// Puts an answer in its place, which its tag names. False when the monitor is gone or talks nonsense.
bool Courier::take_answer(std::vector<Delivery>& into, std::uint32_t first_tag) {
    const auto packet = privsep::receive_packet(channel_.get());
    const auto answer = packet ? privsep::decode_answer(packet->bytes) : std::nullopt;
    if (!answer || answer->tag - first_tag >= into.size()) {
        channel_.reset();
        return false;
    }
    auto& delivery = into[answer->tag - first_tag];
    delivery.outcome = answer->outcome;
    delivery.status = answer->status;
    delivery.text = answer->text;
    return true;
}

void Courier::prepare(const std::string& user) {
    // Should it fail, the delivery itself tells.
    ask({.verb = Verb::prepare, .tag = privsep::no_answer, .user = user}, -1);
}

Delivery Courier::check(const std::string& user) {
    std::vector<Delivery> one{{.user = user, .status = "4.3.0", .text = "mailbox can't be checked now"}};
    const auto tag = next_tag_++;
    if (ask({.verb = Verb::check, .tag = tag, .user = user}, -1)) take_answer(one, tag);
    return one.front();
}

std::vector<Delivery> Courier::deliver(int message, const std::string& sender, const std::vector<Parcel>& parcels) {
    std::vector<Delivery> results;
    for (const auto& parcel : parcels) results.push_back({.user = parcel.user, .status = "4.3.0", .text = not_told});
    const auto limit = Clock::now() + time_limit_;
    const auto first_tag = next_tag_;
    std::size_t asked = 0;
    std::size_t answered = 0;
    const auto more = [&] { return asked < parcels.size() && Clock::now() < limit; };
    while (channel_ && (answered < asked || more())) {
        if (asked - answered < at_once_ && more()) {
            const auto& parcel = parcels[asked];
            ask({.verb = Verb::deliver,
                 .tag = next_tag_++,
                 .user = parcel.user,
                 .sender = sender,
                 .recipient = parcel.recipient,
                 .extension = parcel.extension},
                message);
            ++asked;
        } else {
            take_answer(results, first_tag);
            ++answered;
        }
    }
    // Those that the time did not suffice for.
    for (; channel_ && asked < results.size(); ++asked) {
        results[asked].status = "4.4.7";
        results[asked].text = not_begun;
    }
    return results;
}

}  // namespace mail::smtpd
