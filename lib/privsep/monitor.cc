#include "lib/privsep/monitor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/os/file.h"
#include "lib/os/process.h"
#include "lib/privsep/channel.h"

namespace mail::privsep {
namespace {

// Memory that nobody can change any more: only a memfd can have these seals.
bool is_sealed(int fd) {
    constexpr int wanted = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
    const int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & wanted) == wanted;
}

}  // namespace

Monitor::Monitor(os::Fd channel, MonitorSettings settings, const log::Log& log)
    : channel_(std::move(channel)), settings_(std::move(settings)), log_(log) {}

bool Monitor::run() {
    while (!session_gone_ || !std::ranges::all_of(workers_, &Worker::idle)) {
        std::vector<pollfd> waiting;
        for (const auto& worker : workers_) waiting.push_back({.fd = worker.fd(), .events = POLLIN, .revents = 0});
        // The channel is last; while there is no room for another worker, it is not looked at.
        const int channel = !session_gone_ && has_room() ? channel_.get() : -1;
        waiting.push_back({.fd = channel, .events = POLLIN, .revents = 0});
        if (::poll(waiting.data(), waiting.size(), milliseconds_to_next_limit()) < 0 && errno != EINTR) {
            log_(log::events::fault, {{"problem", system_failure("", "poll", errno).detail}});
            break;
        }
        kill_overdue();
        for (std::size_t i = 0; i < workers_.size(); ++i)
            if (waiting[i].revents != 0) take_report(workers_[i]);
        std::erase_if(workers_, &Worker::dead);
        if (waiting.back().revents != 0) take_request();
    }
    for (auto& worker : workers_) bury(worker);
    workers_.clear();
    // A session that still waits for an answer must not wait for ever.
    channel_.reset();
    return !betrayed_;
}

bool Monitor::has_room() const {
    return workers_.size() < settings_.at_once || std::ranges::any_of(workers_, &Worker::idle);
}

int Monitor::milliseconds_to_next_limit() const {
    auto next = Clock::time_point::max();
    for (const auto& worker : workers_) next = std::min(next, worker.limit());
    if (next == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    return static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count());
}

// The killed worker's end of the socket closes, and take_report() hears of it.
void Monitor::kill_overdue() {
    for (auto& worker : workers_)
        if (worker.limit() <= Clock::now()) worker.kill();
}

void Monitor::take_request() {
    const auto packet = receive_packet(channel_.get());
    // One that left an answer unread resets the connection.
    if (packet ? packet->bytes.empty() : packet.error().error == ECONNRESET) {
        session_gone_ = true;
        return;
    }
    const auto request = packet ? decode_request(packet->bytes) : std::nullopt;
    const bool has_message = packet && static_cast<bool>(packet->attached);
    if (!request || has_message != (request->verb == Verb::deliver)) {
        // Whoever speaks there now gets nothing any more.
        betrayed_ = true;
        log_(log::events::request_refused,
             {{"request", "malformed"}, {"problem", packet ? "" : std::string(packet.error().logged())}});
        session_gone_ = true;
        channel_.reset();
        return;
    }
    if (const auto passed = pass_on(*request, packet->attached); !passed) {
        log_(log::events::request_refused, {{"request", "delivery"}, {"problem", passed.error().logged()}});
        answer({.tag = request->tag, .outcome = Outcome::temporary, .status = "4.3.0", .text = passed.error().text});
    }
}

Result<os::Fd> Monitor::reopen(const os::Fd& message) const {
    struct stat file{};
    if (fstat(message.get(), &file) != 0)
        return std::unexpected(system_failure("internal error", "fstat of a message", errno));
    // Without a name, so that no file of the queue or of a mailbox is passed off as a message; open for reading and
    // writing, so that it is one that the session could read anyway (O_PATH opens what may not be read).
    const bool own = S_ISREG(file.st_mode) && file.st_uid == settings_.owner && file.st_nlink == 0;
    const int flags = fcntl(message.get(), F_GETFL);
    const bool usable = flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) == O_RDWR;
    if (!own || !usable || (file.st_dev != settings_.device && !is_sealed(message.get())))
        return fail(Fault::refused, "internal error", "the message is neither a file of the spool nor sealed memory");
    if (settings_.largest != 0 && static_cast<std::uint64_t>(file.st_size) > settings_.largest)
        return fail(Fault::refused, "internal error", "the message is larger than any that is accepted");
    // Never waiting: for a lease, say.
    return os::open("/proc/self/fd/" + std::to_string(message.get()), O_RDONLY | O_NONBLOCK);
}

Result<void> Monitor::pass_on(const Request& request, const os::Fd& message) {
    auto input = message ? reopen(message) : Result<os::Fd>(os::Fd());
    if (!input) return std::unexpected(input.error());
    const auto worker = worker_for(request.user);
    if (!worker) return std::unexpected(worker.error());
    return (*worker)->give(request, input->get(), Clock::now() + settings_.time_limit);
}

Result<Worker*> Monitor::worker_for(const std::string& user) {
    const auto known = std::ranges::find(workers_, user, &Worker::user);
    if (known != workers_.end()) return &*known;
    if (workers_.size() >= settings_.at_once) {
        const auto idle = std::ranges::find_if(workers_, &Worker::idle);
        bury(*idle);
        workers_.erase(idle);
    }
    auto started = Worker::start(user, settings_.serve);
    if (!started) return std::unexpected(started.error());
    return &workers_.emplace_back(std::move(*started));
}

void Monitor::take_report(Worker& worker) {
    const bool was_idle = worker.idle();
    const auto report = worker.take();
    if (!was_idle) answer(report);
    if (!worker.dead()) return;
    while (!worker.idle()) answer(worker.take());
    worker.kill();  // should it live in spite of what it said
    const auto status = worker.reap();
    if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == Worker::not_the_user) return;
    log_(log::events::worker_died,
         {{"user", worker.user()},
          {"status", status ? os::describe_status(*status) : std::string(status.error().logged())}});
}

// Ends a worker that has nothing to do.
void Monitor::bury(Worker& worker) {
    worker.kill();
    static_cast<void>(worker.reap());
}

void Monitor::answer(const Answer& answer) {
    // A session that is gone needs no answer.
    if (answer.tag != no_answer && !session_gone_ && !send_packet(channel_.get(), encode(answer), -1, Patience::fail))
        session_gone_ = true;
}

}  // namespace mail::privsep
