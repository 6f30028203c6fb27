// The privileged half of a connection. It reads nothing from the network: only bounded requests from its session,
// over one socketpair, and it does two things for it: it has a delivery made, or a mailbox checked, in a child of its
// own that becomes the recipient before it reads a byte of the message or of the user's files.
//
// It trusts nothing that it is told. A message's descriptor must be a regular file of the session's own user on the
// spool's device; each child gets that file reopened read-only, since a shared descriptor would share its offset and
// its write permission. Nothing is delivered as root, whatever the request says (lib/store/recipient.h).
//
// The child is a fork and no exec of deliver: an exec costs more than the whole delivery, and the code that runs is the
// same (bench/RESULTS.md).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/log/log.h"
#include "lib/os/fd.h"
#include "lib/privsep/messages.h"

namespace mail::privsep {

struct MonitorSettings {
    // What a child does: serves the request, with the message on descriptor `message`, as whom it must be; gives the
    // line that report.h reads.
    std::function<std::string(const Request& request, int message)> serve;
    std::size_t at_once = 4;              // children running together; further requests wait
    std::chrono::seconds time_limit{60};  // a child that runs longer is killed: temporary
    uid_t owner = 0;                      // whose files messages must be
    dev_t device = 0;                     // and where
};

class Monitor {
public:
    Monitor(os::Fd channel, MonitorSettings settings, const log::Log& log);

    // Serves the session until it has closed its end and every child has ended.
    void run();

private:
    // One running child.
    struct Job {
        std::uint32_t tag = 0;
        pid_t pid = -1;
        os::Fd report;     // the pipe that its report comes through
        std::string said;  // what came so far
        std::chrono::steady_clock::time_point limit;
        bool killed = false;
        bool ended = false;
    };

    void take_request();
    void start(const Request& request, const os::Fd& message);
    [[noreturn]] void run_child(const Request& request, os::Fd message, os::Fd report);
    [[nodiscard]] Result<os::Fd> reopen(const os::Fd& message) const;
    void read_report(Job& job);
    void finish(Job& job);
    void answer(const Answer& answer);
    [[nodiscard]] int milliseconds_to_next_limit() const;
    void kill_overdue();

    os::Fd channel_;
    MonitorSettings settings_;
    const log::Log& log_;
    std::vector<Job> jobs_;
    bool session_gone_ = false;
};

}  // namespace mail::privsep
