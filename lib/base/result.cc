#include "lib/base/result.h"

#include <cstring>

namespace mail {

Failure system_failure(std::string text, std::string_view what, int error, Fault kind) {
    // strerrordesc_np needs no locale and no lock, so it works in a jail and after a fork.
    const char* cause = strerrordesc_np(error);
    std::string detail(what);
    detail += ": ";
    detail += cause != nullptr ? cause : "unknown error";
    return {kind, std::move(text), std::move(detail), error};
}

}  // namespace mail
