// mayfly config: shows the configuration, and what in it has no effect.
#pragma once

#include "lib/serve/program.h"

namespace mail::mayfly {

void declare_config(serve::po::options_description& options);

// `names`: the words after "config".
int run_config(const serve::Invocation& invocation, const std::vector<std::string>& names);

}  // namespace mail::mayfly
