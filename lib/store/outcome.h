// What became of one recipient's message: the one table of outcomes, with what each means to a caller
// (sysexits), to an SMTP client (the enhanced status of RFC 3463) and to people.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/result.h"

namespace mail::store {

enum class Outcome {
    delivered,
    usage,            // the command line makes no sense
    no_user,          // there is no such account
    not_allowed,      // the caller may deliver only to itself
    no_home,          // the account's home folder is not there: perhaps not mounted
    over_quota,       // EDQUOT
    disk_full,        // ENOSPC
    too_large,        // EFBIG: a limit on the size of files
    io_error,         // any other failed system call
    no_name_service,  // the account database does not answer
    misconfigured,    // main.cf asks for something impossible
};

// What a caller should do: nothing, try again later, or give up and tell the sender.
enum class Verdict { delivered, temporary, permanent };

struct Meaning {
    Outcome outcome;
    int exit_status;          // sysexits.h
    std::string_view status;  // enhanced status code
    std::string_view text;    // for the peer: nothing private to this host

    [[nodiscard]] constexpr Verdict verdict() const {
        return status.front() == '2'   ? Verdict::delivered
               : status.front() == '4' ? Verdict::temporary
                                       : Verdict::permanent;
    }
};

// The row of `outcome`.
const Meaning& meaning(Outcome outcome);

// The first row with that exit status, or null: what a child that only exited has said.
const Meaning* meaning_of_exit(int exit_status);

// "delivered", "temporary" or "permanent".
std::string_view name(Verdict verdict);

// What a delivering process reports through a pipe: "temporary 4.3.1 mail system full\n".
std::string status_line(Outcome outcome);

// Why a message was not stored. `detail` is for the log and the local administrator: names, paths, causes.
struct Undelivered {
    Outcome outcome;
    std::string detail;
};

template <class T>
using Delivery = std::expected<T, Undelivered>;

inline std::unexpected<Undelivered> undelivered(Outcome outcome, std::string detail) {
    return std::unexpected(Undelivered{outcome, std::move(detail)});
}

// A failed system call, by its errno: quota, full disk, file size limit, anything else.
std::unexpected<Undelivered> undelivered(const Failure& failure);
std::unexpected<Undelivered> undelivered(std::string_view what, int error);

}  // namespace mail::store
