#include "deliver/deliver.h"

#include <unistd.h>

#include <cstdlib>

#include "deliver/each.h"
#include "deliver/report.h"

namespace mail::deliver {

int run(serve::Invocation& invocation) {
    ::clearenv();  // a careless or hostile caller may have left anything there
    store::settle_process();
    auto options = Options::parse(invocation.options);
    if (!options) {
        invocation.log(log::events::config_error, {{"where", "command line"}, {"problem", options.error()}});
        report({}, "command line", store::Outcome::usage, options.error());
        return store::meaning(store::Outcome::usage).exit_status;
    }
    invocation.log.session(options->session);
    const Job job{std::move(*options), {invocation.config, invocation.log}};
    if (job.options.users.size() > 1) return attempt_each(job);
    return attempt(job, job.options.users.front(), store::Source(STDIN_FILENO));
}

}  // namespace mail::deliver
