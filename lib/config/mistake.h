// What is wrong in a configuration, for the person who wrote it.
#pragma once

#include <string>

namespace mail::config {

struct Mistake {
    std::string where;    // "/etc/mayfly/main.cf:12", or "-o"
    std::string problem;  // what was wrong and what would be right

    bool operator==(const Mistake&) const = default;
};

}  // namespace mail::config
