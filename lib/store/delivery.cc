#include "lib/store/delivery.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <memory>
#include <span>

#include "lib/store/mailbox.h"
#include "lib/store/recipient.h"
#include "lib/store/stored_form.h"

namespace mail::store {
namespace {

constexpr std::size_t piece_size = 65536;

struct Done {
    Stored stored;
    std::optional<std::string> sender;
};

// For the log: "<>" is the null sender, nothing an unknown one.
std::string shown(const std::optional<std::string>& sender) { return sender ? "<" + *sender + ">" : ""; }

std::string prefix(const std::optional<std::string>& sender, const std::string& address) {
    std::string fields;
    if (sender) fields += "Return-Path: <" + *sender + ">\n";
    return fields + "Delivered-To: " + address + "\n";
}

// Stores what `message` has, its first piece already in `buffer`.
Delivery<void> copy(Source& message, std::span<char> buffer, std::string_view piece, StoredForm& form,
                    Incoming& incoming) {
    while (!piece.empty()) {
        if (auto written = incoming.write(form.next(piece)); !written) return written;
        const auto got = message.fill(buffer);
        if (!got) return undelivered(got.error());
        piece = {buffer.data(), *got};
    }
    const auto rest = form.end();
    return rest.empty() ? Delivery<void>{} : incoming.write(rest);
}

Delivery<Done> store_message(Source& message, Mailbox& mailbox, const Letter& letter, const std::string& address) {
    auto incoming = mailbox.begin();
    if (!incoming) return std::unexpected(incoming.error());
    const auto memory = std::make_unique_for_overwrite<char[]>(piece_size);
    const std::span<char> buffer(memory.get(), piece_size);
    const auto got = message.fill(buffer);
    if (!got) return undelivered(got.error());

    std::string_view piece(buffer.data(), *got);
    auto sender = letter.sender;
    if (const auto line = FromLine::parse(piece)) {
        piece.remove_prefix(line->length);
        if (!sender) sender = line->sender;
    }
    StoredForm form(prefix(sender, address), sender.has_value());
    if (auto copied = copy(message, buffer, piece, form, **incoming); !copied) return std::unexpected(copied.error());
    auto stored = (*incoming)->commit();
    if (!stored) return std::unexpected(stored.error());
    return Done{std::move(*stored), std::move(sender)};
}

struct Entered {
    Recipient recipient;
    std::unique_ptr<Mailbox> mailbox;
};

// The mailbox, with this process in the rights of its owner.
Delivery<Entered> enter(const Desk& desk, const std::string& user) {
    auto recipient = find_recipient(user, desk.config);
    if (!recipient) return std::unexpected(recipient.error());
    if (is_root())
        if (auto became = os::become(recipient->account); !became) return undelivered(became.error());
    auto mailbox = open_mailbox(desk.config.get<"home_mailbox">(), recipient->account);
    if (!mailbox) return std::unexpected(mailbox.error());
    return Entered{std::move(*recipient), std::move(*mailbox)};
}

}  // namespace

void settle_process() {
    ::umask(077);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);  // no mail in a core file
}

void log_failure(const Desk& desk, const std::string& user, const Letter& letter, const Undelivered& why) {
    desk.log(log::events::deliver_failed, {{"user", user},
                                           {"sender", shown(letter.sender)},
                                           {"status", meaning(why.outcome).status},
                                           {"problem", why.detail}});
}

Delivery<void> deliver(const Desk& desk, const std::string& user, const Letter& letter, Source message) {
    const auto address = recipient_address(user, letter, desk.config);
    const auto entered = enter(desk, user);
    if (entered && entered->recipient.system_mail)
        desk.log(log::events::system_mail, {{"user", entered->recipient.account.name}, {"for", user}});
    const auto done =
        entered ? store_message(message, *entered->mailbox, letter, address) : std::unexpected(entered.error());
    if (!done) {
        log_failure(desk, user, letter, done.error());
        return std::unexpected(done.error());
    }
    desk.log(
        log::events::delivered,
        {{"user", user}, {"sender", shown(done->sender)}, {"size", done->stored.size}, {"file", done->stored.file}});
    return {};
}

Delivery<void> prepare(const Desk& desk, const std::string& user) {
    const auto entered = enter(desk, user);
    return entered ? Delivery<void>{} : std::unexpected(entered.error());
}

Delivery<void> check(const Desk& desk, const std::string& user) {
    const auto entered = enter(desk, user);
    const auto usable = entered ? entered->mailbox->check() : std::unexpected(entered.error());
    if (!usable) log_failure(desk, user, {}, usable.error());
    return usable;
}

}  // namespace mail::store
