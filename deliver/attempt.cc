#include "deliver/attempt.h"

#include <array>
#include <memory>

#include "deliver/recipient.h"
#include "deliver/report.h"
#include "lib/store/mailbox.h"
#include "lib/store/stored_form.h"

namespace mail::deliver {
namespace {

using store::Delivery;
using store::Outcome;

constexpr std::size_t piece_size = 65536;

struct Done {
    store::Stored stored;
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
Delivery<void> copy(Source& message, std::span<char> buffer, std::string_view piece, store::StoredForm& form,
                    store::Incoming& incoming) {
    while (!piece.empty()) {
        if (auto written = incoming.write(form.next(piece)); !written) return written;
        const auto got = message.fill(buffer);
        if (!got) return store::undelivered(got.error());
        piece = {buffer.data(), *got};
    }
    const auto rest = form.end();
    return rest.empty() ? Delivery<void>{} : incoming.write(rest);
}

Delivery<Done> store_message(Source& message, store::Mailbox& mailbox, const Options& options,
                             const std::string& address) {
    auto incoming = mailbox.begin();
    if (!incoming) return std::unexpected(incoming.error());
    const auto memory = std::make_unique_for_overwrite<char[]>(piece_size);
    const std::span<char> buffer(memory.get(), piece_size);
    const auto got = message.fill(buffer);
    if (!got) return store::undelivered(got.error());

    std::string_view piece(buffer.data(), *got);
    auto sender = options.sender;
    if (const auto line = store::FromLine::parse(piece)) {
        piece.remove_prefix(line->length);
        if (!sender) sender = line->sender;
    }
    store::StoredForm form(prefix(sender, address), sender.has_value());
    if (auto copied = copy(message, buffer, piece, form, **incoming); !copied) return std::unexpected(copied.error());
    auto stored = (*incoming)->commit();
    if (!stored) return std::unexpected(stored.error());
    return Done{std::move(*stored), std::move(sender)};
}

// The mailbox, with this process in the rights of its owner.
Delivery<std::unique_ptr<store::Mailbox>> enter(const Job& job, const std::string& user) {
    const auto recipient = find_recipient(user, job.config);
    if (!recipient) return std::unexpected(recipient.error());
    const auto& account = recipient->account;
    if (is_root())
        if (auto became = os::become(account); !became) return store::undelivered(became.error());
    if (recipient->system_mail && !job.options.check)
        job.log(log::events::system_mail, {{"user", account.name}, {"for", user}});
    return store::open_mailbox(job.config.get<"home_mailbox">(), account);
}

}  // namespace

int failed(const Job& job, const std::string& user, const store::Undelivered& why) {
    const auto& row = store::meaning(why.outcome);
    report(job.options.status_fd, user, why.outcome, why.detail);
    job.log(log::events::deliver_failed, {{"user", user},
                                          {"sender", shown(job.options.sender)},
                                          {"status", row.status},
                                          {"problem", why.detail}});
    return row.exit_status;
}

int attempt(const Job& job, const std::string& user, Source message) {
    const auto mailbox = enter(job, user);
    if (!mailbox) return failed(job, user, mailbox.error());
    if (job.options.check) {
        if (auto usable = (*mailbox)->check(); !usable) return failed(job, user, usable.error());
        report(job.options.status_fd, user, Outcome::delivered, {});
        return store::meaning(Outcome::delivered).exit_status;
    }
    const auto done =
        store_message(message, **mailbox, job.options, recipient_address(user, job.options, job.config));
    if (!done) return failed(job, user, done.error());
    report(job.options.status_fd, user, Outcome::delivered, {});
    job.log(log::events::delivered, {{"user", user},
                                     {"sender", shown(done->sender)},
                                     {"size", done->stored.size},
                                     {"file", done->stored.file}});
    return store::meaning(Outcome::delivered).exit_status;
}

}  // namespace mail::deliver
