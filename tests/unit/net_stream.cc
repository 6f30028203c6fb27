#include "lib/net/stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "lib/os/fd.h"
#include "lib/os/file.h"

using namespace mail;
using namespace std::chrono_literals;
using net::Clock;
using net::Input;
using net::Stream;

namespace {

struct Ends {
    os::Fd ours;
    os::Fd peers;
};

Ends sockets() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    return {os::Fd(ends[0]), os::Fd(ends[1])};
}

// Ours is the end to read from.
Ends pipes() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    return {os::Fd(ends[0]), os::Fd(ends[1])};
}

Clock::time_point soon() { return Clock::now() + 30ms; }
Clock::time_point later() { return Clock::now() + 20s; }

void send(const os::Fd& to, std::string_view data) { REQUIRE(os::write_all(to.get(), data, "the test's end")); }

// What lies there to be read, without waiting.
std::string received(const os::Fd& from) {
    std::string all(1 << 20, '\0');
    const auto n = recv(from.get(), all.data(), all.size(), MSG_DONTWAIT);
    all.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return all;
}

}  // namespace

TEST_CASE("input gathers until it is consumed") {
    const auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    CHECK(stream.buffered().empty());
    send(ends.peers, "abc");
    CHECK(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == "abc");
    stream.consume(1);
    CHECK(stream.buffered() == "bc");
    send(ends.peers, "de");
    CHECK(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == "bcde");
    stream.consume(4);
    CHECK(stream.buffered().empty());
}

TEST_CASE("silence ends at the deadline, and not before") {
    const auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    const auto deadline = soon();
    CHECK(stream.fill(deadline) == Input::timed_out);
    CHECK(Clock::now() >= deadline);
    CHECK(Clock::now() < deadline + 5s);
    CHECK(stream.fill(Clock::now() - 1h) == Input::timed_out);
    // The connection is as good as before.
    send(ends.peers, "x");
    CHECK(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == "x");
}

TEST_CASE("the end of input is told again and again, after what came before it") {
    for (const bool socket : {true, false}) {
        auto ends = socket ? sockets() : pipes();
        Stream stream(ends.ours.get(), ends.ours.get());
        send(ends.peers, "last");
        ends.peers.reset();
        CHECK(stream.fill(later()) == Input::data);
        CHECK(stream.buffered() == "last");
        CHECK(stream.fill(later()) == Input::end);
        CHECK(stream.fill(later()) == Input::end);
        CHECK(stream.buffered() == "last");
    }
}

TEST_CASE("a bad descriptor is a failure, not a wait") {
    Stream stream(-1, -1);
    CHECK(stream.fill(soon()) != Input::data);
    const os::Fd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
    Stream write_only(null.get(), null.get());
    CHECK(write_only.fill(later()) == Input::failed);
}

TEST_CASE("a full buffer is full, and makes room at its front") {
    auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    std::string data;
    while (data.size() < Stream::capacity + 1000) data += std::to_string(data.size()) + ' ';
    std::thread peer([&] { [[maybe_unused]] const auto all = os::write_all(ends.peers.get(), data, ""); });
    while (!stream.full()) REQUIRE(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == std::string_view(data).substr(0, Stream::capacity));
    stream.consume(500);
    CHECK_FALSE(stream.full());
    while (stream.buffered().size() < data.size() - 500 && !stream.full()) REQUIRE(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == std::string_view(data).substr(500, Stream::capacity));
    stream.consume(stream.buffered().size() - 1);
    while (stream.buffered().size() < data.size() - 500 - Stream::capacity + 1)
        REQUIRE(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == std::string_view(data).substr(500 + Stream::capacity - 1));
    peer.join();
}

TEST_CASE("replies wait for the next read, then go out together") {
    const auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    stream.write("250 a\r\n", later());
    stream.write("250 b\r\n", later());
    CHECK(received(ends.peers).empty());
    CHECK(stream.fill(soon()) == Input::timed_out);
    CHECK(received(ends.peers) == "250 a\r\n250 b\r\n");
    stream.write("250 c\r\n", later());
    CHECK(stream.flush(later()));
    CHECK(received(ends.peers) == "250 c\r\n");
    CHECK(stream.flush(later()));
    CHECK(received(ends.peers).empty());
}

TEST_CASE("replies that nobody waits for go out before they grow large") {
    const auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    std::string said;
    while (said.size() < 4096) {
        const std::string reply(100, 'x');
        stream.write(reply, later());
        said += reply;
    }
    CHECK(received(ends.peers) == said);
}

TEST_CASE("a peer who reads slowly gets everything") {
    auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    std::string data;
    while (data.size() < 2000000) data += std::to_string(data.size()) + ' ';
    std::string got;
    std::thread peer([&] {
        std::array<char, 50000> buffer{};
        for (;;) {
            const auto n = os::read_some(ends.peers.get(), buffer, "");
            if (!n || *n == 0) return;
            got.append(buffer.data(), *n);
            std::this_thread::sleep_for(1ms);
        }
    });
    stream.write(data, later());
    CHECK(stream.flush(later()));
    ends.ours.reset();
    peer.join();
    CHECK(got == data);
}

TEST_CASE("a peer who stops reading holds nothing past the deadline") {
    const auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    const auto deadline = soon();
    stream.write(std::string(4000000, 'x'), deadline);
    CHECK(Clock::now() >= deadline);
    CHECK(Clock::now() < deadline + 5s);
    // The rest of a reply is lost, so nothing may follow it.
    const auto before = Clock::now();
    CHECK_FALSE(stream.flush(later()));
    CHECK_FALSE(stream.flush(later()));
    send(ends.peers, "QUIT\r\n");
    CHECK(stream.fill(later()) == Input::failed);
    stream.write(std::string(5000, 'y'), later());
    CHECK(Clock::now() < before + 5s);
    std::string all;
    for (auto part = received(ends.peers); !part.empty(); part = received(ends.peers)) all += part;
    CHECK_FALSE(all.contains('y'));
}

TEST_CASE("a peer that is gone is noticed, without a signal") {
    auto ends = sockets();
    Stream stream(ends.ours.get(), ends.ours.get());
    ends.peers.reset();
    stream.write("250 a\r\n", later());
    CHECK_FALSE(stream.flush(later()));
    CHECK(stream.fill(later()) == Input::failed);
}

TEST_CASE("input and output may be two pipes") {
    const auto in = pipes();
    const auto out = pipes();
    Stream stream(in.ours.get(), out.peers.get());
    send(in.peers, "a");
    stream.write("b", later());
    CHECK(stream.fill(later()) == Input::data);
    CHECK(stream.buffered() == "a");
    std::array<char, 10> buffer{};
    CHECK(os::read_some(out.ours.get(), buffer, "") == 1U);
    CHECK(buffer[0] == 'b');
}

TEST_CASE("on TCP nothing is delayed, and a reset is an end") {
    const os::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(listen(listener.get(), 1) == 0);
    REQUIRE(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    os::Fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(connect(client.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    const os::Fd server(accept(listener.get(), nullptr, nullptr));

    Stream stream(server.get(), server.get());
    int no_delay = 0;
    socklen_t no_delay_size = sizeof no_delay;
    REQUIRE(getsockopt(server.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &no_delay_size) == 0);
    CHECK(no_delay != 0);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    client.reset();
    CHECK(stream.fill(later()) == Input::end);
}
