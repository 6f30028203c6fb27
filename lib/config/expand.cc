#include "lib/config/expand.h"

#include <algorithm>
#include <utility>

#include "lib/base/text.h"
#include "lib/config/limits.h"

namespace mail::config {
namespace {

constexpr std::string_view blanks = " \t";

constexpr bool in_name(char c) { return text::is_alpha(c) || text::is_digit(c) || c == '_'; }

std::string_view name_at_front(std::string_view s) { return {s.begin(), std::ranges::find_if_not(s, in_name)}; }

void skip_blanks(std::string_view& s) { s.remove_prefix(std::min(s.find_first_not_of(blanks), s.size())); }

bool skip(std::string_view& s, std::string_view token) {
    const bool there = s.starts_with(token);
    if (there) s.remove_prefix(token.size());
    return there;
}

// What stands between the bracket at the front of `s` and the one that closes it, which are removed from `s`.
std::optional<std::string_view> take_bracketed(std::string_view& s) {
    const char open = s.front();
    const char close = open == '{' ? '}' : ')';
    unsigned depth = 0;
    for (std::size_t at = 0; at < s.size(); ++at) {
        if (s[at] == open) ++depth;
        if (s[at] == close && --depth == 0) {
            const auto inside = s.substr(1, at - 1);
            s.remove_prefix(at + 1);
            return inside;
        }
    }
    return std::nullopt;
}

struct Comparison {
    std::string_view token;
    bool (*holds)(int order);
};

// The longer tokens first, so that "<=" is not taken for "<".
constexpr Comparison comparisons[] = {
    {"==", [](int order) { return order == 0; }}, {"!=", [](int order) { return order != 0; }},
    {"<=", [](int order) { return order <= 0; }}, {">=", [](int order) { return order >= 0; }},
    {"<", [](int order) { return order < 0; }},   {">", [](int order) { return order > 0; }},
};

int order_of(std::string_view a, std::string_view b) {
    const auto x = text::number<long>(a);
    const auto y = text::number<long>(b);
    if (x && y) return (*x > *y) - (*x < *y);
    return a.compare(b);
}

class Expander {
public:
    explicit Expander(const Lookup& lookup) : lookup_(lookup) {}

    // Appends the value of `name`; nothing where it is not defined.
    void value(std::string_view name, std::string& out) {
        if (std::ranges::find(path_, name) != path_.end()) return wrong(circle(name));
        const auto raw = lookup_(name);
        if (!raw) return;
        path_.emplace_back(name);
        text(*raw, out);
        if (!mistake_) path_.pop_back();
    }

    std::optional<ExpansionMistake> mistake() && { return std::move(mistake_); }

private:
    void text(std::string_view s, std::string& out) {
        if (++depth_ > limits::expansion_depth)
            return wrong("its $ are nested more than " + std::to_string(limits::expansion_depth) +
                         " deep: make it simpler");
        while (!s.empty() && !mistake_) {
            const auto dollar = std::min(s.find('$'), s.size());
            out += s.substr(0, dollar);
            s.remove_prefix(dollar);
            if (!s.empty()) reference(s, out);
            if (out.size() > limits::value_length)
                wrong("it expands to more than " + std::to_string(limits::value_length) + " bytes: make it shorter");
        }
        --depth_;
    }

    // `s` begins with a dollar sign; what belongs to it is removed from `s`.
    void reference(std::string_view& s, std::string& out) {
        const auto whole = s;
        s.remove_prefix(1);
        if (++expansions_ > limits::expansions)
            return wrong("it takes more than " + std::to_string(limits::expansions) +
                         " uses of $ to expand: make it simpler");
        if (skip(s, "$")) {
            out += '$';
        } else if (s.starts_with('{') || s.starts_with('(')) {
            const auto body = take_bracketed(s);
            if (!body) return wrong(quoted(whole) + " is not closed: add the missing " + (s[0] == '{' ? "}" : ")"));
            bracketed(*body, out);
        } else if (const auto name = name_at_front(s); !name.empty()) {
            s.remove_prefix(name.size());
            value(name, out);
        } else {
            wrong("no name after $ in " + quoted(whole) + ": write $name, or $$ for a dollar sign");
        }
    }

