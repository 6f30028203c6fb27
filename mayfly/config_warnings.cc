#include "mayfly/config_warnings.h"

#include <algorithm>

#include "lib/base/text.h"
#include "lib/config/suggest.h"
#include "mayfly/postfix_parameters.h"

namespace mail::mayfly {
namespace {

using config::Config;
using config::Definition;

bool is_ours(std::string_view name) { return config::index_of(name) < config::parameter_count; }

struct Reference {
    std::string_view name;
    bool conditional;  // asks whether the name has a value, so that none is fine
};

// The names that follow a dollar sign in `value`.
std::vector<Reference> references(std::string_view value) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    std::vector<Reference> found;
    for (auto at = value.find('$'); at != std::string_view::npos; at = value.find('$', at)) {
        at = std::min(value.find_first_not_of("{( \t", at + 1), value.size());
        const auto end = std::min(value.find_first_not_of(letters, at), value.size());
        const auto next = value.find_first_not_of(" \t", end);
        const bool conditional = next != std::string_view::npos && (value[next] == '?' || value[next] == ':');
        if (end > at) found.push_back({value.substr(at, end - at), conditional});
        at = std::max(end, at + (at < value.size() && value[at] == '$' ? 1U : 0U));
    }
    return found;
}

bool is_used(const Config& config, std::string_view name) {
    return std::ranges::any_of(config.definitions(), [&](const Definition& each) {
        return std::ranges::any_of(references(each.value), [&](const Reference& it) { return it.name == name; });
    });
}

std::string quoted(std::string_view name) { return '"' + text::printable(name, 80) + '"'; }

std::string describe(const PostfixParameter& known) {
    return (known.standing == Standing::refused ? "refused: " : "accepted without effect: ") +
           std::string(known.reason);
}

// Collects the warnings about one configuration.
class Survey {
public:
    explicit Survey(const Config& config) : config_(config) {}

    std::vector<ConfigWarning> run() {
        std::vector<const Definition*> in_order;
        for (const auto& each : config_.definitions()) in_order.push_back(&each);
        std::ranges::stable_sort(in_order, {}, &Definition::line);
        for (const auto* each : in_order) look_at(*each);
        return std::move(found_);
    }

private:
    void look_at(const Definition& it) {
        if (it.overridden != 0)
            add(it, "replaces the value that line " + std::to_string(it.overridden) + " gives it: remove one of them");
        if (is_ours(it.name))
            undefined_names(it);
        else if (const auto known = find_postfix(it.name))
            foreign(it, *known);
        else if (!is_used(config_, it.name))
            add(it, "no parameter of Mayfly or Postfix, and no value uses it" + suggestion(it.name));
    }

    void foreign(const Definition& it, const PostfixParameter& known) {
        const bool asks_nothing = it.value.empty() || it.value == known.harmless;
        if (known.standing == Standing::no_effect || !asks_nothing)
            add(it, describe(known), known.standing == Standing::refused);
    }

    void undefined_names(const Definition& it) {
        for (const auto& each : references(it.value))
            if (!each.conditional && !is_ours(each.name) && config::find(config_.definitions(), each.name) == nullptr)
                add(it, "uses $" + std::string(each.name) + ", which is not defined and stands for nothing" +
                            suggestion(each.name));
    }

    void add(const Definition& it, std::string problem, bool refused = false) {
        found_.push_back({config_.where(it), text::printable(it.name, 80), std::move(problem), refused});
    }

    const Config& config_;
    std::vector<ConfigWarning> found_;
};

}  // namespace

std::vector<ConfigWarning> warnings(const Config& config) { return Survey(config).run(); }

std::string suggestion(std::string_view name) {
    config::Nearest nearest(name);
    for (const auto& parameter : config::parameters) nearest.offer(parameter.name);
    for (const auto& group : postfix_groups())
        for (const auto entry : text::split(group.names, " ")) nearest.offer(entry.substr(0, entry.find('=')));
    return nearest.word().empty() ? std::string() : "; did you mean " + quoted(nearest.word()) + "?";
}

std::optional<std::string> fate(std::string_view name) { return find_postfix(name).transform(describe); }

}  // namespace mail::mayfly
