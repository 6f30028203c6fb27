// The file that a message passes through: unnamed, so that nothing is left whatever happens. It is not synced: the
// message is durable when deliver has it in a mailbox, and until then the client has not heard 250.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/os/fd.h"

namespace mail::smtpd {

class Spool {
public:
    // Makes the file in an open folder. Where the file system has no unnamed files (O_TMPFILE), a named one whose name
    // is removed at once. `limit`: more octets than this are counted but not written; 0 for no limit.
    static Result<Spool> create(int folder, std::uint64_t limit);

    // Takes the next octets. The first error is kept and ends the writing; finish() tells it.
    void write(std::string_view data);
    // Writes what is gathered. A failure has its errno: ENOSPC and EDQUOT are a full disk.
    Result<void> finish();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool over_limit() const { return limit_ != 0 && size_ > limit_; }
    [[nodiscard]] int fd() const { return file_.get(); }

private:
    Spool(os::Fd file, std::uint64_t limit) : file_(std::move(file)), limit_(limit) {}
    void flush();

    os::Fd file_;
    std::uint64_t limit_;
    std::uint64_t size_ = 0;
    std::string gathered_;
    Result<void> state_;
};

}  // namespace mail::smtpd
