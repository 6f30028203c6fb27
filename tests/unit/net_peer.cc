#include "lib/net/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <optional>

#include "lib/os/fd.h"

using namespace mail;

namespace {

struct Connection {
    os::Fd client;
    os::Fd server;
    int client_port = 0;
};

sockaddr_in6 loopback6(const char* address) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    inet_pton(AF_INET6, address, &to.sin6_addr);
    return to;
}

// A connection over loopback, accepted by a socket of `family`; nothing where the host has no such family.
template <class Address>
std::optional<Connection> connect(Address listen_at, sockaddr_in to4, bool over4) {
    const os::Fd listener(socket(reinterpret_cast<sockaddr&>(listen_at).sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int off = 0;
    setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    socklen_t size = sizeof listen_at;
    if (bind(listener.get(), reinterpret_cast<sockaddr*>(&listen_at), size) != 0 || listen(listener.get(), 1) != 0)
        return std::nullopt;
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&listen_at), &size);
    Connection made{.client = os::Fd(socket(over4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)), .server = {}};
    const auto port = reinterpret_cast<sockaddr_in&>(listen_at).sin_port;  // at the same place in both families
    to4.sin_port = port;
    sockaddr* const to = over4 ? reinterpret_cast<sockaddr*>(&to4) : reinterpret_cast<sockaddr*>(&listen_at);
    const socklen_t to_size = over4 ? static_cast<socklen_t>(sizeof to4) : size;
    if (::connect(made.client.get(), to, to_size) != 0) return std::nullopt;
    made.server = os::Fd(accept(listener.get(), nullptr, nullptr));
    sockaddr_in6 own{};
    socklen_t own_size = sizeof own;
    getsockname(made.client.get(), reinterpret_cast<sockaddr*>(&own), &own_size);
    made.client_port = ntohs(own.sin6_port);
    return made;
}

sockaddr_in loopback4() {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
}

}  // namespace

TEST_CASE("an address as a literal") {
    CHECK(net::address_literal("192.0.2.1") == "[192.0.2.1]");
    CHECK(net::address_literal("2001:db8::1") == "[IPv6:2001:db8::1]");
    CHECK(net::address_literal("::1") == "[IPv6:::1]");
    CHECK(net::address_literal("").empty());
    CHECK(net::Peer{.address = "::1", .port = 1, .local_address = {}}.literal() == "[IPv6:::1]");
}

TEST_CASE("a peer over IPv4") {
    const auto made = connect(loopback4(), loopback4(), true);
    REQUIRE(made);
    const auto peer = net::peer_of(made->server.get());
    CHECK(peer.address == "127.0.0.1");
    CHECK(peer.port == made->client_port);
    CHECK(peer.local_address == "127.0.0.1");
    CHECK(peer.name() == "127.0.0.1");
    CHECK(peer.literal() == "[127.0.0.1]");
}

TEST_CASE("a peer over IPv6") {
    const auto made = connect(loopback6("::1"), {}, false);
    if (!made) {
        WARN("no IPv6 here: skipped");
        return;
    }
    const auto peer = net::peer_of(made->server.get());
    CHECK(peer.address == "::1");
    CHECK(peer.port == made->client_port);
    CHECK(peer.literal() == "[IPv6:::1]");
    CHECK(peer.local_address == "::1");
}

TEST_CASE("an IPv4 peer of an IPv6 socket is an IPv4 peer") {
    const auto made = connect(loopback6("::"), loopback4(), true);
    if (!made) {
        WARN("no IPv6 here: skipped");
        return;
    }
    const auto peer = net::peer_of(made->server.get());
    CHECK(peer.address == "127.0.0.1");
    CHECK(peer.literal() == "[127.0.0.1]");
    CHECK(peer.port == made->client_port);
    CHECK(peer.local_address == "127.0.0.1");
}

TEST_CASE("what is no connection over a network is local") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const os::Fd in(ends[0]);
    const os::Fd out(ends[1]);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    const os::Fd near(ends[0]);
    const os::Fd far(ends[1]);
    const os::Fd unconnected(socket(AF_INET, SOCK_STREAM, 0));
    for (const int fd : {in.get(), near.get(), unconnected.get(), -1}) {
        const auto peer = net::peer_of(fd);
        CHECK(peer.address.empty());
        CHECK(peer.port == 0);
        CHECK(peer.literal().empty());
        CHECK(peer.name() == "local");
    }
}
