// The aliases file: whatever it holds, a search ends, and says what stands in the file.
#include "lib/route/aliases.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "lib/base/text.h"

using namespace mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(std::string_view text, std::string_view name) {
    const auto found = route::find_alias(text, name, "f");
    if (!found) return;
    require(found->where.starts_with("f:"));
    const auto line = text::number<long>(std::string_view(found->where).substr(2));
    require(line && *line >= 1 && *line <= std::ranges::count(text, '\n') + 1);
    std::size_t octets = 0;
    for (const auto& target : found->targets) {
        require(!target.empty() && text::trim(target) == target && !target.contains('\n'));
        octets += target.size();
    }
    require(octets <= text.size());
    const auto upper = route::find_alias(text, text::upper(name), "f");
    require(upper && upper->targets == found->targets && upper->where == found->where);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    // The first line is the name that is searched for, as well as a short one that is easily hit.
    const auto end = std::min(input.find('\n'), input.size());
    check(input.substr(std::min(end + 1, input.size())), input.substr(0, end));
    check(input, "a");
    return 0;
}
