#include "lib/store/recipient.h"

#include <unistd.h>

#include <algorithm>

#include "lib/base/text.h"

namespace mail::store {
namespace {

constexpr std::size_t longest_name = 256;

bool possible_name(const std::string& user) {
    const auto impossible = [](char c) { return text::is_control(c) || c == '/' || c == ':'; };
    return !user.empty() && user.size() <= longest_name && std::ranges::none_of(user, impossible);
}

Delivery<os::Account> find(const std::string& user) {
    if (!possible_name(user)) return undelivered(Outcome::no_user, "not the name of an account");
    auto account = os::find_account(user);
    if (!account) return undelivered(Outcome::no_name_service, std::string(account.error().logged()));
    auto& found = *account;
    if (!found) return undelivered(Outcome::no_user, "there is no account of that name");
    return std::move(*found);
}

}  // namespace

bool is_root() { return ::geteuid() == 0; }

Delivery<os::Account> find_mail_owner(const config::Config& config) {
    const auto name = config.get<"mail_owner">();
    auto owner = find(name);
    if (!owner && owner.error().outcome == Outcome::no_user)
        return undelivered(Outcome::misconfigured, "mail_owner = " + name + ": there is no account of that name");
    if (owner && owner->uid == 0)
        return undelivered(Outcome::misconfigured, "mail_owner = " + name + ": must not be root");
    return owner;
}

Delivery<Recipient> find_recipient(const std::string& user, const config::Config& config) {
    auto account = find(user);
    if (!account) return std::unexpected(account.error());
    const bool system = !os::is_person(account->uid, config.get<"first_valid_uid">());
    if (system) account = find_mail_owner(config);
    if (!account) return std::unexpected(account.error());
    if (!is_root() && ::geteuid() != account->uid)
        return undelivered(Outcome::not_allowed, "only root and " + account->name + " may deliver there");
    const bool elsewhere = system && account->name != user;
    return Recipient{std::move(*account), elsewhere};
}

std::string recipient_address(const std::string& user, const Letter& letter, const config::Config& config) {
    if (!letter.recipient.empty()) return letter.recipient;
    const auto delimiter = config.get<"recipient_delimiter">().substr(0, 1);
    const auto extension = letter.extension.empty() || delimiter.empty() ? "" : delimiter + letter.extension;
    return user + extension + "@" + config.get<"myorigin">();
}

}  // namespace mail::store
