// One user's delivery (or check), from the command line to the report.
#pragma once

#include <string>

#include "deliver/options.h"
#include "lib/store/delivery.h"

namespace mail::deliver {

struct Job {
    Options options;
    store::Desk desk;
};

// Delivers or, with --check, looks; reports; returns the exit status. The process is the recipient's afterwards.
int attempt(const Job& job, const std::string& user, store::Source message);

// Logs and reports a failure; returns its exit status.
int failed(const Job& job, const std::string& user, const store::Undelivered& why);

}  // namespace mail::deliver
