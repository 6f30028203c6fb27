// The load generator of `make bench`: threads that connect over and over and count what is done.
//
//   load banner PORT THREADS SECONDS             connections a second: connect, banner, QUIT, its answer
//   load message PORT THREADS SECONDS PER SIZE   messages a second: PER messages of SIZE octets on each connection
//
// Prints the rate as a number. Messages go to user1, user2, … one user a thread.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/os/fd.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Load {
    bool messages = false;
    std::uint16_t port = 0;
    unsigned threads = 1;
    std::chrono::seconds time{1};
    unsigned per_connection = 1;
    std::size_t size = 0;
};

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

mail::os::Fd connect_to(std::uint16_t port) {
    mail::os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!fd || connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("load: connect");
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void say(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto n = write(fd, text.data(), text.size());
        if (n <= 0) give_up("load: write");
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

// Reads replies until the last line of one that begins with `code`; any other code ends the run.
void expect(int fd, std::string& buffer, std::string_view code) {
    for (;;) {
        for (std::size_t end = 0; (end = buffer.find("\r\n")) != std::string::npos;) {
            const auto line = buffer.substr(0, end);
            buffer.erase(0, end + 2);
            if (!line.starts_with(code)) {
                std::fprintf(stderr, "load: expected %s, got: %s\n", std::string(code).c_str(), line.c_str());
                std::exit(1);
            }
            if (line.size() < 4 || line[3] != '-') return;
        }
        char more[4096];
        const auto n = read(fd, more, sizeof more);
        if (n <= 0) give_up("load: read");
        buffer.append(more, static_cast<std::size_t>(n));
    }
}

std::string message_of(std::size_t size) {
    std::string text = "From: <bench@example.org>\r\nSubject: bench\r\n\r\n";
    constexpr std::string_view line = "The quick brown fox jumps over the lazy dog, and then it does so again.\r\n";
    while (text.size() + line.size() <= size) text += line;
    return text + ".\r\n";
}

unsigned one_connection(const Load& load, unsigned thread, const std::string& message) {
    const auto fd = connect_to(load.port);
    std::string buffer;
    expect(fd.get(), buffer, "220");
    if (load.messages) {
        say(fd.get(), "EHLO bench.example\r\n");
        expect(fd.get(), buffer, "250");
        const auto recipient = "RCPT TO:<user" + std::to_string(thread + 1) + ">\r\n";
        for (unsigned i = 0; i < load.per_connection; ++i) {
            say(fd.get(), "MAIL FROM:<bench@example.org>\r\n");
            expect(fd.get(), buffer, "250");
            say(fd.get(), recipient);
            expect(fd.get(), buffer, "250");
            say(fd.get(), "DATA\r\n");
            expect(fd.get(), buffer, "354");
            say(fd.get(), message);
            expect(fd.get(), buffer, "250");
        }
    }
    say(fd.get(), "QUIT\r\n");
    expect(fd.get(), buffer, "221");
    return load.messages ? load.per_connection : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4 || (words[0] == "message" && words.size() < 6)) {
        std::fputs("usage: load banner|message PORT THREADS SECONDS [PER_CONNECTION SIZE]\n", stderr);
        return 2;
    }
    const Load load{.messages = words[0] == "message",
                    .port = static_cast<std::uint16_t>(std::stoi(words[1])),
                    .threads = static_cast<unsigned>(std::stoi(words[2])),
                    .time = std::chrono::seconds(std::stoi(words[3])),
                    .per_connection = words.size() > 4 ? static_cast<unsigned>(std::stoi(words[4])) : 1,
                    .size = words.size() > 5 ? static_cast<std::size_t>(std::stoul(words[5])) : 0};
    const auto message = message_of(load.size);
    std::atomic<unsigned> done = 0;
    const auto start = Clock::now();
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < load.threads; ++i)
        threads.emplace_back([&, i] {
            while (Clock::now() - start < load.time) done += one_connection(load, i, message);
        });
    threads.clear();
    const std::chrono::duration<double> took = Clock::now() - start;
    std::printf("%.1f\n", done / took.count());
    return 0;
}
