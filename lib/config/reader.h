// Reads main.cf's lines, in Postfix's syntax (postconf(5)), into definitions. Nothing is expanded here.
//
//   name = value        blanks around both are not part of them; the value may be empty
//     more of the value a line that begins with a blank continues the value, joined by one blank
//   # comment           where # is the first character of a line that is no blank; anywhere else it is data
//
// Empty lines, lines of blanks and comments are skipped, also between a value and its continuation.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/definition.h"
#include "lib/config/mistake.h"

namespace mail::config {

// The definitions of `text` in their order. `file` is the name for mistakes.
std::expected<std::vector<Definition>, Mistake> read(std::string_view text, const std::string& file);

// One "name=value" of a command line.
std::expected<Definition, Mistake> read_override(std::string_view text);

// Sorted by name; of several with one name the last stays.
void settle(std::vector<Definition>& definitions);

}  // namespace mail::config
