#include "lib/privsep/monitor.h"

#include <poll.h>
#include <sys/mman.h>

#include <array>
#include <map>
#include <set>
#include <sstream>

#include "tests/unit/monitor_host.h"

using namespace mail;
using namespace mail::privsep;
using namespace std::chrono_literals;
using test::Clock;
using test::Host;

namespace {

void check(const Answer& got, Outcome outcome, std::string_view status, std::string_view text) {
    CHECK(got.outcome == outcome);
    CHECK(got.status == status);
    CHECK(got.text == text);
}

}  // namespace

TEST_CASE("monitor: a worker gets the request and the message, to read from its beginning") {
    Host host;
    const auto file = host.message("A: b\n\nc\n");
    REQUIRE(lseek(file.get(), 3, SEEK_SET) == 3);
    const Request request{.verb = Verb::deliver,
                          .tag = 77,
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
    std::array<char, 16> content{};
    CHECK(pread(file.get(), content.data(), content.size(), 0) == 8);
    CHECK(std::string(content.data()) == "A: b\n\nc\n");
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
    host.ask({.verb = Verb::deliver, .tag = 0, .user = "good"}, file.get());
    CHECK(host.answer()->outcome == Outcome::delivered);
    CHECK(host.folder().read("message") == "content");
}

TEST_CASE("monitor: memory is a message only when it is sealed for good") {
    Host host;
    const auto ask = [&](int seals) {
        const os::Fd memory(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        REQUIRE(write(memory.get(), "content", 7) == 7);
        if (seals != 0) REQUIRE(fcntl(memory.get(), F_ADD_SEALS, seals) == 0);
        host.ask({.verb = Verb::deliver, .tag = 0, .user = "good"}, memory.get());
        return host.answer()->outcome;
    };
    constexpr int all = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    for (const int seals : {0, all & ~F_SEAL_WRITE, all & ~F_SEAL_SHRINK, all & ~F_SEAL_GROW}) {
        INFO("seals " << seals);
        CHECK(ask(seals) == Outcome::temporary);
    }
    CHECK_FALSE(host.folder().has("request"));
    CHECK(ask(all) == Outcome::delivered);
    CHECK(host.folder().read("message") == "content");
}

TEST_CASE("monitor: a check has no message") {
    Host host;
    const Request request{.verb = Verb::check, .tag = 1, .user = "good"};
    host.ask(request);
    const auto got = host.answer();
    REQUIRE(got);
    check(*got, Outcome::delivered, "2.0.0", "stored");
    CHECK(decode_request(host.folder().read("request")) == request);
    CHECK(host.folder().read("message").empty());
}

TEST_CASE("monitor: what a worker reports is answered, and nonsense is temporary") {
    Host host;
    check(host.deliver("later"), Outcome::temporary, "4.2.2", "mailbox full");
    check(host.deliver("never"), Outcome::permanent, "5.1.1", "no such user");
    for (const auto* user : {"fails", "dies", "says-nonsense"}) {
        INFO(user);
        check(host.deliver(user), Outcome::temporary, "4.3.0", "local delivery failed");
    }
    CHECK(host.finish() == 0);
    const auto logged = host.logged();
    CHECK(logged.contains("event=worker-died user=fails status=\"exit 1\""));
    CHECK(logged.contains("event=worker-died user=dies status=\"signal 9\""));
}

TEST_CASE("monitor: a worker that reports nothing, or too much, holds nobody up") {
    for (const auto* user : {"silent", "babbles"}) {
        INFO(user);
        Host host({.time_limit = 2s});
        check(host.deliver(user), Outcome::temporary, "4.3.0", "local delivery failed");
        check(host.deliver("good"), Outcome::delivered, "2.0.0", "stored");
        CHECK(host.finish() == 0);
    }
}

TEST_CASE("monitor: a worker that takes too long is killed") {
    Host host({.time_limit = 1s});
    const auto before = Clock::now();
    check(host.deliver("hangs"), Outcome::temporary, "4.4.7", "delivery took too long");
    CHECK(Clock::now() - before >= 1s);
    CHECK(Clock::now() - before < 10s);
    check(host.deliver("good"), Outcome::delivered, "2.0.0", "stored");
    CHECK(host.finish() == 0);
    CHECK(host.logged().contains("event=worker-died user=hangs status=\"signal 9\""));
}

TEST_CASE("monitor: each request that a killed worker had is answered") {
    Host host({.time_limit = 1s});
    const auto file = host.message();
    for (std::uint32_t tag = 0; tag < 3; ++tag)
        host.ask({.verb = Verb::deliver, .tag = tag, .user = "hangs"}, file.get());
    std::uint32_t tags = 0;
    for (int i = 0; i < 3; ++i) {
        const auto got = host.answer();
        REQUIRE(got);
        check(*got, Outcome::temporary, "4.4.7", "delivery took too long");
        tags |= 1U << got->tag;
    }
    CHECK(tags == 0b111);
}

TEST_CASE("monitor: it sleeps while a killed worker is slow to end") {
    Host host({.time_limit = 1s});
    rusage before{};
    getrusage(RUSAGE_CHILDREN, &before);
    CHECK(host.deliver("hangs-with-child").outcome == Outcome::temporary);
    CHECK(host.finish() == 0);
    rusage after{};
    getrusage(RUSAGE_CHILDREN, &after);
    const auto seconds = [](const rusage& usage) {
        return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    };
    CHECK(seconds(after) - seconds(before) < 0.5);
}

TEST_CASE("monitor: a user's requests are one worker's, another's are another's") {
    Host host;
    for (const auto* user : {"good", "later", "good", "later"}) host.deliver(user);
    std::map<std::string, std::set<std::string>> workers;
    std::istringstream served(host.folder().read("served"));
    for (std::string pid, user; served >> pid >> user;) workers[user].insert(pid);
    REQUIRE(workers.size() == 2);
    CHECK(workers["good"].size() == 1);
    CHECK(workers["later"].size() == 1);
    CHECK(workers["good"] != workers["later"]);
}

TEST_CASE("monitor: no worker that is still root serves twice") {
    if (geteuid() != 0) {
        WARN("not root: skipped");
        return;
    }
    Host host;
    host.deliver("stays-root");
    host.deliver("stays-root");
    std::istringstream served(host.folder().read("served"));
    std::string first, second, user;
    served >> first >> user >> second;
    CHECK(first != second);
}

TEST_CASE("monitor: no more workers than may be, and all are served") {
    Host host({.at_once = 2});
    const auto file = host.message();
    for (std::uint32_t tag = 0; tag < 5; ++tag)
        host.ask({.verb = Verb::deliver, .tag = tag, .user = "slow" + std::to_string(tag)}, file.get());
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

TEST_CASE("monitor: to prepare a worker has no answer") {
    Host host;
    host.ask({.verb = Verb::prepare, .tag = no_answer, .user = "later"});
    check(host.deliver("good"), Outcome::delivered, "2.0.0", "stored");
    host.ask({.verb = Verb::prepare, .tag = no_answer, .user = "fails"});
    check(host.deliver("good"), Outcome::delivered, "2.0.0", "stored");
}

TEST_CASE("monitor: a session that goes does not take its deliveries with it, and no worker stays") {
    Host host;
    const auto file = host.message();
    host.ask({.verb = Verb::check, .tag = 0, .user = "good"});
    host.ask({.verb = Verb::deliver, .tag = 0, .user = "slow"}, file.get());
    while (!host.folder().has("counts")) std::this_thread::sleep_for(5ms);
    CHECK(host.finish() == 0);
    for (const auto& entry : std::filesystem::directory_iterator(host.folder().path()))
        CHECK_FALSE(entry.path().filename().string().starts_with("running-"));
    std::istringstream served(host.folder().read("served"));
    std::string user;
    for (pid_t pid = 0; served >> pid >> user;) {
        INFO(user);
        CHECK(kill(pid, 0) == -1);
    }
}

TEST_CASE("monitor: a worker has the message, its channel, and nothing else of the monitor's") {
    const os::Fd stray(open("/etc/passwd", O_RDONLY));
    Host host({.at_once = 2});
    // Another worker is there meanwhile.
    const auto file = host.message();
    host.ask({.verb = Verb::deliver, .tag = 0, .user = "slow"}, file.get());
    host.ask({.verb = Verb::deliver, .tag = 1, .user = "descriptors"}, file.get());
    REQUIRE(host.answer());
    REQUIRE(host.answer());
    const auto listed = host.folder().read("descriptors");
    INFO(listed);
    const auto at = listed.find("\n3 socket:");
    REQUIRE(at != std::string::npos);
    CHECK(listed.substr(at) == "\n3 socket:\n4 " + host.folder().file("spooled") + " (deleted)\n");
}

TEST_CASE("monitor: only a regular file of the session's user on the spool's device is a message") {
    SECTION("no regular file") {
        Host host;
        for (const auto* path : {"/dev/null", "/"}) {
            const os::Fd file(open(path, O_RDONLY | O_CLOEXEC));
            host.ask({.verb = Verb::deliver, .tag = 1, .user = "good"}, file.get());
            const auto got = host.answer();
            REQUIRE(got);
            check(*got, Outcome::temporary, "4.3.0", "internal error");
        }
        host.ask({.verb = Verb::deliver, .tag = 1, .user = "good"}, host.session());
        CHECK(host.answer()->text == "internal error");
        CHECK(
            host.logged().contains("event=request-refused request=delivery "
                                   "problem=\"the message is neither a file of the spool nor sealed memory\""));
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

TEST_CASE("monitor: a file that has a name is no message, so that none of the queue or of a mailbox is read") {
    Host host;
    host.folder().write("kept", "somebody's mail");
    const os::Fd named(open(host.folder().file("kept").c_str(), O_RDWR | O_CLOEXEC));
    check(host.deliver("good", named), Outcome::temporary, "4.3.0", "internal error");
    CHECK_FALSE(host.folder().has("request"));
    // Having one more name than were removed is enough.
    REQUIRE(link(host.folder().file("kept").c_str(), host.folder().file("again").c_str()) == 0);
    REQUIRE(unlink(host.folder().file("kept").c_str()) == 0);
    check(host.deliver("good", named), Outcome::temporary, "4.3.0", "internal error");
    CHECK_FALSE(host.folder().has("request"));
    REQUIRE(unlink(host.folder().file("again").c_str()) == 0);
    check(host.deliver("good", named), Outcome::delivered, "2.0.0", "stored");
    CHECK(host.finish() == 0);
}

TEST_CASE("monitor: a descriptor that the session could not read and write through is no message") {
    Host host;
    for (const int flags : {O_PATH, O_RDONLY, O_WRONLY}) {
        INFO("flags " << flags);
        check(host.deliver("good", host.message("content", flags)), Outcome::temporary, "4.3.0", "internal error");
        CHECK_FALSE(host.folder().has("request"));
    }
    check(host.deliver("good", host.message("content", O_RDWR)), Outcome::delivered, "2.0.0", "stored");
    CHECK(host.finish() == 0);
}

TEST_CASE("monitor: a file larger than any message is refused") {
    Host host({.largest = 10});
    check(host.deliver("good", host.message("0123456789x")), Outcome::temporary, "4.3.0", "internal error");
    CHECK_FALSE(host.folder().has("request"));
    CHECK(host.logged().contains("problem=\"the message is larger than any that is accepted\""));
    const auto sparse = host.message("");
    REQUIRE(ftruncate(sparse.get(), off_t{1} << 40U) == 0);
    check(host.deliver("good", sparse), Outcome::temporary, "4.3.0", "internal error");
    check(host.deliver("good", host.message("0123456789")), Outcome::delivered, "2.0.0", "stored");
    CHECK(host.folder().read("message") == "0123456789");
    CHECK(host.finish() == 0);
}

TEST_CASE("monitor: a worker that can take no more holds up neither the monitor nor another user") {
    constexpr int more_than_a_socket_holds = 20000;
    Host host({.time_limit = 4s});
    const auto before = Clock::now();
    pollfd answered{.fd = host.session(), .events = POLLIN, .revents = 0};
    int asked = 0;
    while (asked < more_than_a_socket_holds && poll(&answered, 1, 0) == 0)
        host.ask({.verb = Verb::check, .tag = static_cast<std::uint32_t>(asked++), .user = "hangs"});
    const auto refused = host.answer();
    REQUIRE(refused);
    check(*refused, Outcome::temporary, "4.3.0", "internal error");
    host.ask({.verb = Verb::check, .tag = 99999, .user = "good"});
    auto got = host.answer();
    while (got && got->tag != 99999) got = host.answer();
    REQUIRE(got);
    CHECK(got->outcome == Outcome::delivered);
    CHECK(Clock::now() - before < 4s);
}

TEST_CASE("monitor: a session that reads none of its answers does not hold it up") {
    Host host;
    const auto packet = encode(Request{.verb = Verb::check, .tag = 1, .user = "later"});
    // Its socket holds fewer answers than this.
    int asked = 0;
    while (asked < 20000 && send_packet(host.session(), packet)) ++asked;
    CHECK(asked < 20000);
    CHECK(host.wait() == 0);
    // Nor does the session wait for the rest.
    int answers = 0;
    while (host.answer()) ++answers;
    CHECK(answers < asked);
}

TEST_CASE("monitor: a session that goes with an answer unread has betrayed nobody") {
    Host host;
    host.ask({.verb = Verb::check, .tag = 0, .user = "good"});
    pollfd answered{.fd = host.session(), .events = POLLIN, .revents = 0};
    REQUIRE(poll(&answered, 1, 10000) == 1);
    CHECK(host.finish() == 0);
    CHECK_FALSE(host.logged().contains("request-refused"));
}

TEST_CASE("monitor: a malformed request is the last") {
    const auto well_formed = encode(Request{.verb = Verb::check, .tag = 0, .user = "good"});
    const auto packet = GENERATE_COPY(
        values<std::string>({"x", well_formed + "x", well_formed.substr(1), std::string(longest_packet + 1, 'x'),
                             encode(Request{.verb = Verb::check, .user = "--check"}),
                             encode(Request{.verb = Verb::check, .user = "../x"})}));
    Host host;
    REQUIRE(send_packet(host.session(), packet));
    CHECK(host.dropped());
    // The session is still there: it is not waited for.
    const int status = host.wait();
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == test::betrayed);
    CHECK(host.logged().contains("event=request-refused request=malformed"));
    CHECK_FALSE(host.folder().has("request"));
}

TEST_CASE("monitor: a message where none is due, and none where one is, end it too") {
    SECTION("check with a descriptor") {
        Host host;
        const auto file = host.message();
        host.ask({.verb = Verb::check, .tag = 0, .user = "good"}, file.get());
        CHECK(host.dropped());
        CHECK(WEXITSTATUS(host.wait()) == test::betrayed);
    }
    SECTION("deliver without one") {
        Host host;
        host.ask({.verb = Verb::deliver, .tag = 0, .user = "good"});
        CHECK(host.dropped());
        CHECK(WEXITSTATUS(host.wait()) == test::betrayed);
    }
}
