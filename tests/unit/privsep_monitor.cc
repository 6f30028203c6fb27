#include "lib/privsep/monitor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "lib/privsep/channel.h"
#include "tests/unit/captured_stderr.h"

using namespace mail;
using namespace mail::privsep;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

using Folder = test::TemporaryFolder;

[[noreturn]] void hang() {
    for (;;) pause();
}

std::string whole(int file) {
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(file, buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(n));
    return all;
}

// Marks that a child runs, and notes how many do.
std::string take_time(const Folder& folder) {
    const auto mark = folder.write("running-" + std::to_string(getpid()), "");
    const auto running = std::ranges::count_if(std::filesystem::directory_iterator(folder.path()), [](const auto& entry) {
        return entry.path().filename().string().starts_with("running-");
    });
    std::ofstream(folder.file("counts"), std::ios::app) << running << '\n';
    std::this_thread::sleep_for(200ms);
    std::filesystem::remove(mark);
    return "delivered 2.0.0 stored\n";
}

std::string note_descriptors(const Folder& folder) {
    std::string list;
    for (int fd = 0; fd < 256; ++fd) {
        std::error_code missing;
        const auto target = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), missing).string();
        if (!missing) list += std::to_string(fd) + " " + target.substr(0, target.find('[')) + "\n";
    }
    folder.write("descriptors", list);
    return "delivered 2.0.0 stored\n";
}

// A stand-in for a delivery, whose behaviour is the user's name.
std::string serve(const Folder& folder, const Request& request, int message) {
    const auto& user = request.user;
    if (user == "good") {
        folder.write("request", encode(request));
        folder.write("message", whole(message));
        if (write(message, "x", 1) >= 0) folder.write("writable", "");
        return "delivered 2.0.0 stored\n";
    }
    if (user == "later") return "temporary 4.2.2 mailbox full\n";
    if (user == "never") return "permanent 5.1.1 no such user\n";
    if (user == "silent") return "";
    if (user == "fails") _exit(1);
    if (user == "dies") raise(SIGKILL);
    if (user == "hangs") hang();
    if (user == "babbles") return std::string(100000, 'x') + "\ndelivered 2.0.0 stored\n";
    if (user == "babbles-on")
        while (write(3, "xxxxxxxx", 8) > 0) continue;
    if (user == "tells-then-fails") _exit(write(3, "delivered 2.0.0 stored\n", 23) == 23 ? 75 : 1);
    if (user == "tells-then-hangs" && write(3, "delivered 2.0.0 stored\n", 23) == 23) hang();
    if (user == "slow") return take_time(folder);
    if (user == "descriptors") return note_descriptors(folder);
    return "no report\n";
}

// What a test changes of the monitor's settings.
struct Changes {
    std::size_t at_once = 4;
    std::chrono::seconds time_limit{60};
    uid_t owner = geteuid();
    dev_t other_device = 0;
};

