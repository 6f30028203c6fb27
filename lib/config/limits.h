// What a main.cf may be at most. Generous for people; there so that no file, however odd, costs a connection
// more than a moment.
#pragma once

#include <cstddef>

namespace mail::config::limits {

inline constexpr std::size_t file_size = std::size_t{1} << 20;     // bytes of main.cf
inline constexpr std::size_t value_length = std::size_t{1} << 16;  // bytes of a value, before and after expansion
inline constexpr unsigned expansion_depth = 20;                    // $name within $name, ${...{...}} within ${...}
inline constexpr unsigned expansions = 1000;                       // uses of $ for one value
inline constexpr std::size_t quoted_length = 80;                   // bytes of a wrong value shown in a mistake

}  // namespace mail::config::limits
