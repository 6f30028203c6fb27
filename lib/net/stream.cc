#include "lib/net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace mail::net {
namespace {

// Replies that a client has not waited for gather up to this size.
constexpr std::size_t gather = 4096;

bool is_socket(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

int milliseconds_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

}  // namespace

Stream::Stream(int in, int out)
    : in_(in), out_(out), out_is_socket_(is_socket(out)), buffer_(std::make_unique_for_overwrite<char[]>(capacity)) {
    const int on = 1;
    // Fails on a pipe or a Unix socket, where there is nothing to be delayed.
    if (out_is_socket_) setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Input Stream::wait(int fd, short events, Clock::time_point deadline) {
    for (;;) {
        pollfd one{.fd = fd, .events = events, .revents = 0};
        const int n = ::poll(&one, 1, milliseconds_until(deadline));
        if (n > 0) return Input::data;
        if (n == 0) return Input::timed_out;
        if (errno != EINTR) return Input::failed;
    }
}

Input Stream::fill(Clock::time_point deadline) {
    if (!flush(deadline)) return Input::failed;
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (end_ == capacity) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    for (;;) {
        if (const auto ready = wait(in_, POLLIN, deadline); ready != Input::data) return ready;
        const ssize_t n = ::read(in_, buffer_.get() + end_, capacity - end_);
        if (n > 0) {
            end_ += static_cast<std::size_t>(n);
            return Input::data;
        }
        if (n == 0) return Input::end;
        if (errno != EINTR && errno != EAGAIN) return errno == ECONNRESET ? Input::end : Input::failed;
    }
}

void Stream::write(std::string_view reply, Clock::time_point deadline) {
    pending_ += reply;
    if (pending_.size() >= gather) flush(deadline);
}

bool Stream::flush(Clock::time_point deadline) {
    std::string_view left = pending_;
    while (!broken_ && !left.empty()) {
        // A socket is written without blocking, so that a peer who reads nothing can't hold the process past the
        // deadline; a pipe or terminal is somebody trying things by hand.
        const ssize_t n = out_is_socket_ ? ::send(out_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                         : ::write(out_, left.data(), left.size());
        if (n >= 0) {
            left.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN) {
            broken_ = wait(out_, POLLOUT, deadline) != Input::data;
        } else if (errno != EINTR) {
            broken_ = true;
        }
    }
    pending_.clear();
    return !broken_;
}

}  // namespace mail::net
