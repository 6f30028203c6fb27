// From what became of each recipient to the one reply after DATA. architecture: a message is accepted when it is in the
// mailbox. Pure decisions, no I/O.
#pragma once

#include <string>
#include <vector>

#include "lib/privsep/messages.h"
#include "lib/smtp/reply.h"

namespace mail::smtpd {

// What became of the message for one account.
struct Delivery {
    std::string user{};
    privsep::Outcome outcome = privsep::Outcome::temporary;
    std::string status{};  // enhanced status code, "4.3.1"
    std::string text{};    // why, when it was not delivered
};

// While there is no queue to keep the rest: any temporary failure defers the whole message (the sender tries again, and
// who has it already gets it twice: no mail is lost); some delivered and others failed for good is a success, and the
// failures are the caller's to log; all failed for good is told with the first reason. `id` names the stored message.
smtp::Reply verdict(const std::vector<Delivery>& deliveries, const std::string& id);

// The reply to one failed delivery, by its enhanced status code (RFC 5248's table of codes and basic codes).
smtp::Reply failure_reply(const Delivery& delivery);

}  // namespace mail::smtpd
