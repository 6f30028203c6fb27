// The names of messages in a Maildir: TIME.Mµs Ppid Qcount.HOST,S=size,W=size (cr.yp.to/proto/maildir.html,
// with the sizes of Maildir++ that Courier and Dovecot read).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace mail::store {

// What makes a name unique: no two deliveries of a process have one `count`, no two processes of a host one
// pid in one microsecond, no two hosts one name.
struct MaildirName {
    std::chrono::microseconds time;  // since 1970
    pid_t pid;
    unsigned count;
    std::string_view host;

    // "1700000000.M42P7Q1.mail.example", the host's '/' ':' ',' as \057 \072 \054.
    [[nodiscard]] std::string text() const;
};

// The two sizes of a message, counted as it passes.
class MessageSizes {
public:
    void add(std::string_view data);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    // As sent by IMAP and POP3: with a CR before each LF that has none.
    [[nodiscard]] std::uint64_t wire_size() const { return size_ + bare_; }
    // ",S=size,W=wire_size"
    [[nodiscard]] std::string text() const;

private:
    std::uint64_t size_ = 0;
    std::uint64_t bare_ = 0;  // LFs without CR
    char last_ = '\0';
};

}  // namespace mail::store
