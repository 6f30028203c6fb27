#include "smtpd/spool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "lib/log/log.h"
#include "lib/os/file.h"

namespace mail::smtpd {
namespace {

constexpr auto name = "the message's file";

std::unexpected<Failure> failed(std::string_view what) {
    return std::unexpected(system_failure("message can't be stored", what, errno));
}

// Where the file system has no unnamed files (O_TMPFILE): a named one, whose name is removed at once.
Result<os::Fd> named_then_unlinked(int folder) {
    const auto temporary = "." + log::new_session_id();
    os::Fd file(openat(folder, temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return failed("create a file in the spool");
    if (unlinkat(folder, temporary.c_str(), 0) != 0) return failed("unlink a file in the spool");
    return file;
}

Result<os::Fd> unnamed_file(int folder) {
    os::Fd file(openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file) return file;
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT) return named_then_unlinked(folder);
    return failed("create a file in the spool");
}

}  // namespace

void Spool::write(std::string_view data) {
    size_ += data.size();
    if (over_limit() || !state_) return;
    gathered_ += data;
    if (gathered_.size() > memory) flush();
}

Result<void> Spool::finish() {
    if (!state_ || over_limit()) return state_;
    if (!file_) return keep_in_memory();
    flush();
    return state_;
}

void Spool::flush() {
    if (!file_) {
        auto file = unnamed_file(folder_);
        if (!file) {
            state_ = std::unexpected(file.error());
            return;
        }
        file_ = std::move(*file);
    }
    state_ = os::write_all(file_.get(), gathered_, name);
    gathered_.clear();
}

Result<void> Spool::keep_in_memory() {
    file_ = os::Fd(memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file_) return failed("create a file in memory");
    if (auto written = os::write_all(file_.get(), gathered_, name); !written) return written;
    if (fcntl(file_.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return failed("seal the message");
    return {};
}

}  // namespace mail::smtpd