    // The inside of ${} or $().
    void bracketed(std::string_view body, std::string& out) {
        const auto whole = body;
        skip_blanks(body);
        if (body.starts_with('{')) return comparison(whole, body, out);
        const auto name = name_at_front(body);
        body.remove_prefix(name.size());
        skip_blanks(body);
        if (name.empty()) return wrong("no name in " + quoted_braces(whole) + ": write ${name}");
        if (body.empty()) return value(name, out);
        const auto raw = lookup_(name);
        conditional(whole, body, raw && !raw->empty(), out);
    }

    // {a} == {b} and perhaps what is chosen by it; alone it is "true" or nothing.
    void comparison(std::string_view whole, std::string_view body, std::string& out) {
        const auto left = take_bracketed(body);
        skip_blanks(body);
        const auto* const found =
            std::ranges::find_if(comparisons, [&](const auto& each) { return skip(body, each.token); });
        skip_blanks(body);
        const auto right = body.starts_with('{') ? take_bracketed(body) : std::nullopt;
        if (!left || found == std::end(comparisons) || !right)
            return wrong("no comparison in " + quoted_braces(whole) + ": write ${{a} == {b} ? {text}:{text}}");
        std::string a;
        std::string b;
        text(*left, a);
        text(*right, b);
        if (mistake_) return;
        const bool holds = found->holds(order_of(a, b));
        skip_blanks(body);
        if (!body.empty()) return conditional(whole, body, holds, out);
        if (holds) out += "true";
    }

    // "?text", ":text" or "?{text}:{text}".
    void conditional(std::string_view whole, std::string_view body, bool holds, std::string& out) {
        std::string_view chosen;
        if (skip(body, "?")) {
            const auto yes = alternative(body);
            if (holds) chosen = yes;
            skip_blanks(body);
        } else if (!body.starts_with(':')) {
            return wrong(R"("?" or ":" is missing in )" + quoted_braces(whole) + ": write ${name?{text}:{text}}");
        }
        if (skip(body, ":")) {
            const auto no = alternative(body);
            if (!holds) chosen = no;
            skip_blanks(body);
        }
        if (!body.empty())
            return wrong("text after \"}\" in " + quoted_braces(whole) + ": write ${name?{text}:{text}}");
        text(chosen, out);
    }

    // {text}, or all the rest when it does not begin with a brace.
    static std::string_view alternative(std::string_view& body) {
        auto rest = body;
        skip_blanks(rest);
        if (rest.starts_with('{'))
            if (const auto inside = take_bracketed(rest)) {
                body = rest;
                return *inside;
            }
        return std::exchange(body, {});
    }

    [[nodiscard]] std::string circle(std::string_view name) const {
        std::string way;
        for (auto at = std::ranges::find(path_, name); at != path_.end(); ++at) way += *at + " -> ";
        return "it refers to itself (" + way + std::string(name) + "): give one of them a value without $";
    }

    static std::string quoted(std::string_view s) {
        return '"' + mail::text::printable(s, limits::quoted_length) + '"';
    }
    static std::string quoted_braces(std::string_view s) {
        return "\"${" + mail::text::printable(s, limits::quoted_length) + "}\"";
    }

    void wrong(std::string problem) {
        if (!mistake_) mistake_ = {path_.empty() ? std::string() : path_.back(), std::move(problem)};
    }

    const Lookup& lookup_;
    std::vector<std::string> path_;  // the names whose values are being expanded, outermost first
    unsigned depth_ = 0;
    unsigned expansions_ = 0;
    std::optional<ExpansionMistake> mistake_;
};

}  // namespace

std::expected<std::string, ExpansionMistake> expand(std::string_view name, const Lookup& lookup) {
    std::string out;
    Expander expander(lookup);
    expander.value(name, out);
    if (auto mistake = std::move(expander).mistake()) return std::unexpected(std::move(*mistake));
    return out;
}

}  // namespace mail::config
