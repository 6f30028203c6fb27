// Failures as values: what went wrong, of which kind, for the peer and for the log.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace mail {

// What a failure means to whoever asked. Each protocol turns a kind into its own words
// (4xx or 5xx, NO or BAD, an exit status) in one function.
enum class Fault {
    syntax,     // the request is malformed: repeating it will not help
    refused,    // well-formed, but not allowed
    temporary,  // may succeed later: nothing is lost if it is tried again
    permanent,  // will not succeed however often it is tried
};

struct Failure {
    Fault kind = Fault::temporary;
    std::string text;    // for the peer: what was wrong, without anything private to this host
    std::string detail;  // for the log: the same with names, paths and causes; empty: text says it all
    int error = 0;       // the errno behind it, or 0

    // What the log reads.
    [[nodiscard]] std::string_view logged() const { return detail.empty() ? text : detail; }
};

template <class T>
using Result = std::expected<T, Failure>;

// A failed system call: `what` was being done (for example "open /var/x"), `error` is its errno.
// The peer is told only `text`; the log reads "WHAT: No space left on device".
Failure system_failure(std::string text, std::string_view what, int error, Fault kind = Fault::temporary);

inline std::unexpected<Failure> fail(Fault kind, std::string text, std::string detail = {}) {
    return std::unexpected(Failure{kind, std::move(text), std::move(detail), 0});
}

}  // namespace mail
