// The cage of a process that speaks with the network: what it may still do after its uid is given up.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"

namespace mail::privsep {

struct Jail {
    std::vector<std::string>
        readable;       // files and folders that may be read, with all below; missing ones are passed over
    int writable = -1;  // a folder, open, in which files may be made and written; -1 for none
};

// Shuts the calling process in, for good: no_new_privs; not dumpable; no core file; no child; Landlock, where the
// kernel has it, lets it touch only what `jail` names; seccomp lets it start no program, accept no connection, signal
// or trace no process, change no file's owner or mode, and no namespace, key, module or mount. Gives the name of each
// protection that this kernel lacks.
Result<std::vector<std::string>> enter(const Jail& jail);

}  // namespace mail::privsep
