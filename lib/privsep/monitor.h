// The privileged half of a connection. It reads nothing from the network: only bounded requests from its session,
// over one socketpair, and it does two things for it: it runs `deliver --check` and `deliver`.
//
// It trusts nothing that it is told. A message's descriptor must be a regular file of the session's own user on the
// spool's device; each deliver gets that file reopened read-only, since a shared descriptor would share its offset and
// its write permission. deliver itself refuses to deliver as root, whatever the request says.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/log/log.h"
#include "lib/os/fd.h"
#include "lib/privsep/messages.h"

namespace mail::privsep {

struct MonitorSettings {
    std::string deliver{};                 // the program's path
    std::vector<std::string> arguments{};  // what each deliver is told first: -c, -o, --log
    std::size_t at_once = 4;               // delivers running together; further requests wait
    std::chrono::seconds time_limit{60};   // a deliver that runs longer is killed: temporary
    uid_t owner = 0;                       // whose files messages must be
    dev_t device = 0;                      // and where
};

class Monitor {
public:
    Monitor(os::Fd channel, MonitorSettings settings, const log::Log& log);

    // Serves the session until it has closed its end and every deliver has ended.
    void run();

private:
    // One running deliver.
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
