#include "deliver/each.h"

#include <unistd.h>

#include "deliver/spool.h"
#include "lib/os/process.h"

namespace mail::deliver {
namespace {

using store::Outcome;

int rank(int exit_status) {
    const auto* const row = store::meaning_of_exit(exit_status);
    switch (row != nullptr ? row->verdict() : store::Verdict::temporary) {
        case store::Verdict::delivered: return 0;
        case store::Verdict::permanent: return 1;
        case store::Verdict::temporary: return 2;
    }
    return 2;
}

int attempt_in_child(const Job& job, const std::string& user, const store::Source& message) {
    const auto status = os::run_in_child([&] { return attempt(job, user, message); });
    if (status) return *status;
    return failed(job, user, {Outcome::io_error, std::string(status.error().logged())});
}

// The message, readable from its start by each child.
store::Delivery<store::Source> readable_often(const Job& job, os::Fd& spool) {
    if (job.options.check) return store::Source(STDIN_FILENO);
    if (const off_t start = ::lseek(STDIN_FILENO, 0, SEEK_CUR); start >= 0) return store::Source(STDIN_FILENO, start);
    auto spooled = spool_message(job);
    if (!spooled) return std::unexpected(spooled.error());
    spool = std::move(*spooled);
    return store::Source(spool.get(), 0);
}

}  // namespace

int worse(int one, int other) { return rank(other) > rank(one) ? other : one; }

int attempt_each(const Job& job) {
    os::Fd spool;
    const auto message = readable_often(job, spool);
    int worst = 0;
    for (const auto& user : job.options.users)
        worst = worse(worst, message ? attempt_in_child(job, user, *message) : failed(job, user, message.error()));
    return worst;
}

}  // namespace mail::deliver
