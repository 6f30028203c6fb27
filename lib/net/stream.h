// The client's connection: buffered reading with deadlines, replies gathered and sent in one write.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mail::net {

using Clock = std::chrono::steady_clock;

// What a wait for input ended with.
enum class Input { data, end, timed_out, failed };

class Stream {
public:
    static constexpr std::size_t capacity = 65536;

    // Speaks on two descriptors, which it does not own (a socket twice, or two ends of pipes).
    // On a socket, replies are sent at once (TCP_NODELAY): a peer that waits for each must not wait for a timer.
    Stream(int in, int out);

    // What was received and not consumed.
    [[nodiscard]] std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t n) { begin_ += n; }
    [[nodiscard]] bool full() const { return end_ - begin_ == capacity; }

    // Sends what is waiting to be sent, then waits for more input. Precondition: not full().
    Input fill(Clock::time_point deadline);

    // Takes a reply; it goes out with the next fill or flush, or now when much has gathered.
    void write(std::string_view reply, Clock::time_point deadline);
    // Sends what is waiting. False when the peer is gone or does not read until the deadline.
    bool flush(Clock::time_point deadline);

private:
    Input wait(int fd, short events, Clock::time_point deadline);

    int in_;
    int out_;
    bool out_is_socket_;
    bool broken_ = false;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::unique_ptr<char[]> buffer_;  // not touched before it is used: an idle session keeps it unmapped
    std::string pending_;
};

}  // namespace mail::net
