// Who is at the other end of a connection, and at which of our addresses.
#pragma once

#include <string>

namespace mail::net {

struct Peer {
    std::string address;  // "192.0.2.1" or "2001:db8::1"; an IPv4-mapped address as IPv4; "" when there is no network
    int port = 0;
    std::string local_address;  // the address of ours that the client reached

    // As RFC 5321 4.1.3 writes an address: [192.0.2.1], [IPv6:2001:db8::1]; "" when there is none.
    [[nodiscard]] std::string literal() const;
    // For the log and for people: the address, or "local" for a pipe, a terminal or a Unix socket.
    [[nodiscard]] std::string name() const { return address.empty() ? "local" : address; }
};

// Asks the kernel about the socket `fd`; a descriptor that is no internet socket gives an empty Peer.
Peer peer_of(int fd);

// "[IPv6:2001:db8::1]" or "[192.0.2.1]" for an address as text.
std::string address_literal(const std::string& address);

}  // namespace mail::net
