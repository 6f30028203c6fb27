#include "lib/store/mailbox.h"

#include "lib/store/maildir.h"

namespace mail::store {

Delivery<std::unique_ptr<Mailbox>> open_mailbox(const std::string& home_mailbox, const os::Account& account) {
    if (!home_mailbox.ends_with('/'))
        return undelivered(Outcome::misconfigured, "home_mailbox = " + home_mailbox +
                                                       ": mbox is not supported; a Maildir is named with a slash at "
                                                       "its end, as in home_mailbox = Maildir/");
    if (!account.home.starts_with('/'))
        return undelivered(Outcome::no_home, "account " + account.name + " has no home folder");
    return std::make_unique<Maildir>(account.home, home_mailbox);
}

}  // namespace mail::store
