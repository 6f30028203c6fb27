// What crosses the border between session and monitor: a packet that is accepted is exactly one valid message.
#include "lib/privsep/messages.h"

#include <cstdint>
#include <cstdlib>

#include "lib/base/text.h"

using namespace mail;
using namespace mail::privsep;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_text(const std::string& text) {
    require(text.size() <= longest_text);
    for (const char c : text) require(!text::is_control(c));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view packet(reinterpret_cast<const char*>(data), size);
    if (const auto request = decode_request(packet)) {
        require(request->verb >= Verb::check && request->verb <= Verb::prepare);
        require(is_user_name(request->user) && request->user.front() != '-' && !request->user.contains('/'));
        for (const auto& text : {request->user, request->sender, request->recipient, request->extension})
            check_text(text);
        require(encode(*request) == packet);
        require(decode_request(encode(*request)) == request);
    }
    if (const auto answer = decode_answer(packet)) {
        require(answer->outcome >= Outcome::delivered && answer->outcome <= Outcome::permanent);
        check_text(answer->status);
        check_text(answer->text);
        require(encode(*answer) == packet);
        require(decode_answer(encode(*answer)) == answer);
    }
    return 0;
}
