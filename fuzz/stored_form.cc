// Fuzzes what a message goes through on its way into a mailbox: From_ line, line ends, Return-Path, sizes. However
// the message is cut into pieces, the same must come out.
#include "lib/store/stored_form.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "lib/store/maildir_name.h"

namespace {

using namespace mail::store;

void require(bool truth) {
    if (!truth) std::abort();
}

struct Stored {
    std::string text;
    std::string sizes;
    bool operator==(const Stored&) const = default;
};

Stored store(std::string_view message, std::size_t step, bool drop) {
    StoredForm form("P: q\n", drop);
    Stored stored;
    MessageSizes sizes;
    const auto add = [&](std::string_view piece) {
        sizes.add(piece);
        stored.text += piece;
    };
    for (; !message.empty(); message.remove_prefix(std::min(step, message.size())))
        add(form.next(message.substr(0, step)));
    add(form.end());
    stored.sizes = sizes.text();
    return stored;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t step = data[0] + std::size_t{1};
    const bool drop = (data[1] & 1U) != 0;
    std::string_view message(reinterpret_cast<const char*>(data + 2), size - 2);

    if (const auto line = FromLine::parse(message)) {
        require(line->length <= message.size() && message[line->length - 1] == '\n');
        require(!line->sender || safe_address(*line->sender));
        message.remove_prefix(line->length);
    }
    const auto whole = store(message, message.size() + 1, drop);
    require(whole == store(message, step, drop));
    require(whole == store(message, 1, drop));
    require(whole.text.starts_with("P: q\n") && whole.text.size() <= message.size() + 5);
    return 0;
}
