#include "lib/privsep/worker.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "lib/log/log.h"
#include "lib/os/process.h"
#include "lib/privsep/channel.h"
#include "lib/privsep/report.h"

namespace mail::privsep {
namespace {

constexpr int kept = 3;  // the child's only descriptor beside the standard ones

// The child: one request after the other, until the monitor closes its end.
[[noreturn]] void work(os::Fd channel, const Worker::Serve& serve) {
    log::close();  // its descriptor is about to go; whoever logs opens it again
    const int spare = fcntl(channel.get(), F_DUPFD, kept + 1);
    if (spare < 0 || dup3(spare, kept, O_CLOEXEC) < 0 || close_range(kept + 1, ~0U, 0) != 0) _exit(EX_OSERR);
    for (;;) {
        const auto packet = receive_packet(kept);
        const auto request = packet ? decode_request(packet->bytes) : std::nullopt;
        if (!request) _exit(packet && packet->bytes.empty() ? EX_OK : EX_SOFTWARE);
        const auto report = serve(*request, packet->attached.get());
        if (!send_packet(kept, report)) _exit(EX_OSERR);
        // Who could not become the user must not go on as root.
        if (geteuid() == 0) _exit(Worker::not_the_user);
    }
}

}  // namespace

Result<Worker> Worker::start(std::string user, const Serve& serve) {
    auto ends = socket_pair();
    if (!ends) return std::unexpected(ends.error());
    const pid_t pid = fork();
    if (pid < 0) return std::unexpected(system_failure("internal error", "fork", errno));
    if (pid == 0) work(std::move(ends->second), serve);
    return Worker(std::move(user), pid, std::move(ends->first));
}

Result<void> Worker::give(const Request& request, int message, Clock::time_point limit) {
    auto sent = send_packet(channel_.get(), encode(request), message, Patience::fail);
    if (sent) pending_.push_back({request.tag, limit});
    return sent;
}

Answer Worker::take() {
    const auto packet = dead_ ? Packet{} : receive_packet(channel_.get()).value_or(Packet{});
    dead_ = dead_ || packet.bytes.empty();
    auto answer = read_report(packet.bytes);
    if (killed_) {
        answer.status = "4.4.7";
        answer.text = "delivery took too long";
    }
    if (!pending_.empty()) {
        answer.tag = pending_.front().tag;
        pending_.pop_front();
    }
    return answer;
}

void Worker::kill() {
    killed_ = true;
    ::kill(pid_, SIGKILL);
}

Result<int> Worker::reap() { return os::wait_for(pid_); }

}  // namespace mail::privsep
