// The subcommands of mayfly.
#pragma once

#include "lib/serve/program.h"

namespace mail::mayfly {

// Declares the options of all subcommands, and the words of the command line.
void declare(serve::po::options_description& options, serve::po::positional_options_description& positional);

// Runs the subcommand that the command line names; gives the exit status.
int run(serve::Invocation& invocation);

}  // namespace mail::mayfly
