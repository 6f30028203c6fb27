#include "lib/store/outcome.h"

#include <sysexits.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace mail::store {
namespace {

// Only what more tries cannot change is permanent. A missing home, a name service that is down and a
// mistake in main.cf are put right by the administrator: until then the mail waits with its sender.
constexpr std::array meanings{
    Meaning{Outcome::delivered, EX_OK, "2.0.0", "delivered"},
    Meaning{Outcome::usage, EX_USAGE, "4.3.5", "local delivery misused"},
    Meaning{Outcome::no_user, EX_NOUSER, "5.1.1", "no such user"},
    Meaning{Outcome::not_allowed, EX_NOPERM, "5.7.1", "not allowed to deliver for this user"},
    Meaning{Outcome::no_home, EX_OSFILE, "4.2.0", "mailbox not available now"},
    Meaning{Outcome::over_quota, EX_CANTCREAT, "5.2.2", "mailbox full"},
    Meaning{Outcome::disk_full, EX_TEMPFAIL, "4.3.1", "mail system full"},
    Meaning{Outcome::too_large, EX_TEMPFAIL, "4.3.4", "message too large to be stored now"},
    Meaning{Outcome::io_error, EX_TEMPFAIL, "4.3.0", "local storage error"},
    Meaning{Outcome::no_name_service, EX_TEMPFAIL, "4.3.0", "account database not available"},
    Meaning{Outcome::misconfigured, EX_CONFIG, "4.3.5", "mail system misconfigured"},
};

Outcome outcome_of(int error) {
    switch (error) {
        case EDQUOT: return Outcome::over_quota;
        case ENOSPC: return Outcome::disk_full;
        case EFBIG: return Outcome::too_large;
        default: return Outcome::io_error;
    }
}

template <class Field>
const Meaning* find(Field Meaning::* field, const Field& value) {
    const auto* const found = std::ranges::find(meanings, value, field);
    return found == meanings.end() ? nullptr : found;
}

}  // namespace

const Meaning& meaning(Outcome outcome) { return *find(&Meaning::outcome, outcome); }

const Meaning* meaning_of_exit(int exit_status) { return find(&Meaning::exit_status, exit_status); }

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::delivered: return "delivered";
        case Verdict::temporary: return "temporary";
        case Verdict::permanent: return "permanent";
    }
    return "temporary";
}

std::string status_line(Outcome outcome) {
    const auto& row = meaning(outcome);
    std::string line(name(row.verdict()));
    return line.append(" ").append(row.status).append(" ").append(row.text).append("\n");
}

std::unexpected<Undelivered> undelivered(const Failure& failure) {
    return undelivered(outcome_of(failure.error), std::string(failure.logged()));
}

std::unexpected<Undelivered> undelivered(std::string_view what, int error) {
    return undelivered(system_failure({}, what, error));
}

}  // namespace mail::store
