#include "lib/os/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace mail::os {
namespace {

constexpr auto text = "local file error";

std::unexpected<Failure> failed(std::string_view what, std::string_view name, int error) {
    return std::unexpected(system_failure(text, std::string(what) + " " + std::string(name), error));
}

}  // namespace

Result<void> write_all(int fd, std::string_view data, std::string_view name) {
    while (!data.empty()) {
        const ssize_t n = ::write(fd, data.data(), data.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("write", name, errno);
        if (n == 0) return failed("write", name, EIO);
        data.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<std::size_t> read_some(int fd, std::span<char> into, std::string_view name) {
    for (;;) {
        const ssize_t n = ::read(fd, into.data(), into.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) return failed("read", name, errno);
    }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    auto fd = open(path, O_RDONLY);
    if (!fd) return std::unexpected(fd.error());
    std::string content;
    std::array<char, 4096> piece;
    for (;;) {
        const auto got = read_some(fd->get(), piece, path);
        if (!got) return std::unexpected(got.error());
        if (*got == 0) return content;
        content.append(piece.data(), *got);
        if (content.size() > limit)
            return fail(Fault::permanent, text, path + ": larger than " + std::to_string(limit) + " bytes");
    }
}

Result<void> sync(int fd, std::string_view name) {
    while (::fsync(fd) != 0)
        if (errno != EINTR) return failed("fsync", name, errno);
    return {};
}

Result<void> close(Fd fd, std::string_view name) {
    // After EINTR Linux has closed the descriptor; closing again could hit somebody else's.
    if (::close(fd.release()) != 0 && errno != EINTR) return failed("close", name, errno);
    return {};
}

Result<Fd> open(const std::string& path, int flags, unsigned mode) {
    for (;;) {
        const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
        if (fd >= 0) return Fd(fd);
        if (errno != EINTR) return failed("open", path, errno);
    }
}

}  // namespace mail::os
