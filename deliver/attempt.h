// One user's delivery (or check), from the account to the report.
#pragma once

#include <string>

#include "deliver/options.h"
#include "deliver/source.h"
#include "lib/config/config.h"
#include "lib/log/log.h"
#include "lib/store/outcome.h"

namespace mail::deliver {

struct Job {
    Options options;
    const config::Config& config;
    const log::Log& log;
};

// Becomes the recipient for good when started as root, then reads `message` and stores it, or with --check
// looks at the mailbox. Logs and reports; returns the exit status.
int attempt(const Job& job, const std::string& user, Source message);

// Logs and reports a failure; returns its exit status.
int failed(const Job& job, const std::string& user, const store::Undelivered& why);

}  // namespace mail::deliver
