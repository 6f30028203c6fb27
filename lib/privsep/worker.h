// A child of the monitor that serves one user: it becomes that user at its first request, stays for the rest of the
// connection, and so the next message to the same user costs no new process.
//
// It is a fork and no exec of deliver: with an exec for each message little more than half as many were delivered
// (bench/RESULTS.md), and the code that runs is the same.
// What the user could do to it is little: a process that gave up root can't be traced or read by its user's others.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "lib/base/result.h"
#include "lib/os/fd.h"
#include "lib/privsep/messages.h"

namespace mail::privsep {

class Worker {
public:
    using Clock = std::chrono::steady_clock;
    // Serves a request, as whom it must be, with the message (or /dev/null) on descriptor `message`; gives the line
    // that report.h reads. Runs in the child.
    using Serve = std::function<std::string(const Request& request, int message)>;

    // Its exit status when it could not become its user: the report, or the log, has said why.
    static constexpr int not_the_user = 75;  // EX_TEMPFAIL

    // Forks. The child keeps its end of a socketpair and nothing else that leads anywhere: not the monitor's channel,
    // not the other workers' ends.
    static Result<Worker> start(std::string user, const Serve& serve);

    // Hands it a request and a descriptor of its message; `limit` is when it has to be done.
    Result<void> give(const Request& request, int message, Clock::time_point limit);

    // Something came from it: the answer to the oldest request. After its death each request left gets a temporary
    // failure, one a call.
    Answer take();

    [[nodiscard]] const std::string& user() const { return user_; }
    [[nodiscard]] int fd() const { return channel_.get(); }
    [[nodiscard]] bool idle() const { return pending_.empty(); }
    [[nodiscard]] bool dead() const { return dead_; }
    // When the oldest request has to be done; for ever when there is none, or when it was killed already and its end
    // is waited for.
    [[nodiscard]] Clock::time_point limit() const {
        return idle() || killed_ ? Clock::time_point::max() : pending_.front().limit;
    }

    // Ends it, whatever it does. A delivery is in the mailbox whole or not at all, whenever it is killed.
    void kill();
    // Its wait status, when it has ended or was killed.
    Result<int> reap();

private:
    struct Pending {
        std::uint32_t tag;
        Clock::time_point limit;
    };

    Worker(std::string user, pid_t pid, os::Fd channel)
        : user_(std::move(user)), pid_(pid), channel_(std::move(channel)) {}

    std::string user_;
    pid_t pid_;
    os::Fd channel_;
    std::deque<Pending> pending_;
    bool dead_ = false;
    bool killed_ = false;
};

}  // namespace mail::privsep
