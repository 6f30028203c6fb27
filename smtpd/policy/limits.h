// How much a client may err and stall. Parameters of Postfix's names; pure decisions, no I/O.
#pragma once

#include <chrono>
#include <cstdint>

#include "lib/config/config.h"

namespace mail::smtpd {

using Clock = std::chrono::steady_clock;

struct Limits {
    long hard_errors;    // the session ends
    long soft_errors;    // each further error is answered late
    long junk_commands;  // commands that bring no mail forward, without counting as errors
    std::chrono::seconds error_delay;
    std::chrono::seconds timeout;  // for a command line, for a reply to be taken, and for the message to begin
    long data_rate;                // octets a second that a message must come with, 0 for none
    std::size_t line_length;
    std::size_t recipients;
    std::size_t recipient_overshoot;  // recipients past the limit that are only refused, without counting as errors
    std::uint64_t message_size;       // octets, 0 for no limit

    explicit Limits(const config::Config& config);

    // The latest time for the next octets of a message that began at `start` and of which `octets` have come:
    // who sends slower than data_rate has no right to the whole timeout again and again.
    [[nodiscard]] Clock::time_point data_deadline(Clock::time_point start, std::uint64_t octets,
                                                  Clock::time_point now) const;
};

// What a session has done wrong so far.
class Errors {
public:
    explicit Errors(const Limits& limits) : limits_(limits) {}

    void error() { ++errors_; }
    // A command that brings no mail forward (NOOP, VRFY, RSET, HELO again …): past the limit it is an error.
    void junk() {
        if (++junk_ > limits_.junk_commands) error();
    }
    // A message came through: the patience begins anew.
    void message_done() { junk_ = 0; }

    [[nodiscard]] long errors() const { return errors_; }
    [[nodiscard]] bool too_many() const { return errors_ >= limits_.hard_errors; }
    // How long to wait before the answer to an error.
    [[nodiscard]] std::chrono::seconds delay() const {
        return errors_ > limits_.soft_errors ? limits_.error_delay : std::chrono::seconds(0);
    }

private:
    const Limits& limits_;
    long errors_ = 0;
    long junk_ = 0;
};

}  // namespace mail::smtpd
