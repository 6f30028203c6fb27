// What a message passes through on its way to the mailboxes: memory while it is small (a sealed memfd, which nobody can
// change any more), an unnamed file in the queue's folder when it grows. Either vanishes by itself, whatever happens.
// It is not synced: the message is durable when it is in a mailbox, and until then the client has not heard 250.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/os/fd.h"

namespace mail::smtpd {

class Spool {
public:
    // A message up to this size stays in memory: making a file costs as much as all of its SMTP.
    static constexpr std::size_t memory = 65536;
    // Octets that Received may take, beside what the client may send.
    static constexpr std::uint64_t trace_room = 4096;

    // `folder`: where a file would be made, open. `limit`: more octets than this are counted but not kept; 0 for no
    // limit.
    Spool(int folder, std::uint64_t limit) : folder_(folder), limit_(limit) {}

    // Takes the next octets. The first error is kept and ends the writing; finish() tells it.
    void write(std::string_view data);
    // Puts what is left where fd() reads it. A failure has its errno: ENOSPC and EDQUOT are a full disk.
    Result<void> finish();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool over_limit() const { return limit_ != 0 && size_ > limit_; }
    // The message, after finish().
    [[nodiscard]] int fd() const { return file_.get(); }

private:
    void flush();
    Result<void> keep_in_memory();

    int folder_;
    std::uint64_t limit_;
    os::Fd file_;
    std::uint64_t size_ = 0;
    std::string gathered_;
    Result<void> state_;
};

}  // namespace mail::smtpd
