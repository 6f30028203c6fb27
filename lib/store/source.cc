#include "lib/store/source.h"

#include <unistd.h>

#include <cerrno>

namespace mail::store {

Result<std::size_t> Source::fill(std::span<char> into) {
    std::size_t filled = 0;
    while (!ended_ && filled < into.size()) {
        const auto rest = into.subspan(filled);
        const ssize_t got = at_ ? ::pread(fd_, rest.data(), rest.size(), *at_) : ::read(fd_, rest.data(), rest.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(system_failure({}, "read the message", errno));
        ended_ = got == 0;
        filled += static_cast<std::size_t>(got);
        if (at_) *at_ += got;
    }
    return filled;
}

}  // namespace mail::store
