#include "deliver/attempt.h"

#include "deliver/report.h"

namespace mail::deliver {
namespace {

int report_and_exit(const Job& job, const std::string& user, store::Outcome outcome, const std::string& detail) {
    report(job.options.status_fd, user, outcome, detail);
    return store::meaning(outcome).exit_status;
}

}  // namespace

int failed(const Job& job, const std::string& user, const store::Undelivered& why) {
    store::log_failure(job.desk, user, job.options.letter, why);
    return report_and_exit(job, user, why.outcome, why.detail);
}

int attempt(const Job& job, const std::string& user, store::Source message) {
    const auto done =
        job.options.check ? store::check(job.desk, user) : store::deliver(job.desk, user, job.options.letter, message);
    if (!done) return report_and_exit(job, user, done.error().outcome, done.error().detail);
    return report_and_exit(job, user, store::Outcome::delivered, {});
}

}  // namespace mail::deliver
