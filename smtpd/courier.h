// The session's side of its monitor: asks it to check and to deliver.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/os/fd.h"
#include "lib/privsep/messages.h"
#include "smtpd/policy/verdict.h"

namespace mail::smtpd {

// One message for one account.
struct Parcel {
    std::string user{};
    std::string extension{};
    std::string recipient{};  // for Delivered-To

    bool operator==(const Parcel&) const = default;
};

class Courier {
public:
    // `channel` leads to the monitor; at most `at_once` requests are on their way.
    Courier(os::Fd channel, std::size_t at_once, std::chrono::seconds time_limit);

    // Has a worker made ready for this account, beside what the client does meanwhile; nothing is waited for.
    void prepare(const std::string& user);

    // Could mail be delivered to this account now?
    Delivery check(const std::string& user);

    // Delivers the message in the file `message` to each, a few at a time, in order. What was not begun within the time
    // limit is temporary. One Delivery for each parcel, in their order.
    std::vector<Delivery> deliver(int message, const std::string& sender, const std::vector<Parcel>& parcels);

private:
    // Either ends the channel for good when it fails: an answer that came late must not be taken for another's.
    bool ask(const privsep::Request& request, int message);
    bool take_answer(std::vector<Delivery>& into, std::uint32_t first_tag);

    os::Fd channel_;
    std::size_t at_once_;
    std::chrono::seconds time_limit_;
    std::uint32_t next_tag_ = 0;  // each request of the session has one of its own
};

}  // namespace mail::smtpd
