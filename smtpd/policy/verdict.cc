#include "smtpd/policy/verdict.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "smtpd/replies.h"

namespace mail::smtpd {
namespace {

struct BasicCode {
    std::string_view status;
    int code;
};

// Where the basic code is not the usual 451 or 554.
constexpr std::array basic_codes{BasicCode{"4.2.2", 452}, BasicCode{"4.3.1", 452}, BasicCode{"5.1.1", 550},
                                 BasicCode{"5.2.1", 550}, BasicCode{"5.2.2", 552}, BasicCode{"5.2.3", 552},
                                 BasicCode{"5.3.4", 552}, BasicCode{"5.7.1", 550}};

int basic_code(const Delivery& delivery) {
    const auto* const found = std::ranges::find(basic_codes, delivery.status, &BasicCode::status);
    if (found != basic_codes.end()) return found->code;
    return delivery.outcome == privsep::Outcome::temporary ? 451 : 554;
}

}  // namespace

smtp::Reply failure_reply(const Delivery& delivery) {
    // A status that contradicts the outcome would tell the sender the opposite of what is meant.
    const char wanted = delivery.outcome == privsep::Outcome::temporary ? '4' : '5';
    const bool agrees = delivery.status.starts_with(wanted);
    if (!agrees) return {wanted == '4' ? 451 : 554, wanted == '4' ? "4.3.0" : "5.3.0", delivery.text};
    return {basic_code(delivery), delivery.status, delivery.text};
}

smtp::Reply verdict(const std::vector<Delivery>& deliveries, const std::string& id) {
    const auto first = [&](privsep::Outcome outcome) {
        return std::ranges::find(deliveries, outcome, &Delivery::outcome);
    };
    if (const auto deferred = first(privsep::Outcome::temporary); deferred != deliveries.end())
        return failure_reply(*deferred);
    if (deliveries.empty()) return replies::not_stored;
    if (first(privsep::Outcome::delivered) == deliveries.end()) return failure_reply(deliveries.front());
    auto reply = static_cast<smtp::Reply>(replies::stored);
    reply.lines.front() += ' ' + id;
    return reply;
}

}  // namespace mail::smtpd
