// Where a user's mail is put, whatever its format: deliver and, later, Sieve's fileinto see only this.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/os/user.h"
#include "lib/store/outcome.h"

namespace mail::store {

// What was stored, for the log.
struct Stored {
    std::string file;        // its name within the mailbox
    std::uint64_t size = 0;  // bytes
};

// One message on its way into a mailbox. Nothing can be seen of it before commit() returns; destroyed
// without that, it leaves nothing.
class Incoming {
public:
    Incoming() = default;
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;
    virtual ~Incoming() = default;

    // The next bytes, with LF line ends.
    virtual Delivery<void> write(std::string_view data) = 0;

    // Shows the message to readers. On success it outlives a crash of the machine; on failure it is not there.
    virtual Delivery<Stored> commit() = 0;
};

// Used with the rights of the mailbox's owner, never with root's.
class Mailbox {
public:
    Mailbox() = default;
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    virtual ~Mailbox() = default;

    // Begins a delivery; makes the mailbox on its first use.
    virtual Delivery<std::unique_ptr<Incoming>> begin() = 0;

    // Would a delivery find everything usable now? Changes nothing.
    virtual Delivery<void> check() = 0;
};

// The mailbox of `account` by the form of `home_mailbox`: "Maildir/" (with its slash) is a Maildir in the
// home folder. An mbox ("mbox", or nothing for the mail spool) is refused as misconfigured.
Delivery<std::unique_ptr<Mailbox>> open_mailbox(const std::string& home_mailbox, const os::Account& account);

}  // namespace mail::store
