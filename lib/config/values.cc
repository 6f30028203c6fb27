#include "lib/config/values.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "lib/base/text.h"
#include "lib/config/limits.h"
#include "lib/config/suggest.h"

namespace mail::config {
namespace {

constexpr std::string_view separators = ", \t";

struct Unit {
    char letter;
    long factor;
};

constexpr std::array time_units{Unit{'s', 1}, Unit{'m', 60}, Unit{'h', 3600}, Unit{'d', 86400}, Unit{'w', 604800}};
constexpr std::array size_units{Unit{'k', 1L << 10}, Unit{'m', 1L << 20}, Unit{'g', 1L << 30}};

// Postfix's types of tables that are made from a text file of the same name.
constexpr auto text_tables = std::to_array<std::string_view>({"btree", "cdb", "dbm", "hash", "lmdb", "texthash"});

// What people write for yes and no where they are used to other programs.
constexpr auto meaning_yes = std::to_array<std::string_view>({"1", "enable", "enabled", "on", "t", "true", "y"});
constexpr auto meaning_no = std::to_array<std::string_view>({"0", "disable", "disabled", "f", "false", "n", "off"});

bool among(std::span<const std::string_view> words, std::string_view word) {
    return std::ranges::any_of(words, [&](auto each) { return text::iequals(each, word); });
}

// A number that is not negative, and perhaps a unit's letter.
std::optional<long> with_unit(std::string_view value, std::span<const Unit> units) {
    long factor = 1;
    if (!value.empty() && !text::is_digit(value.back())) {
        const auto unit = std::ranges::find(units, value.back(), &Unit::letter);
        if (unit == units.end()) return std::nullopt;
        factor = unit->factor;
        value.remove_suffix(1);
    }
    const auto count = text::number<long>(value);
    if (!count || *count < 0 || *count > std::numeric_limits<long>::max() / factor) return std::nullopt;
    return *count * factor;
}

std::string quoted(std::string_view s) { return '"' + text::printable(s, limits::quoted_length) + '"'; }

std::string did_you_mean(std::string_view word) {
    return word.empty() ? std::string() : "; did you mean " + quoted(word) + "?";
}

std::string boolean_problem(std::string_view value) {
    if (boolean(value)) return {};
    const auto meant = among(meaning_yes, value) ? "yes" : among(meaning_no, value) ? "no" : "";
    return "neither yes nor no" + did_you_mean(meant);
}

std::string choice_problem(const Parameter& parameter, std::string_view value) {
    const auto words = text::split(parameter.words, " ");
    if (among(words, value)) return {};
    Nearest nearest(value);
    for (const auto word : words) nearest.offer(word);
    return "not one of: " + std::string(parameter.words) + did_you_mean(nearest.word());
}

// `value` is the number read, if it could be; `unit` the letter of the base unit.
std::string range_problem(std::optional<long> value, std::string_view wanted, Range range, std::string_view unit = {}) {
    if (!value) return "not " + std::string(wanted);
    const auto limit = [&](long n) { return std::to_string(n) += unit; };
    if (*value < range.least) return "too little: at least " + limit(range.least);
    if (*value > range.most) return "too much: at most " + limit(range.most);
    return {};
}

std::string path_problem(std::string_view value) {
    if (value.empty() || value.front() == '/') return {};
    return "not an absolute path: begin it with \"/\"";
}

std::string maildir_problem(std::string_view value) {
    if (value.front() == '/') return "not below the home folder: remove the \"/\" it begins with";
    if (among(text::split(value, "/"), "..")) return "not below the home folder: remove \"..\"";
    if (value.back() != '/') return "only the Maildir format is implemented" + did_you_mean(std::string(value) + "/");
    return {};
}

std::string file_problem(std::string_view file) {
    const auto colon = file.find(':');
    if (file.front() == '/' || colon == std::string_view::npos) return path_problem(file);
    if (const auto type = file.substr(0, colon); !among(text_tables, type))
        return "a table of type " + std::string(type) +
               ", which is not implemented: remove it, or name a text file, as hash:/etc/aliases does";
    return path_problem(file.substr(colon + 1));
}

std::string domain_problem(std::string_view value) {
    if (is_domain(value)) return {};
    if (value.starts_with('/') || value.contains(':'))
        return "a table, and tables are not implemented here: name the domains";
    return "not a domain name, as mail.example.org is one";
}

// A value of any other type says something.
bool may_be_empty(Type type) {
    return type == Type::domains || type == Type::files || type == Type::list || type == Type::path ||
           type == Type::text;
}

// The first problem among the words of a list, with the word.
std::string first_problem(std::string_view value, std::string (*problem_of)(std::string_view)) {
    for (const auto word : text::split(value, separators))
        if (const auto problem = problem_of(word); !problem.empty()) return quoted(word) + " is " + problem;
    return {};
}

std::string type_problem(const Parameter& parameter, std::string_view value) {
    switch (parameter.type) {
        case Type::boolean: return boolean_problem(value);
        case Type::choice: return choice_problem(parameter, value);
        case Type::domain: return domain_problem(value);
        case Type::domains: return first_problem(value, domain_problem);
        case Type::files: return first_problem(value, file_problem);
        case Type::list:
        case Type::text: return {};
        case Type::maildir: return maildir_problem(value);
        case Type::number: return range_problem(number(value), "a whole number", parameter.range);
        case Type::path: return path_problem(value);
        case Type::size:
            return range_problem(with_unit(value, size_units),
                                 "a size: write a number of bytes, or one with k, m or g after it", parameter.range);
        case Type::time:
            return range_problem(with_unit(value, time_units), "a time: write a number with s, m, h, d or w after it",
                                 parameter.range, "s");
    }
    return {};
}

}  // namespace

std::string_view name_of(Type type) {
    switch (type) {
        case Type::boolean: return "boolean";
        case Type::choice: return "choice";
        case Type::domain: return "domain";
        case Type::domains: return "domains";
        case Type::files: return "files";
        case Type::list: return "list";
        case Type::maildir: return "maildir";
        case Type::number: return "number";
        case Type::path: return "path";
        case Type::size: return "size";
        case Type::text: return "text";
        case Type::time: return "time";
    }
    return {};
}

std::optional<bool> boolean(std::string_view value) {
    if (text::iequals(value, "yes")) return true;
    if (text::iequals(value, "no")) return false;
    return std::nullopt;
}

std::optional<long> number(std::string_view value) { return text::number<long>(value); }

std::optional<std::uint64_t> size(std::string_view value) {
    return with_unit(value, size_units).transform([](long n) { return static_cast<std::uint64_t>(n); });
}

std::optional<std::chrono::seconds> time(std::string_view value) {
    return with_unit(value, time_units).transform([](long n) { return std::chrono::seconds(n); });
}

std::vector<std::string> list(std::string_view value) {
    const auto words = text::split(value, separators);
    return {words.begin(), words.end()};
}

std::vector<std::string> files(std::string_view value) {
    auto paths = list(value);
    for (auto& path : paths) path.erase(0, path.find('/'));
    return paths;
}

bool is_domain(std::string_view value) {
    constexpr std::size_t longest = 255;
    constexpr std::size_t longest_label = 63;
    if (value.empty() || value.size() > longest || value.contains("..")) return false;
    if (value.front() == '.' || value.back() == '.') return false;
    return std::ranges::all_of(text::split(value, "."), [](std::string_view label) {
        return label.size() <= longest_label && label.front() != '-' && label.back() != '-' &&
               std::ranges::all_of(
                   label, [](char c) { return text::is_alpha(c) || text::is_digit(c) || c == '-' || c == '_'; });
    });
}

std::string problem_with(const Parameter& parameter, std::string_view value) {
    const auto named = [&](const std::string& problem) {
        return std::string(parameter.name) + " = " + text::printable(value, limits::quoted_length) + ": " + problem;
    };
    if (value.empty() && (parameter.range.least > 0 || !may_be_empty(parameter.type)))
        return std::string(parameter.name) + " is empty: give it a value, or remove the line for the default";
    if (const auto problem = type_problem(parameter, value); !problem.empty()) return named(problem);
    return {};
}

}  // namespace mail::config
