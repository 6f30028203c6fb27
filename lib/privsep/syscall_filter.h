// The system calls that a caged process is refused (seccomp).
#pragma once

#include "lib/base/result.h"

namespace mail::privsep {

// Refuses them, for good, with EPERM. It is a list of what is denied, not of what is allowed: this process asks the
// host's name services, and nobody can say what the host's NSS modules call. False when this kernel has no seccomp or
// this processor's call numbers are not known here.
Result<bool> filter_syscalls();

}  // namespace mail::privsep
