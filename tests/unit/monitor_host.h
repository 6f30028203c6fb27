// A monitor at work in a process of its own, with stand-ins for deliveries whose behaviour is the user's name.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "lib/privsep/channel.h"
#include "lib/privsep/monitor.h"
#include "tests/unit/captured_stderr.h"

namespace mail::test {

using namespace mail::privsep;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

using Folder = TemporaryFolder;

// Longer than any test waits, and not for ever: should a monitor leave it behind, it goes by itself.
[[noreturn]] inline void hang() {
    std::this_thread::sleep_for(60s);
    _exit(1);
}

inline constexpr auto stored = "delivered 2.0.0 stored\n";

inline std::string whole(int file) {
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(file, buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(n));
    return all;
}

// Marks that a child runs, and notes how many do.
inline std::string take_time(const Folder& folder) {
    const auto mark = folder.write("running-" + std::to_string(getpid()), "");
    const auto running = std::ranges::count_if(
        std::filesystem::directory_iterator(folder.path()),
        [](const auto& entry) { return entry.path().filename().string().starts_with("running-"); });
    std::ofstream(folder.file("counts"), std::ios::app) << running << '\n';
    std::this_thread::sleep_for(200ms);
    std::filesystem::remove(mark);
    return stored;
}

inline std::string note_descriptors(const Folder& folder) {
    std::string list;
    for (int fd = 0; fd < 256; ++fd) {
        std::error_code missing;
        const auto target = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), missing).string();
        if (!missing) list += std::to_string(fd) + " " + target.substr(0, target.find('[')) + "\n";
    }
    folder.write("descriptors", list);
    return stored;
}

// Leaves a process behind that keeps this one's descriptors for a while.
[[noreturn]] inline void hang_with_child() {
    if (fork() == 0) {
        std::this_thread::sleep_for(3s);
        _exit(0);
    }
    hang();
}

// A stand-in for a delivery, whose behaviour is the user's name.
inline std::string serve(const Folder& folder, const Request& request, int message) {
    const auto& user = request.user;
    // As a delivery does, it gives up root before anything else.
    if (geteuid() == 0 && user != "stays-root" && setresuid(65534, 65534, 65534) != 0) _exit(1);
    std::ofstream(folder.file("served"), std::ios::app) << getpid() << ' ' << user << '\n';
    if (user == "good") {
        folder.write("request", encode(request));
        folder.write("message", whole(message));
        if (message >= 0 && write(message, "x", 1) >= 0) folder.write("writable", "");
        return stored;
    }
    if (user == "later") return "temporary 4.2.2 mailbox full\n";
    if (user == "never") return "permanent 5.1.1 no such user\n";
    if (user == "silent") return "";
    if (user == "fails") _exit(1);
    if (user == "dies") raise(SIGKILL);
    if (user == "hangs") hang();
    if (user == "hangs-with-child") hang_with_child();
    if (user == "babbles") return std::string(100000, 'x') + "\ndelivered 2.0.0 stored\n";
    if (user.starts_with("slow")) return take_time(folder);
    if (user == "descriptors") return note_descriptors(folder);
    return "no report\n";
}

// What a test changes of the monitor's settings.
struct Changes {
    std::size_t at_once = 4;
    std::chrono::seconds time_limit{60};
    uid_t owner = geteuid();
    dev_t other_device = 0;
    std::uint64_t largest = 0;
};

// The exit status of a monitor whose run() gave false.
inline constexpr int betrayed = 3;

// A monitor at work in a process of its own, and the session's end of its channel.
class Host {
public:
    explicit Host(const Changes& changes = {}) {
        struct stat spool{};
        REQUIRE(stat(folder_.path().c_str(), &spool) == 0);
        REQUIRE(chmod(folder_.path().c_str(), 0777) == 0);
        const MonitorSettings settings{
            .serve = [this](const Request& request, int message) { return serve(folder_, request, message); },
            .at_once = changes.at_once,
            .time_limit = changes.time_limit,
            .owner = changes.owner,
            .device = spool.st_dev + changes.other_device,
            .largest = changes.largest};
        auto ends = socket_pair();
        REQUIRE(ends);
        session_ = std::move(ends->first);
        const timeval patience{.tv_sec = 20, .tv_usec = 0};
        setsockopt(session_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        monitor_ = fork();
        REQUIRE(monitor_ >= 0);
        if (monitor_ != 0) return;
        session_.reset();
        const log::Log log(log::Destination::standard_error, "mayfly/test");
        _exit(Monitor(std::move(ends->second), settings, log).run() ? 0 : betrayed);
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    ~Host() { finish(); }

    // The session ends; waits for the monitor's end, and gives its wait status.
    int finish() {
        session_.reset();
        return wait();
    }
    // Waits for the monitor's end while the session stays, and gives its wait status; kills it when it hangs.
    int wait() {
        int status = -1;
        if (monitor_ < 0) return status;
        const auto limit = Clock::now() + 20s;
        while (waitpid(monitor_, &status, WNOHANG) == 0 && Clock::now() < limit) std::this_thread::sleep_for(2ms);
        if (status == -1) {
            kill(monitor_, SIGKILL);
            waitpid(monitor_, &status, 0);
        }
        monitor_ = -1;
        return status;
    }
    // A file of the spool without a name, as a session makes it.
    os::Fd message(std::string_view content = "Subject: x\n\nbody\n", int flags = O_RDWR) {
        const auto path = folder_.write("spooled", content);
        os::Fd file(open(path.c_str(), flags | O_CLOEXEC));
        REQUIRE(unlink(path.c_str()) == 0);
        return file;
    }
    void ask(const Request& request, int attached = -1) {
        REQUIRE(send_packet(session_.get(), encode(request), attached));
    }
    // The next answer; nothing when the monitor has closed the channel.
    std::optional<Answer> answer() {
        const auto packet = receive_packet(session_.get());
        REQUIRE(packet);
        return packet->bytes.empty() ? std::nullopt : decode_answer(packet->bytes);
    }
    // Has one message delivered to a user.
    Answer deliver(const std::string& user) { return deliver(user, message()); }
    Answer deliver(const std::string& user, const os::Fd& file) {
        ask({.verb = Verb::deliver, .tag = 5, .user = user}, file.get());
        const auto got = answer();
        REQUIRE(got);
        CHECK(got->tag == 5);
        return *got;
    }
    // Whether the monitor hears nothing more from this session.
    bool dropped() { return !answer(); }

    const Folder& folder() const { return folder_; }
    int session() const { return session_.get(); }
    std::string logged() const { return stderr_.text(); }

private:
    Folder folder_;
    CapturedStderr stderr_;
    os::Fd session_;
    pid_t monitor_ = -1;
};

}  // namespace mail::test
