#include "lib/log/log.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/captured_stderr.h"

using namespace mail;

namespace {

// How a value is written.
std::string value(std::string_view v) {
    const auto whole = log::line("", log::events::fault, {{"problem", v}});
    const std::string_view head = "event=fault problem=";
    REQUIRE(whole.starts_with(head));
    return whole.substr(head.size());
}

}  // namespace

TEST_CASE("a line has session, event and fields in their order") {
    CHECK(log::line("0abc", log::events::connect, {{"client", "192.0.2.1"}, {"port", 25}}) ==
          "session=0abc event=connect client=192.0.2.1 port=25");
    CHECK(log::line("", log::events::connect, {{"client", "x"}}) == "event=connect client=x");
    CHECK(log::line("s", log::events::connect, {}) == "session=s event=connect");
}

TEST_CASE("empty values are left out") {
    CHECK(log::line("s", log::events::connect, {{"client", ""}, {"port", 0}}) == "session=s event=connect port=0");
}

TEST_CASE("numbers are written as they are") {
    CHECK(log::line("", log::events::received, {{"size", UINT64_MAX}, {"bare", -1}}) ==
          "event=received size=18446744073709551615 bare=-1");
}

TEST_CASE("a value that could be taken for something else is quoted") {
    CHECK(value("a=b<c>'d'") == "a=b<c>'d'");
    CHECK(value("a b") == "\"a b\"");
    CHECK(value("\"") == "\"\\\"\"");
    CHECK(value("a\\b") == "\"a\\\\b\"");
    CHECK(value("a\r\nb\tc") == "\"a\\x0d\\x0ab\\x09c\"");
    CHECK(value(std::string_view("\0\x7f\xff", 3)) == "\"\\x00\\x7f\\xff\"");
}

TEST_CASE("no value makes a second line or ends its quotes") {
    for (int i = 0; i < 256; ++i) {
        const auto written = value(std::string("x") + static_cast<char>(i) + "y");
        INFO("character " << i);
        CHECK(std::ranges::all_of(written, [](char c) { return c >= ' ' && c < 0x7f; }));
        if (written.front() != '"') continue;
        CHECK(written.ends_with("y\""));
        const auto inner = written.substr(1, written.size() - 2);
        CHECK((!inner.contains('"') || inner.contains("\\\"")));
    }
}

TEST_CASE("a value is cut at 512 bytes of its own, before quoting") {
    CHECK(value(std::string(512, 'x')) == std::string(512, 'x'));
    CHECK(value(std::string(513, 'x')) == std::string(512, 'x'));
    CHECK(value(std::string(600, '\n')).size() == 2 + 4 * 512);
    // What needed the quotes was cut away.
    CHECK(value(std::string(512, 'x') + " ") == std::string(512, 'x'));
}

TEST_CASE("on stderr a line has the program, its pid and the severity") {
    log::Log log(log::Destination::standard_error, "mayfly/test");
    std::string said;
    {
        const test::CapturedStderr captured;
        log(log::events::connect, {{"client", "a\nb"}});
        log.session("id1");
        log(log::events::fault, {{"problem", "p"}});
        said = captured.text();
    }
    const auto head = "mayfly/test[" + std::to_string(getpid()) + "]: ";
    CHECK(said ==
          head + "info: event=connect client=\"a\\x0ab\"\n" + head + "error: session=id1 event=fault problem=p\n");
    CHECK(log.session() == "id1");
}

TEST_CASE("session ids sort by time and are 12 plain characters") {
    std::string last;
    for (int i = 0; i < 100; ++i) {
        const auto id = log::new_session_id();
        CHECK(id.size() == 12);
        CHECK(id.find_first_not_of("0123456789abcdefghijklmnopqrstuv") == std::string::npos);
        CHECK(id > last);
        last = id;
        usleep(2);
    }
}

TEST_CASE("processes that start together have ids of their own") {
    constexpr int processes = 40;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    for (int i = 0; i < processes; ++i) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const auto id = log::new_session_id();
            _exit(write(ends[1], id.data(), id.size()) == 12 ? 0 : 1);
        }
    }
    std::set<std::string> ids;
    for (int i = 0; i < processes; ++i) {
        std::string id(12, '\0');
        REQUIRE(read(ends[0], id.data(), id.size()) == 12);
        ids.insert(id);
    }
    for (int i = 0; i < processes; ++i) wait(nullptr);
    close(ends[0]);
    close(ends[1]);
    CHECK(ids.size() == processes);
}
