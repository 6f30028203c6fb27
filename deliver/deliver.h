// The program after its start: command line and configuration are read, the log is open.
#pragma once

#include "lib/serve/program.h"

namespace mail::deliver {

// Delivers, or checks; returns the exit status (sysexits).
int run(serve::Invocation& invocation);

}  // namespace mail::deliver
