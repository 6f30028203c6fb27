// Fuzzes main.cf: its lines, the expansion of its values, and the types of what comes out.
#include <cstdint>
#include <string_view>

#include "lib/config/config.h"
#include "lib/config/expand.h"
#include "lib/config/reader.h"

using namespace mail::config;

namespace {

// Expands every name, and reads every value as every parameter.
void use(std::vector<Definition> definitions) {
    settle(definitions);
    const Lookup lookup = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto* const found = find(definitions, name);
        return found != nullptr ? std::optional<std::string_view>(found->value) : std::nullopt;
    };
    for (const auto& definition : definitions) {
        const auto value = expand(definition.name, lookup);
        if (!value) continue;
        for (const auto& parameter : parameters)
            if (problem_with(parameter, *value).empty()) (void)files(*value);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (auto definitions = read(text, "main.cf")) use(std::move(*definitions));
    [[maybe_unused]] const auto override = read_override(text);
    return 0;
}
