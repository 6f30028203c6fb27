#include "lib/privsep/channel.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "lib/privsep/messages.h"

namespace mail::privsep {
namespace {

constexpr auto text = "internal error";

// Takes every descriptor that came along, so that none leaks; the caller decides whether one was due.
std::pair<os::Fd, int> take_descriptors(msghdr& message) {
    os::Fd first;
    int count = 0;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        const auto n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < n; ++i, ++count) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            os::Fd owned(fd);
            if (count == 0) first = std::move(owned);
        }
    }
    return {std::move(first), count};
}

}  // namespace

Result<std::pair<os::Fd, os::Fd>> socket_pair() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return std::unexpected(system_failure(text, "socketpair", errno));
    return std::pair(os::Fd(ends[0]), os::Fd(ends[1]));
}

Result<void> send_packet(int channel, std::string_view packet, int attached, Patience patience) {
    iovec part{.iov_base = const_cast<char*>(packet.data()), .iov_len = packet.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (attached >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof attached);
        std::memcpy(CMSG_DATA(c), &attached, sizeof attached);
    }
    const int flags = MSG_NOSIGNAL | (patience == Patience::fail ? MSG_DONTWAIT : 0);
    while (sendmsg(channel, &message, flags) < 0)
        if (errno != EINTR) return std::unexpected(system_failure(text, "send to the other process", errno));
    return {};
}

Result<Packet> receive_packet(int channel) {
    std::string bytes(longest_packet, '\0');
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t n = 0;
    while ((n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) < 0)
        if (errno != EINTR) return std::unexpected(system_failure(text, "receive from the other process", errno));
    auto [attached, count] = take_descriptors(message);
    if (count > 1 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return fail(Fault::refused, text, "packet too long or with too many descriptors");
    bytes.resize(static_cast<std::size_t>(n));
    return Packet{std::move(bytes), std::move(attached)};
}

}  // namespace mail::privsep
