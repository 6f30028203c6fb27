#include "lib/privsep/monitor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lib/os/file.h"
#include "lib/os/process.h"
#include "lib/privsep/channel.h"
#include "lib/privsep/report.h"

namespace mail::privsep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int report_descriptor = 3;  // where a child writes its report

}  // namespace

Monitor::Monitor(os::Fd channel, MonitorSettings settings, const log::Log& log)
    : channel_(std::move(channel)), settings_(std::move(settings)), log_(log) {}

void Monitor::run() {
    while (!session_gone_ || !jobs_.empty()) {
        std::vector<pollfd> waiting;
        for (const auto& job : jobs_) waiting.push_back({.fd = job.report.get(), .events = POLLIN, .revents = 0});
        // The channel is last; while as many children run as may, it is not looked at.
        const bool listening = !session_gone_ && jobs_.size() < settings_.at_once;
        waiting.push_back({.fd = listening ? channel_.get() : -1, .events = POLLIN, .revents = 0});
        if (::poll(waiting.data(), waiting.size(), milliseconds_to_next_limit()) < 0 && errno != EINTR) {
            log_(log::events::fault, {{"problem", system_failure("", "poll", errno).detail}});
            return;
        }
        kill_overdue();
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            if (waiting[i].revents != 0) read_report(jobs_[i]);
        std::erase_if(jobs_, [](const Job& job) { return job.ended; });
        if (waiting.back().revents != 0) take_request();
    }
}

int Monitor::milliseconds_to_next_limit() const {
    auto left = std::chrono::milliseconds::max();
    for (const auto& job : jobs_)
        if (!job.killed) left = std::min(left, std::chrono::ceil<std::chrono::milliseconds>(job.limit - Clock::now()));
    if (left == std::chrono::milliseconds::max()) return -1;
    return static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count());
}

// A delivery is in the mailbox whole or not at all, whenever it is killed.
void Monitor::kill_overdue() {
    for (auto& job : jobs_) {
        if (job.killed || Clock::now() < job.limit) continue;
        job.killed = true;
        ::kill(job.pid, SIGKILL);
    }
}

void Monitor::take_request() {
    auto packet = receive_packet(channel_.get());
    if (packet && packet->bytes.empty()) {
        session_gone_ = true;
        return;
    }
    const auto request = packet ? decode_request(packet->bytes) : std::nullopt;
    const bool has_message = packet && static_cast<bool>(packet->attached);
    if (!request || has_message != (request->verb == Verb::deliver)) {
        // No session of ours sends such a thing: whoever speaks there now gets nothing any more.
        log_(log::events::request_refused,
             {{"request", "malformed"}, {"problem", packet ? "" : std::string(packet.error().logged())}});
        session_gone_ = true;
        channel_.reset();
        return;
    }
    start(*request, packet->attached);
}

Result<os::Fd> Monitor::reopen(const os::Fd& message) const {
    struct stat file{};
    if (fstat(message.get(), &file) != 0)
        return std::unexpected(system_failure("internal error", "fstat of a message", errno));
    if (!S_ISREG(file.st_mode) || file.st_uid != settings_.owner || file.st_dev != settings_.device)
        return fail(Fault::refused, "internal error", "the message is not a file of the spool");
    return os::open("/proc/self/fd/" + std::to_string(message.get()), O_RDONLY);
}

void Monitor::start(const Request& request, const os::Fd& message) {
    const auto refuse = [&](const Failure& why) {
        log_(log::events::request_refused, {{"request", "deliver"}, {"problem", why.logged()}});
        answer({.tag = request.tag, .outcome = Outcome::temporary, .status = "4.3.0", .text = why.text});
    };
    auto input = request.verb == Verb::deliver ? reopen(message) : os::open("/dev/null", O_RDONLY);
    if (!input) return refuse(input.error());
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) return refuse(system_failure("internal error", "pipe", errno));
    Job job{.tag = request.tag, .report = os::Fd(pipe[0]), .said = {}, .limit = Clock::now() + settings_.time_limit};
    os::Fd write_end(pipe[1]);
    job.pid = fork();
    if (job.pid < 0) return refuse(system_failure("internal error", "fork", errno));
    if (job.pid == 0) run_child(request, std::move(*input), std::move(write_end));
    jobs_.push_back(std::move(job));
}

// The child keeps the message as its standard input and the report's pipe, and nothing else that leads anywhere: not
// the channel, not the other children's pipes.
void Monitor::run_child(const Request& request, os::Fd message, os::Fd report) {
    log::close();  // its descriptor is about to go; the child opens a log of its own
    const int spare = fcntl(report.get(), F_DUPFD, report_descriptor + 1);
    const bool placed = dup2(message.get(), STDIN_FILENO) >= 0 && dup2(spare, report_descriptor) >= 0;
    if (!placed || close_range(report_descriptor + 1, ~0U, 0) != 0) _exit(EX_OSERR);
    const auto said = settings_.serve(request, STDIN_FILENO);
    const bool told = os::write_all(report_descriptor, said, "report").has_value();
    _exit(told && said.starts_with("delivered") ? EX_OK : EX_TEMPFAIL);
}

// Reads what a child says until it closes the pipe, which is its end.
void Monitor::read_report(Job& job) {
    std::array<char, longest_report> buffer{};
    const auto n = os::read_some(job.report.get(), buffer, "a report");
    if (!n || *n == 0) return finish(job);
    if (job.said.size() < longest_report) job.said.append(buffer.data(), *n);
}

void Monitor::finish(Job& job) {
    job.ended = true;
    const auto status = os::wait_for(job.pid);
    auto result = mail::privsep::read_report(job.said, status.value_or(-1));
    result.tag = job.tag;
    if (job.killed) result.text = "delivery took too long";
    if (job.said.empty() || job.killed) {
        log_(log::events::deliver_failed,
             {{"status", result.status}, {"problem", status ? os::describe_status(*status) : status.error().detail}});
    }
    answer(result);
}

void Monitor::answer(const Answer& answer) {
    // A session that is gone needs no answer.
    if (!session_gone_ && !send_packet(channel_.get(), encode(answer))) session_gone_ = true;
}

}  // namespace mail::privsep
