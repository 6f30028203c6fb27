// Paths of MAIL and RCPT: what is accepted is bounded, and survives being written and read again.
#include "lib/smtp/path.h"

#include <cstdint>
#include <cstdlib>

using namespace mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(std::string_view input, bool may_be_null) {
    Cursor in(input);
    const auto address = smtp::parse_path(in, may_be_null);
    if (in.failed()) {
        require(!in.error().empty() && in.rest().empty());
        return;
    }
    require(address.local.size() <= smtp::longest_local_part && address.domain.size() <= smtp::longest_domain);
    require(may_be_null || !address.local.empty());
    const auto text = address.text();
    for (const char c : text) require(c >= ' ' && c < 0x7f);
    const auto wrapped = "<" + text + ">";
    Cursor again(wrapped);
    require(smtp::parse_path(again, may_be_null) == address);
    require(!again.failed() && again.at_end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(input, true);
    check(input, false);
    return 0;
}
