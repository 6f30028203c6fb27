#include "lib/config/reader.h"

#include <algorithm>

#include "lib/base/text.h"
#include "lib/config/limits.h"

namespace mail::config {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::string_view trim(std::string_view s) {
    const auto first = s.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(blanks) - first + 1);
}

std::string quoted(std::string_view s) { return '"' + text::printable(s, limits::quoted_length) + '"'; }

// A logical line's name and value, or what is wrong with it.
std::expected<Definition, std::string> split(std::string_view logical, unsigned line) {
    if (std::ranges::any_of(logical, [](char c) { return text::is_control(c) && c != '\t'; }))
        return std::unexpected("control characters in " + quoted(logical) + ": remove them");
    const auto equals = logical.find('=');
    const auto name = trim(logical.substr(0, equals));
    if (equals == std::string_view::npos)
        return std::unexpected("no \"=\" in " + quoted(logical) + ": write name = value, or # before a comment");
    if (name.empty()) return std::unexpected("no name before \"=\" in " + quoted(logical) + ": write name = value");
    if (name.find_first_of(blanks) != std::string_view::npos)
        return std::unexpected(quoted(name) + " is more than one word: write name = value, or # before a comment");
    return Definition{std::string(name), std::string(trim(logical.substr(equals + 1))), line};
}

// Puts physical lines together to logical ones and these into definitions. The first mistake stays.
class Reader {
public:
    explicit Reader(const std::string& file) : file_(file) {}

    void line(std::string_view physical) {
        ++number_;
        const auto content = trim(physical);
        if (content.empty() || content.front() == '#') return;
        if (!blanks.contains(physical.front())) {
            finish();
            logical_ = content;
            begun_ = number_;
        } else if (begun_ == 0) {
            wrong(number_,
                  "begins with a blank, as if it continued a line, but no line is before it: remove the blank");
        } else {
            logical_ += ' ';
            logical_ += content;
        }
        if (logical_.size() > limits::value_length)
            wrong(begun_, "longer than " + std::to_string(limits::value_length) + " bytes: make it shorter");
    }

    std::expected<std::vector<Definition>, Mistake> done() {
        finish();
        if (failed()) return std::unexpected(std::move(mistake_));
        return std::move(definitions_);
    }

    [[nodiscard]] bool failed() const { return !mistake_.where.empty(); }

private:
    void finish() {
        if (begun_ == 0) return;
        if (auto definition = split(logical_, begun_))
            definitions_.push_back(std::move(*definition));
        else
            wrong(begun_, std::move(definition.error()));
    }

    void wrong(unsigned line, std::string problem) {
        if (!failed()) mistake_ = {file_ + ":" + std::to_string(line), std::move(problem)};
    }

    const std::string& file_;
    unsigned number_ = 0;
    unsigned begun_ = 0;  // the line where logical_ begins; 0: there is none
    std::string logical_;
    std::vector<Definition> definitions_;
    Mistake mistake_;
};

}  // namespace

std::expected<std::vector<Definition>, Mistake> read(std::string_view text, const std::string& file) {
    Reader reader(file);
    while (!text.empty() && !reader.failed()) {
        const auto end = std::min(text.find('\n'), text.size());
        reader.line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return reader.done();
}

std::expected<Definition, Mistake> read_override(std::string_view text) {
    auto definition = split(trim(text), 0);
    if (definition) return std::move(*definition);
    return std::unexpected(Mistake{"-o", text.contains('=') ? std::move(definition.error())
                                                            : "no \"=\" in " + quoted(text) + ": write -o name=value"});
}

void settle(std::vector<Definition>& definitions) {
    std::ranges::stable_sort(definitions, {}, &Definition::name);
    auto kept = definitions.begin();
    for (auto at = definitions.begin(); at != definitions.end(); ++at) {
        if (at != definitions.begin() && kept->name == at->name) {
            at->overridden = at->line != 0 ? kept->line : kept->overridden;
            *kept = std::move(*at);
        } else {
            if (at != definitions.begin()) ++kept;
            if (kept != at) *kept = std::move(*at);
        }
    }
    if (!definitions.empty()) definitions.erase(kept + 1, definitions.end());
}

}  // namespace mail::config
