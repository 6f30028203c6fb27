// What a configuration says that has no effect, or none that was meant: for a person to read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"

namespace mail::mayfly {

struct ConfigWarning {
    std::string where;    // "FILE:LINE" or "-o"
    std::string name;     // the parameter
    std::string problem;  // "accepted without effect: ..."
    bool refused = false;

    bool operator==(const ConfigWarning&) const = default;
};

// In the order of the file, what was given with -o first.
std::vector<ConfigWarning> warnings(const config::Config& config);

// "; did you mean "X"?" where a name of Mayfly or of Postfix is near to `name`, else empty.
std::string suggestion(std::string_view name);

// "accepted without effect: ..." or "refused: ..." for a parameter that only Postfix has; nothing for any other name.
std::optional<std::string> fate(std::string_view name);

}  // namespace mail::mayfly
