// The types of values: what is one, what it is in C++, and what to say when it is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/parameters.h"

namespace mail::config {

// What main.cf(5) calls the type.
std::string_view name_of(Type type);

// yes or no, in any case of letters.
std::optional<bool> boolean(std::string_view value);

std::optional<long> number(std::string_view value);

// Bytes; k, m or g after the number mean 1024 of them, 1024 k, 1024 m.
std::optional<std::uint64_t> size(std::string_view value);

// A number and s, m, h, d or w; seconds when there is no letter.
std::optional<std::chrono::seconds> time(std::string_view value);

// The words between commas and blanks.
std::vector<std::string> list(std::string_view value);

// A list of files without the table types before their paths.
std::vector<std::string> files(std::string_view value);

// A domain name: labels of letters, digits, hyphens and underscores.
bool is_domain(std::string_view value);

// Why `value`, expanded, is none for the parameter, and what would be right; empty when it is one.
std::string problem_with(const Parameter& parameter, std::string_view value);

}  // namespace mail::config
