#include "lib/route/resolver.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/base/text.h"
#include "lib/net/peer.h"

namespace mail::route {
namespace {

constexpr int deepest_alias = 50;             // aliases that name aliases
constexpr std::size_t most_maildrops = 1000;  // accounts that one address may reach

// The names that mail for root's attention arrives under: RFC 5321 4.5.1 wants postmaster to work everywhere.
constexpr std::string_view postmaster = "postmaster";
constexpr std::string_view root = "root";

bool needs_queue(std::string_view target) {
    return target.starts_with('|') || target.starts_with('/') || target.starts_with(':');
}

}  // namespace

// One walk through the aliases, from one address.
struct Resolver::Walk {
    std::string where;              // the alias being expanded, for the log
    std::vector<std::string> path;  // the aliases that led here
    std::set<std::string> done;     // those whose targets are all in `found`
    Resolution found;

    void add(Maildrop drop) {
        if (std::ranges::find(found.drops, drop) == found.drops.end()) found.drops.push_back(std::move(drop));
    }
};

Resolver::Resolver(Rules rules, Aliases aliases, FindAccount find_account)
    : rules_(std::move(rules)), aliases_(std::move(aliases)), find_account_(std::move(find_account)) {}

Locality Resolver::locality(const smtp::Address& address) const {
    const auto& domain = address.domain;
    const bool local = domain.empty() ||
                       std::ranges::any_of(rules_.local_domains, [&](auto& d) { return text::iequals(d, domain); }) ||
                       (!rules_.own_address.empty() && text::iequals(domain, net::address_literal(rules_.own_address)));
    return local ? Locality::local : Locality::remote;
}

std::pair<std::string, std::string> Resolver::divide(std::string_view name) const {
    const auto at = name.find_first_of(rules_.recipient_delimiter, 1);
    if (at == std::string_view::npos) return {std::string(name), {}};
    return {std::string(name.substr(0, at)), std::string(name.substr(at + 1))};
}

Result<Resolution> Resolver::resolve(const smtp::Address& address) {
    Walk walk;
    if (const auto done = expand(walk, address.local, 0); !done) return std::unexpected(done.error());
    if (!walk.found.drops.empty()) return std::move(walk.found);
    // Whoever wrote the alias meant somebody to get the mail.
    if (!walk.done.empty())
        return fail(Fault::temporary, "alias leads to nobody", walk.where + ": alias leads to no account");
    return fail(Fault::permanent, "no such user here");
}

Result<void> Resolver::expand(Walk& walk, std::string_view name, int depth) {
    const auto whole = text::lower(name);
    if (depth > deepest_alias)
        return fail(Fault::temporary, "alias loop", walk.where + ": aliases nested too deep at " + whole);
    const auto [user, extension] = divide(whole);
    // An alias may name itself ("bob: bob, alice"): within it the name stands for the account.
    for (const auto* key = &whole; key != nullptr; key = key == &whole && user != whole ? &user : nullptr) {
        if (std::ranges::find(walk.path, *key) != walk.path.end()) continue;
        if (walk.done.contains(*key)) return {};
        const auto alias = aliases_.find(*key);
        if (!alias) return std::unexpected(alias.error());
        if (*alias) return expand_alias(walk, **alias, *key, depth);
    }
    return expand_account(walk, whole, depth);
}

// A name that is no alias: an account, with or without an extension, or postmaster.
Result<void> Resolver::expand_account(Walk& walk, const std::string& name, int depth) {
    const auto [user, extension] = divide(name);
    // An account's own name may contain the delimiter.
    auto known = add_account(walk, name, {}, depth);
    if (known && !*known && user != name) known = add_account(walk, user, extension, depth);
    if (known && !*known) known = add_postmaster(walk, user, depth);
    if (!known) return std::unexpected(known.error());
    if (!*known && depth > 0) walk.found.unknown.push_back(name + " (" + walk.where + ")");
    return {};
}

Result<void> Resolver::expand_alias(Walk& walk, const Alias& alias, std::string_view name, int depth) {
    walk.where = alias.where;
    walk.path.emplace_back(name);
    for (const auto& target : alias.targets) {
        walk.where = alias.where;
        // "\\bob" is bob's account, whatever alias bob has.
        if (target.starts_with('\\')) {
            if (const auto done = expand_account(walk, text::lower(target.substr(1)), depth + 1); !done) return done;
            continue;
        }
        Cursor in(target);
        const auto address = smtp::parse_mailbox(in);
        if (needs_queue(target) || !in.at_end() || in.failed() || locality(address) == Locality::remote)
            return fail(Fault::temporary, "alias not supported",
                        alias.where + ": alias " + std::string(name) + ": \"" + target +
                            "\": only accounts of this host can be named so far");
        if (const auto done = expand(walk, address.local, depth + 1); !done) return done;
        if (walk.found.drops.size() > most_maildrops)
            return fail(Fault::temporary, "alias too large", alias.where + ": alias reaches too many accounts");
    }
    walk.path.pop_back();
    walk.done.emplace(name);
    walk.where = alias.where;
    return {};
}

// Adds the account `name`, if there is one: itself, or for an account that never gets mail whoever gets root's.
Result<bool> Resolver::add_account(Walk& walk, const std::string& name, const std::string& extension, int depth) {
    const auto account = find_account_(name);
    if (!account) return std::unexpected(account.error());
    if (!*account) return false;
    const bool own = rules_.running_as != 0;
    if (own && (*account)->uid != rules_.running_as)
        return fail(Fault::refused, "this server was started by an ordinary user and serves that account only");
    if (own || os::is_person((*account)->uid, rules_.first_valid_uid)) {
        walk.add({(*account)->name, extension, false});
        return true;
    }
    // root's own mail, where no alias gave it to a person, goes to the mail system's account.
    if (name != root) {
        const auto done = expand(walk, root, depth + 1);
        return done ? Result<bool>(true) : std::unexpected(done.error());
    }
    walk.add({rules_.mail_owner, {}, true});
    return true;
}

Result<bool> Resolver::add_postmaster(Walk& walk, const std::string& name, int depth) {
    if (name != postmaster) return false;
    const auto done = expand(walk, root, depth + 1);
    return done ? Result<bool>(true) : std::unexpected(done.error());
}

}  // namespace mail::route
