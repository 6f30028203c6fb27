// From a recipient's address to the accounts that get the mail: local domains, aliases, the recipient delimiter,
// postmaster, and the accounts that never get mail themselves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/os/user.h"
#include "lib/route/aliases.h"
#include "lib/smtp/path.h"

namespace mail::route {

// One account that gets the mail.
struct Maildrop {
    std::string user{};
    std::string extension{};  // what stood behind the recipient delimiter
    bool is_system = false;   // no person's: mail that no alias gave to anybody

    bool operator==(const Maildrop&) const = default;
    auto operator<=>(const Maildrop&) const = default;
};

// What an address leads to.
struct Resolution {
    std::vector<Maildrop> drops;       // each once
    std::vector<std::string> unknown;  // names in aliases that nobody has: "gone (/etc/aliases:12)"
};

// How an address stands to this host.
enum class Locality { local, remote };

struct Rules {
    std::vector<std::string> local_domains{};  // mydestination
    std::string own_address{};                 // the address of ours that the client reached, "" for none
    std::string recipient_delimiter{};         // each character of it divides user from extension
    long first_valid_uid = 1000;
    std::string mail_owner{};  // the account that gets what would go to root and has no alias
    uid_t running_as = 0;      // not root: only this account can get mail
};

class Resolver {
public:
    using FindAccount = std::function<Result<std::optional<os::Account>>(const std::string&)>;

    // `find_account` is os::find_account but in tests.
    Resolver(Rules rules, Aliases aliases, FindAccount find_account);

    // An address without a domain is local.
    [[nodiscard]] Locality locality(const smtp::Address& address) const;

    // The accounts that mail for a local address goes to, at least one. Failures:
    //   permanent: nobody has that name; refused: this process can't deliver to anybody but itself;
    //   temporary: a table or name service did not answer, or an alias leads to nobody or needs what is not there.
    Result<Resolution> resolve(const smtp::Address& address);

private:
    struct Walk;
    Result<void> expand(Walk& walk, std::string_view name, int depth);
    Result<void> expand_account(Walk& walk, const std::string& name, int depth);
    Result<void> expand_alias(Walk& walk, const Alias& alias, std::string_view name, int depth);
    Result<bool> add_account(Walk& walk, const std::string& name, const std::string& extension, int depth);
    Result<bool> add_postmaster(Walk& walk, const std::string& name, int depth);
    [[nodiscard]] std::pair<std::string, std::string> divide(std::string_view name) const;

    Rules rules_;
    Aliases aliases_;
    FindAccount find_account_;
};

}  // namespace mail::route
