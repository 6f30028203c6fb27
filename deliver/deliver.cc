#include "deliver/deliver.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "deliver/each.h"
#include "deliver/report.h"

namespace mail::deliver {
namespace {

// What a careless or hostile caller may have left to us.
void settle() {
    ::clearenv();
    ::umask(077);
    std::signal(SIGXFSZ, SIG_IGN);  // write says EFBIG instead
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);  // no mail in a core file
}

}  // namespace

int run(serve::Invocation& invocation) {
    settle();
    auto options = Options::parse(invocation.options);
    if (!options) {
        invocation.log(log::events::config_error, {{"where", "command line"}, {"problem", options.error()}});
        report({}, "command line", store::Outcome::usage, options.error());
        return store::meaning(store::Outcome::usage).exit_status;
    }
    invocation.log.session(options->session);
    const Job job{std::move(*options), invocation.config, invocation.log};
    if (job.options.users.size() > 1) return attempt_each(job);
    return attempt(job, job.options.users.front(), Source(STDIN_FILENO));
}

}  // namespace mail::deliver
