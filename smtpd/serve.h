// From a started process to a session and its monitor.
#pragma once

#include "lib/serve/program.h"

namespace mail::smtpd {

// Greets, divides into monitor and session, and serves one connection on descriptors 0 and 1. Exit status.
int serve(serve::Invocation& invocation);

// Tells the client that this server can't work now (421). Exit status EX_CONFIG.
int not_available();

}  // namespace mail::smtpd