// A monitor at work in a process of its own, and the session's end of its channel.
class Host {
public:
    explicit Host(const Changes& changes = {}) {
        struct stat spool{};
        REQUIRE(stat(folder_.path().c_str(), &spool) == 0);
        const MonitorSettings settings{
            .serve = [this](const Request& request, int message) { return serve(folder_, request, message); },
            .at_once = changes.at_once,
            .time_limit = changes.time_limit,
            .owner = changes.owner,
            .device = spool.st_dev + changes.other_device};
        auto ends = socket_pair();
        REQUIRE(ends);
        session_ = std::move(ends->first);
        monitor_ = fork();
        REQUIRE(monitor_ >= 0);
        if (monitor_ != 0) return;
        session_.reset();
        const log::Log log(log::Destination::standard_error, "mayfly/test");
        Monitor(std::move(ends->second), settings, log).run();
        _exit(0);
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    ~Host() { finish(); }

    // The session ends; waits for the monitor's end, and gives its wait status.
    int finish() {
        session_.reset();
        int status = 0;
        if (monitor_ > 0) waitpid(std::exchange(monitor_, -1), &status, 0);
        return status;
    }
    os::Fd message(std::string_view content = "Subject: x\n\nbody\n") {
        folder_.write("spooled", content);
        return os::Fd(open(folder_.file("spooled").c_str(), O_RDWR | O_CLOEXEC));
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
    Answer deliver(const std::string& user) {
        const auto file = message();
        ask({.verb = Verb::deliver, .tag = 5, .session = "s1", .user = user}, file.get());
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
    test::CapturedStderr stderr_;
    os::Fd session_;
    pid_t monitor_ = -1;
};

void check(const Answer& got, Outcome outcome, std::string_view status, std::string_view text) {
    CHECK(got.outcome == outcome);
    CHECK(got.status == status);
    CHECK(got.text == text);
}

}  // namespace

TEST_CASE("monitor: a child gets the request and the message, to read from its beginning") {
    Host host;
    const auto file = host.message("A: b\n\nc\n");
    REQUIRE(lseek(file.get(), 3, SEEK_SET) == 3);
    const Request request{.verb = Verb::deliver,
                          .tag = 77,
                          .session = "s1",
                          .user = "good",
                          .sender = "-f x@y",
                          .recipient = "--good@x",
                          .extension = "-e"};
    host.ask(request, file.get());
    const auto got = host.answer();
    REQUIRE(got);
    CHECK(got->tag == 77);
    check(*got, Outcome::delivered, "2.0.0", "stored");
    CHECK(decode_request(host.folder().read("request")) == request);
    // With an offset and rights of its own.
    CHECK(host.folder().read("message") == "A: b\n\nc\n");
    CHECK(lseek(file.get(), 0, SEEK_CUR) == 3);
    CHECK_FALSE(host.folder().has("writable"));
    CHECK(host.folder().read("spooled") == "A: b\n\nc\n");
}

TEST_CASE("monitor: an unnamed file of the spool is a message, as well") {
    Host host;
    const auto folder = host.folder().open();
    const os::Fd file(openat(folder.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) {
        WARN("no unnamed files here: skipped");
        return;
    }
    REQUIRE(write(file.get(), "content", 7) == 7);
    host.ask({.verb = Verb::deliver, .tag = 0, .session = "s1", .user = "good"}, file.get());
    CHECK(host.answer()->outcome == Outcome::delivered);
    CHECK(host.folder().read("message") == "content");
}

TEST_CASE("monitor: a check has no message") {
    Host host;
    const Request request{.verb = Verb::check, .tag = 1, .session = "s1", .user = "good"};
    host.ask(request);
    const auto got = host.answer();
    REQUIRE(got);
    check(*got, Outcome::delivered, "2.0.0", "stored");
    CHECK(decode_request(host.folder().read("request")) == request);
    CHECK(host.folder().read("message").empty());
}

TEST_CASE("monitor: what a child reports is answered, if its end agrees") {
    Host host;
    check(host.deliver("later"), Outcome::temporary, "4.2.2", "mailbox full");
    check(host.deliver("never"), Outcome::permanent, "5.1.1", "no such user");
    for (const auto* user : {"silent", "fails", "dies", "babbles", "tells-then-fails", "says-nonsense"}) {
        INFO(user);
        check(host.deliver(user), Outcome::temporary, "4.3.0", "local delivery failed");
    }
    const auto logged = host.logged();
    CHECK(logged.contains("event=deliver-failed status=4.3.0 problem=\"exit 1\""));
    CHECK(logged.contains("event=deliver-failed status=4.3.0 problem=\"signal 9\""));
}

TEST_CASE("monitor: a child that takes too long is killed") {
    Host host({.time_limit = 1s});
    for (const auto* user : {"hangs", "tells-then-hangs", "babbles-on"}) {
        INFO(user);
        const auto before = Clock::now();
        const auto got = host.deliver(user);
        CHECK(got.outcome == Outcome::temporary);
        CHECK(got.text == "delivery took too long");
        CHECK(Clock::now() - before >= 1s);
        CHECK(Clock::now() - before < 10s);
    }
    CHECK(host.logged().contains("event=deliver-failed status=4.3.0 problem=\"signal 9\""));
    check(host.deliver("good"), Outcome::delivered, "2.0.0", "stored");
}

TEST_CASE("monitor: no more run together than may, and all are served") {
    Host host({.at_once = 2});
    const auto file = host.message();
    for (std::uint32_t tag = 0; tag < 5; ++tag)
        host.ask({.verb = Verb::deliver, .tag = tag, .session = "s1", .user = "slow"}, file.get());
    std::uint32_t tags = 0;
    for (int i = 0; i < 5; ++i) {
        const auto got = host.answer();
        REQUIRE(got);
        CHECK(got->outcome == Outcome::delivered);
        tags |= 1U << got->tag;
    }
    CHECK(tags == 0b11111);
    const auto counts = host.folder().read("counts");
    CHECK(counts.contains('2'));
    CHECK(counts.find_first_not_of("12\n") == std::string::npos);
}

TEST_CASE("monitor: a session that goes does not take its deliveries with it") {
    Host host;
    const auto file = host.message();
    host.ask({.verb = Verb::deliver, .tag = 0, .session = "s1", .user = "slow"}, file.get());
    while (!host.folder().has("counts")) std::this_thread::sleep_for(5ms);
    CHECK(host.finish() == 0);
    for (const auto& entry : std::filesystem::directory_iterator(host.folder().path()))
        CHECK_FALSE(entry.path().filename().string().starts_with("running-"));
}

TEST_CASE("monitor: a child has the message, the pipe for its report, and nothing else of the monitor's") {
    const os::Fd stray(open("/etc/passwd", O_RDONLY));
    Host host({.at_once = 2});
    // Another child's pipe is open meanwhile.
    const auto file = host.message();
    host.ask({.verb = Verb::deliver, .tag = 0, .session = "s1", .user = "slow"}, file.get());
    host.ask({.verb = Verb::deliver, .tag = 1, .session = "s1", .user = "descriptors"}, file.get());
    REQUIRE(host.answer());
    REQUIRE(host.answer());
    const auto listed = host.folder().read("descriptors");
    INFO(listed);
    CHECK(listed.starts_with("0 " + host.folder().file("spooled") + "\n"));
    CHECK(listed.contains("\n3 pipe:"));
    // Only 0 to 3 are there.
    CHECK(std::ranges::count(listed, '\n') <= 4);
    CHECK(listed.substr(listed.rfind('\n', listed.size() - 2) + 1).starts_with("3 "));
    CHECK_FALSE(listed.contains("/etc/passwd"));
}

TEST_CASE("monitor: only a regular file of the session's user on the spool's device is a message") {
    SECTION("no regular file") {
        Host host;
        for (const auto* path : {"/dev/null", "/"}) {
            const os::Fd file(open(path, O_RDONLY | O_CLOEXEC));
            host.ask({.verb = Verb::deliver, .tag = 1, .session = "s1", .user = "good"}, file.get());
            const auto got = host.answer();
            REQUIRE(got);
            check(*got, Outcome::temporary, "4.3.0", "internal error");
        }
        host.ask({.verb = Verb::deliver, .tag = 1, .session = "s1", .user = "good"}, host.session());
        CHECK(host.answer()->text == "internal error");
        CHECK(host.logged().contains("event=request-refused request=deliver "
                                     "problem=\"the message is not a file of the spool\""));
        CHECK_FALSE(host.folder().has("request"));
        // The session is served on.
        check(host.deliver("good"), Outcome::delivered, "2.0.0", "stored");
    }
    SECTION("somebody else's") {
        Host host({.owner = geteuid() + 1});
        check(host.deliver("good"), Outcome::temporary, "4.3.0", "internal error");
        CHECK_FALSE(host.folder().has("request"));
    }
    SECTION("on another device") {
        Host host({.other_device = 1});
        check(host.deliver("good"), Outcome::temporary, "4.3.0", "internal error");
        CHECK_FALSE(host.folder().has("request"));
    }
}

TEST_CASE("monitor: a malformed request is the last") {
    const auto well_formed = encode(Request{.verb = Verb::check, .tag = 0, .session = "s1", .user = "good"});
    const auto packet = GENERATE_COPY(values<std::string>(
        {"x", well_formed + "x", well_formed.substr(1), std::string(longest_packet + 1, 'x'),
         encode(Request{.verb = Verb::check, .user = "--check"}), encode(Request{.verb = Verb::check, .user = "../x"})}));
    Host host;
    REQUIRE(send_packet(host.session(), packet));
    CHECK(host.dropped());
    host.finish();
    CHECK(host.logged().contains("event=request-refused request=malformed"));
    CHECK_FALSE(host.folder().has("request"));
}

TEST_CASE("monitor: a message where none is due, and none where one is, end it too") {
    SECTION("check with a descriptor") {
        Host host;
        const auto file = host.message();
        host.ask({.verb = Verb::check, .tag = 0, .session = "s1", .user = "good"}, file.get());
        CHECK(host.dropped());
    }
    SECTION("deliver without one") {
        Host host;
        host.ask({.verb = Verb::deliver, .tag = 0, .session = "s1", .user = "good"});
        CHECK(host.dropped());
    }
}
