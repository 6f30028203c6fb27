// Whose mailbox a user's message goes into, and the address that it was for.
#pragma once

#include <string>

#include "lib/config/config.h"
#include "lib/os/user.h"
#include "lib/store/delivery.h"
#include "lib/store/outcome.h"

namespace mail::store {

struct Recipient {
    os::Account account;       // never uid 0
    bool system_mail = false;  // the user is another, a system account: its mail goes to this one, mail_owner's
};

// The account that `user`'s mail is delivered as. Fails when there is none, or when the caller is neither root
// nor that account.
Delivery<Recipient> find_recipient(const std::string& user, const config::Config& config);

// The account of the mail system itself (mail_owner), never uid 0.
Delivery<os::Account> find_mail_owner(const config::Config& config);

// What Delivered-To says: -r, or the user with the extension at $myorigin.
std::string recipient_address(const std::string& user, const Letter& letter, const config::Config& config);

// Whether this process has root's rights.
bool is_root();

}  // namespace mail::store
