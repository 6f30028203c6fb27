// The ways in which `mayfly config` shows parameters.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "lib/config/config.h"

namespace mail::mayfly {

enum class Form {
    as_written,  // name = value, the value as in main.cf
    expanded,    // name = value, $ expanded
    json,        // an array with an object for each
};

// The parameters with these places in config::parameters.
std::string print(const config::Config& config, std::span<const std::size_t> places, Form form);

// The list of all parameters in the manual page main.cf(5), in mdoc(7).
std::string mdoc();

}  // namespace mail::mayfly
