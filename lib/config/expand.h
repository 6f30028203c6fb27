// Expands the $ in values, as Postfix does (postconf(5)).
//
//   $name ${name} $(name)     the value of name, expanded; nothing where name is not defined
//   ${name?text} ${name:text} text, where the value of name is not empty; where it is empty
//   ${name?{text}:{text}}     one or the other
//   ${{a} == {b} ? {text}:{text}}   the same by comparing (== != < <= > >=): numbers as numbers, else as text
//   $$                        a dollar sign
//
// A name here is letters, digits and underscores. Text in the braces that are not chosen is not looked into.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mail::config {

// The unexpanded value of a name, or nothing when it is not defined.
using Lookup = std::function<std::optional<std::string_view>(std::string_view name)>;

struct ExpansionMistake {
    std::string name;     // whose value is wrong: the one asked for, or one that it uses
    std::string problem;  // what was wrong and what would be right
};

// The value of `name`, expanded.
std::expected<std::string, ExpansionMistake> expand(std::string_view name, const Lookup& lookup);

}  // namespace mail::config
