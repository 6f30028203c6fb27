// The message on stdin, read in big pieces.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>

#include "lib/base/result.h"

namespace mail::store {

class Source {
public:
    // Read on from where the descriptor stands.
    explicit Source(int fd) : fd_(fd) {}
    // Read from `start`, without moving the descriptor's offset, which others share.
    Source(int fd, off_t start) : fd_(fd), at_(start) {}

    // Fills `into` as far as the message goes; the count is less than its size only at the message's end.
    Result<std::size_t> fill(std::span<char> into);

private:
    int fd_;
    std::optional<off_t> at_;
    bool ended_ = false;
};

}  // namespace mail::store
