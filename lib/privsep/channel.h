// The socketpair between a monitor and its session: whole packets, with at most one descriptor each.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "lib/base/result.h"
#include "lib/os/fd.h"

namespace mail::privsep {

// Two connected ends (SOCK_SEQPACKET: a packet arrives whole or not at all), closed on exec.
Result<std::pair<os::Fd, os::Fd>> socket_pair();

// Whether a sender waits for a reader that does not read.
enum class Patience { wait, fail };

// Sends one packet, with a copy of the descriptor `attached` unless that is -1.
Result<void> send_packet(int channel, std::string_view packet, int attached = -1, Patience patience = Patience::wait);

struct Packet {
    std::string bytes;  // "" when the other end has closed
    os::Fd attached;
};

// Waits for one packet. A packet longer than longest_packet or with more than one descriptor is a failure of
// kind refused, and its descriptors are closed.
Result<Packet> receive_packet(int channel);

}  // namespace mail::privsep
