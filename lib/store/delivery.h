// One message for one user: from the account to the mailbox. What deliver does for its caller, and smtpd's monitor in a
// child of its own (lib/privsep/worker.h).
#pragma once

#include <optional>
#include <string>

#include "lib/config/config.h"
#include "lib/log/log.h"
#include "lib/store/outcome.h"
#include "lib/store/source.h"

namespace mail::store {

// What is known of a message beside its content.
struct Letter {
    std::optional<std::string> sender{};  // without brackets; empty: the null reverse-path; nothing: not told
    std::string recipient{};              // for Delivered-To; empty: made from the user's name
    std::string extension{};              // what stood behind the recipient delimiter
};

// What a delivery works with, and outlives it.
struct Desk {
    const config::Config& config;
    const log::Log& log;
};

// Makes the process safe to work with a user's rights, whoever started it: umask 077, no core file.
void settle_process();

// Becomes the recipient for good when the process is root, then reads `message` and stores it durably. Logs the
// outcome.
Delivery<void> deliver(const Desk& desk, const std::string& user, const Letter& letter, Source message);

// Becomes the recipient likewise, so that a delivery can begin at once; logs nothing.
Delivery<void> prepare(const Desk& desk, const std::string& user);

// Becomes the recipient likewise. Would a delivery find everything usable now? Stores nothing.
Delivery<void> check(const Desk& desk, const std::string& user);

// Logs a failure to serve `user`, with what is known of the sender.
void log_failure(const Desk& desk, const std::string& user, const Letter& letter, const Undelivered& why);

}  // namespace mail::store
