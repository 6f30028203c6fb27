// One "name = value" of main.cf or of -o.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace mail::config {

struct Definition {
    std::string name;
    std::string value;        // unexpanded, without blanks at its ends
    unsigned line = 0;        // where it begins in the file; 0: given with -o
    unsigned overridden = 0;  // the line of an earlier definition that this one replaces; 0: none

    bool operator==(const Definition&) const = default;
};

// Finds `name` in definitions sorted by name; null when it is not there.
inline const Definition* find(std::span<const Definition> sorted, std::string_view name) {
    const auto at = std::ranges::lower_bound(sorted, name, {}, &Definition::name);
    return at != sorted.end() && at->name == name ? &*at : nullptr;
}

}  // namespace mail::config
