// Whose mailbox a user's message goes into, and the address that it was for.
#pragma once

#include <string>

#include "deliver/options.h"
#include "lib/config/config.h"
#include "lib/os/user.h"
#include "lib/store/outcome.h"

namespace mail::deliver {

struct Recipient {
    os::Account account;       // never uid 0
    bool system_mail = false;  // the user is a system account: its mail goes to mail_owner's mailbox
};

// The account that `user`'s mail is delivered as. Fails when there is none, or when the caller is neither root
// nor that account.
store::Delivery<Recipient> find_recipient(const std::string& user, const config::Config& config);

// The account of the mail system itself (mail_owner), never uid 0.
store::Delivery<os::Account> find_mail_owner(const config::Config& config);

// What Delivered-To says: -r, or the user with the extension at $myorigin.
std::string recipient_address(const std::string& user, const Options& options, const config::Config& config);

// Whether this process has root's rights.
bool is_root();

}  // namespace mail::deliver
