// The arguments of SMTP's commands: each is a value or a refusal that fits into one reply line.
#include <cstdint>
#include <cstdlib>

#include "smtpd/any/rset.h"
#include "smtpd/any/vrfy.h"
#include "smtpd/connected/ehlo.h"
#include "smtpd/connected/helo.h"
#include "smtpd/greeted/mail.h"
#include "smtpd/transaction/data.h"
#include "smtpd/transaction/rcpt.h"

using namespace mail;
using namespace mail::smtpd;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// The value, or null after its refusal was looked at.
template <class Command>
std::optional<Command> parse(std::string_view argument) {
    const auto parsed = Command::parse(argument);
    if (parsed) return *parsed;
    const auto& reply = parsed.error();
    require(reply.code >= 500 && reply.code < 560 && reply.lines.size() == 1 && reply.enhanced.starts_with('5'));
    const auto wire = reply.wire();
    require(wire.size() <= 512 && wire.find('\r') == wire.size() - 2);
    for (const char c : wire.substr(0, wire.size() - 2)) require(c >= ' ' && c < 0x7f);
    return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    parse<Data>(input);
    parse<Rset>(input);
    parse<Vrfy>(input);
    const auto helo = parse<Helo>(input);
    require(helo.has_value() == parse<Ehlo>(input).has_value());
    require(!helo || helo->host == input);
    // With and without the words that must come first.
    for (const auto& argument : {std::string(input), "FROM:" + std::string(input)}) {
        const auto mail = parse<Mail>(argument);
        require(!mail || mail->envelope.sender.is_null() || !mail->envelope.sender.local.empty());
    }
    for (const auto& argument : {std::string(input), "TO:" + std::string(input)}) {
        const auto rcpt = parse<Rcpt>(argument);
        require(!rcpt || !rcpt->recipient.local.empty());
    }
    return 0;
}
