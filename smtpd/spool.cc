#include "smtpd/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/log/log.h"
#include "lib/os/file.h"

namespace mail::smtpd {
namespace {

constexpr std::size_t gather = 65536;  // octets written at once

Result<os::Fd> named_then_unlinked(int folder) {
    const auto name = "." + log::new_session_id();
    os::Fd file(openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return std::unexpected(system_failure("message can't be stored", "create a file in the spool", errno));
    if (unlinkat(folder, name.c_str(), 0) != 0)
        return std::unexpected(system_failure("message can't be stored", "unlink a file in the spool", errno));
    return file;
}

}  // namespace

Result<Spool> Spool::create(int folder, std::uint64_t limit) {
    os::Fd file(openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file) return Spool(std::move(file), limit);
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
        return std::unexpected(system_failure("message can't be stored", "create a file in the spool", errno));
    auto named = named_then_unlinked(folder);
    if (!named) return std::unexpected(named.error());
    return Spool(std::move(*named), limit);
}

void Spool::write(std::string_view data) {
    size_ += data.size();
    if (over_limit() || !state_) return;
    gathered_ += data;
    if (gathered_.size() >= gather) flush();
}

Result<void> Spool::finish() {
    if (state_ && !over_limit()) flush();
    return state_;
}

void Spool::flush() {
    state_ = os::write_all(file_.get(), gathered_, "a file in the spool");
    gathered_.clear();
}

}  // namespace mail::smtpd
