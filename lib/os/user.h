// System accounts: looking them up and becoming one.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "lib/base/result.h"

namespace mail::os {

struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;

    bool operator==(const Account&) const = default;
};

// The account called `name`, or nothing when there is none. A name service that cannot answer is a
// temporary failure, never "nothing": mail must not bounce because LDAP is down.
Result<std::optional<Account>> find_account(const std::string& name);
Result<std::optional<Account>> find_account(uid_t uid);

// The same for an account of the system's own, which is looked for in /etc/passwd first: that is where it nearly always
// is, and asking the name services costs a connection's process as much as its fork.
Result<std::optional<Account>> find_system_account(const std::string& name);

// Whether an account may get mail as itself: not a system's account, nor nobody's, which is everybody's.
bool is_person(uid_t uid, long first_valid_uid);

// Which groups a process keeps when it becomes an account.
enum class Groups { all, primary };

// Gives up root for good: groups, gid and uid (real, effective, saved) become the account's, and it is
// verified that root cannot be had back. Does not change folder, environment or umask.
Result<void> become(const Account& account, Groups groups = Groups::all);

// The host's name as gethostname(2) has it, "localhost" when it has none.
std::string host_name();

}  // namespace mail::os
