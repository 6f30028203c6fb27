// The configuration: main.cf and -o, read, expanded and checked. After load() no get() fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/text.h"
#include "lib/config/definition.h"
#include "lib/config/mistake.h"
#include "lib/config/parameters.h"
#include "lib/config/values.h"

namespace mail::config {

// A parameter's name as a template argument: a misspelt one does not compile.
template <std::size_t Size>
struct Name {
    char text[Size]{};
    consteval Name(const char (&name)[Size]) {  // NOLINT(google-explicit-constructor): get<"name">() is the purpose
        std::ranges::copy(name, text);
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, Size - 1}; }
};

struct Sources {
    std::string file{};                    // main.cf; empty: none
    bool file_required = false;            // whether it is a mistake that the file is not there
    std::vector<std::string> overrides{};  // "name=value" of each -o, which win over the file
};

class Config {
public:
    // The defaults of every parameter.
    Config();

    static std::expected<Config, Mistake> load(const Sources& sources);

    // The value of a parameter. text, path, choice, maildir, domain: std::string. list, files, domains:
    // std::vector<std::string>. boolean: bool. number: long. size: std::uint64_t, bytes. time: std::chrono::seconds.
    template <Name N>
    [[nodiscard]] auto get() const {
        constexpr auto index = index_of(N.view());
        static_assert(index < parameter_count, "no such parameter in lib/config/parameters.h");
        return convert<parameters[index].type>(expanded_[index]);
    }

    // The value of parameters[index], expanded, as text.
    [[nodiscard]] const std::string& expanded(std::size_t index) const { return expanded_[index]; }

    // Where the value of parameters[index] is set; null when it has its default.
    [[nodiscard]] const Definition* definition(std::size_t index) const {
        return find(definitions_, parameters[index].name);
    }

    // Everything that file and -o define, also under names that are no parameters; sorted by name.
    [[nodiscard]] std::span<const Definition> definitions() const { return definitions_; }

    // "FILE:LINE" or "-o".
    [[nodiscard]] std::string where(const Definition& definition) const;

private:
    class Loader;

    Config(std::string file, std::vector<Definition> definitions)
        : file_(std::move(file)), definitions_(std::move(definitions)) {}

    template <Type T>
    static auto convert(const std::string& value) {
        if constexpr (T == Type::boolean)
            return *config::boolean(value);
        else if constexpr (T == Type::number)
            return *config::number(value);
        else if constexpr (T == Type::size)
            return *config::size(value);
        else if constexpr (T == Type::time)
            return *config::time(value);
        else if constexpr (T == Type::list || T == Type::domains)
            return config::list(value);
        else if constexpr (T == Type::files)
            return config::files(value);
        else if constexpr (T == Type::choice)
            return text::lower(value);
        else
            return value;
    }

    std::string file_;
    std::vector<Definition> definitions_;
    std::vector<std::string> expanded_;  // one for each of parameters[]
};

}  // namespace mail::config
