#include "lib/net/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace mail::net {
namespace {

struct Endpoint {
    std::string address;
    int port = 0;
};

Endpoint endpoint(const sockaddr_storage& from) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (from.ss_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &from, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
        return {text.data(), ntohs(in.sin_port)};
    }
    if (from.ss_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &from, sizeof in);
        if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr))
            inet_ntop(AF_INET, &in.sin6_addr.s6_addr[12], text.data(), text.size());
        else
            inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
        return {text.data(), ntohs(in.sin6_port)};
    }
    return {};
}

template <class Ask>
Endpoint ask(int fd, Ask which) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    // sockaddr is what the C interface calls every address.
    if (which(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    return endpoint(address);
}

}  // namespace

std::string address_literal(const std::string& address) {
    if (address.empty()) return {};
    return (address.contains(':') ? "[IPv6:" : "[") + address + "]";
}

std::string Peer::literal() const { return address_literal(address); }

Peer peer_of(int fd) {
    const auto far = ask(fd, getpeername);
    const auto near = ask(fd, getsockname);
    return {far.address, far.port, near.address};
}

}  // namespace mail::net
