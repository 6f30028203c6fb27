#include "smtpd/transaction/trace.h"

#include <ctime>

#include "lib/base/text.h"
#include "lib/message/date.h"

namespace mail::smtpd {
namespace {

// What the client calls itself, made harmless in a structured header field.
std::string harmless(std::string_view helo) {
    std::string out(helo.empty() ? std::string_view("unknown") : helo);
    constexpr std::string_view structure = "()<>\\\",;";
    for (char& c : out)
        if (structure.contains(c)) c = '?';
    return out;
}

// Whether a local-part names the account itself, with or without an extension, and not an alias that led to it.
bool names(std::string_view local, const route::Maildrop& drop) {
    const auto length = drop.user.size();
    if (drop.extension.empty()) return text::iequals(local, drop.user);
    return local.size() > length && text::iequals(local.substr(0, length), drop.user) &&
           text::iequals(local.substr(length + 1), drop.extension);
}

}  // namespace

std::string trace_header(const Session& session, const Transaction& transaction, const std::string& id) {
    const auto& peer = session.peer;
    std::string out = "Received: from " + harmless(transaction.greeting.helo);
    out += " (" + (peer.address.empty() ? "local" : peer.literal()) + ")\n\tby ";
    out += session.config.get<"myhostname">() + " (" + harmless(session.config.get<"mail_name">()) + ") with ";
    out += transaction.greeting.extended ? "ESMTP" : "SMTP";
    out += " id " + id;
    if (transaction.recipients.size() == 1) {
        const auto& recipient = transaction.recipients.front().address;
        out += "\n\tfor <" + with_domain(recipient, session.config.get<"myorigin">()) + ">";
    }
    out += ";\n\t" + message::date(std::time(nullptr)) + "\n";
    return out;
}

std::string with_domain(const smtp::Address& address, const std::string& origin) {
    if (address.is_null() || !address.domain.empty()) return address.text();
    return smtp::Address{address.local, origin}.text();
}

std::string delivered_to(const smtp::Address& recipient, const route::Maildrop& drop, const std::string& origin) {
    if (names(recipient.local, drop))
        return smtp::Address{recipient.local, recipient.domain.empty() ? origin : recipient.domain}.text();
    // An alias led elsewhere: the address is the account's own.
    return smtp::Address{drop.user, origin}.text();
}

}  // namespace mail::smtpd
