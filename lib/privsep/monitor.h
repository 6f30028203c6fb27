// The privileged half of a connection. It reads nothing from the network: only bounded requests from its session,
// over one socketpair, and it does two things for it: it has a delivery made, or a mailbox checked, by a child of its
// own that becomes the recipient before it reads a byte of the message or of the user's files (worker.h).
//
// It trusts nothing that it is told. A message's descriptor must be a regular file of the session's own user, on the
// spool's device or sealed memory; the worker gets that file reopened read-only, since a shared descriptor would share
// its offset and its write permission. Nothing is delivered as root, whatever the request says (lib/store/recipient.h).
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
#include "lib/privsep/worker.h"

namespace mail::privsep {

struct MonitorSettings {
    Worker::Serve serve{};                // what a worker does with a request
    std::size_t at_once = 4;              // workers at a time; requests for more wait
    std::chrono::seconds time_limit{60};  // a worker that takes longer is killed: temporary
    uid_t owner = 0;                      // whose files messages must be
    dev_t device = 0;                     // and where
    std::uint64_t largest = 0;            // octets of a message's file, 0 for no limit
};

class Monitor {
public:
    Monitor(os::Fd channel, MonitorSettings settings, const log::Log& log);

    // Serves the session until it has closed its end and every request is done. No child is left and the channel is
    // closed. False when the session sent what no session of ours sends: it is not to be let live.
    [[nodiscard]] bool run();

private:
    using Clock = Worker::Clock;

    [[nodiscard]] bool has_room() const;
    [[nodiscard]] int milliseconds_to_next_limit() const;
    [[nodiscard]] Result<os::Fd> reopen(const os::Fd& message) const;
    void take_request();
    Result<void> pass_on(const Request& request, const os::Fd& message);
    Result<Worker*> worker_for(const std::string& user);
    void take_report(Worker& worker);
    void kill_overdue();
    void bury(Worker& worker);
    void answer(const Answer& answer);

    os::Fd channel_;
    MonitorSettings settings_;
    const log::Log& log_;
    std::vector<Worker> workers_;
    bool session_gone_ = false;
    bool betrayed_ = false;
};

}  // namespace mail::privsep
