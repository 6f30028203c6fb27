#include "lib/config/config.h"

#include <cerrno>
#include <optional>
#include <utility>

#include "lib/base/text.h"
#include "lib/config/expand.h"
#include "lib/config/limits.h"
#include "lib/config/reader.h"
#include "lib/config/suggest.h"
#include "lib/os/file.h"
#include "lib/os/user.h"

namespace mail::config {
namespace {

constexpr std::string_view local_domain = "localdomain";

using Definitions = std::expected<std::vector<Definition>, Mistake>;

// Why `path` could not be read.
std::string reason(const std::string& path, const Failure& failure) {
    const auto what = failure.logged();
    const auto at = what.find(path + ": ");
    return "cannot be read: " + std::string(at == std::string_view::npos ? what : what.substr(at + path.size() + 2));
}

Definitions read_file(const Sources& sources) {
    if (sources.file.empty()) return {};
    const auto text = os::read_file(sources.file, limits::file_size);
    if (text) return read(*text, sources.file);
    if (text.error().error == ENOENT && !sources.file_required) return {};
    return std::unexpected(Mistake{sources.file, reason(sources.file, text.error())});
}

// A name that is given with -o is a parameter or is used by the file; anything else is a slip of the pen.
std::optional<Mistake> unknown(const Definition& override, std::span<const Definition> file) {
    const auto same = [&](const Definition& each) { return each.name == override.name; };
    if (index_of(override.name) < parameter_count || std::ranges::any_of(file, same)) return std::nullopt;
    Nearest nearest(override.name);
    for (const auto& parameter : parameters) nearest.offer(parameter.name);
    for (const auto& each : file) nearest.offer(each.name);
    const auto name = text::printable(override.name, limits::quoted_length);
    return Mistake{"-o", "\"" + name + "\" is no parameter of Mayfly and is not defined in main.cf" +
                             (nearest.word().empty() ? "; \"mayfly config\" lists them"
                                                     : "; did you mean \"" + std::string(nearest.word()) + "\"?")};
}

std::optional<Mistake> add_overrides(const Sources& sources, std::vector<Definition>& definitions) {
    const auto from_file = definitions.size();
    for (const auto& text : sources.overrides) {
        auto override = read_override(text);
        if (!override) return std::move(override.error());
        if (auto mistake = unknown(*override, std::span(definitions).first(from_file))) return mistake;
        definitions.push_back(std::move(*override));
    }
    return std::nullopt;
}

bool is_plain(std::string_view value) { return !value.contains('$'); }

}  // namespace

// Expands and checks the values of one configuration, whose definitions are read and sorted.
class Config::Loader {
public:
    explicit Loader(Config& config) : config_(config) {}

    std::optional<Mistake> run() {
        default_names();
        config_.expanded_.resize(parameter_count);
        for (std::size_t index = 0; index < parameter_count && !mistake_; ++index) load(index);
        return std::move(mistake_);
    }

private:
    // What myhostname and mydomain are where they are not defined.
    void default_names() {
        auto host = os::host_name();
        if (!is_domain(host)) host = "localhost";
        const auto dot = host.find('.');
        const bool has_domain = find(config_.definitions_, "mydomain") != nullptr;
        host_ = dot != std::string::npos ? host : host + "." + (has_domain ? "$mydomain" : std::string(local_domain));
        if (has_domain) return;
        // While it is not known, "$mydomain" used by myhostname is a circle, and is reported as one.
        domain_ = "$myhostname";
        const auto name = expanded("myhostname");
        const auto first_dot = name.find('.');
        domain_ = first_dot == std::string::npos ? local_domain : name.substr(first_dot + 1);
    }

    void load(std::size_t index) {
        const auto& parameter = parameters[index];
        const auto* const definition = config_.definition(index);
        auto& value = config_.expanded_[index];
        const auto raw = lookup(parameter.name).value_or("");
        value = is_plain(raw) ? std::string(raw) : expanded(parameter.name);
        if (parameter.name == "myorigin" && value.starts_with('/')) value = first_line(value, definition);
        if (mistake_ || definition == nullptr) return;
        if (auto problem = problem_with(parameter, value); !problem.empty())
            mistake_ = {config_.where(*definition), std::move(problem)};
    }

    [[nodiscard]] std::optional<std::string_view> lookup(std::string_view name) const {
        if (const auto* const definition = find(config_.definitions_, name)) return definition->value;
        if (name == "myhostname") return host_;
        if (name == "mydomain") return domain_;
        const auto index = index_of(name);
        if (index < parameter_count) return parameters[index].initial;
        return std::nullopt;
    }

    std::string expanded(std::string_view name) {
        auto value = expand(name, [this](std::string_view each) { return lookup(each); });
        if (value) return std::move(*value);
        const auto& wrong = value.error();
        const auto* definition = find(config_.definitions_, wrong.name);
        if (definition == nullptr) definition = find(config_.definitions_, name);
        const auto& subject = definition != nullptr ? definition->name : wrong.name;
        mistake_ = {definition != nullptr ? config_.where(*definition) : subject, subject + ": " + wrong.problem};
        return {};
    }

    std::string first_line(const std::string& path, const Definition* definition) {
        const auto text = os::read_file(path, limits::value_length);
        if (text) return std::string(text::trim(std::string_view(*text).substr(0, text->find('\n'))));
        mistake_ = {definition != nullptr ? config_.where(*definition) : path,
                    "myorigin = " + path + ": " + reason(path, text.error()) + "; make that file, or name a domain"};
        return {};
    }

    Config& config_;
    std::string host_;
    std::string domain_;
    std::optional<Mistake> mistake_;
};

Config::Config() { Loader(*this).run(); }

std::expected<Config, Mistake> Config::load(const Sources& sources) {
    auto definitions = read_file(sources);
    if (!definitions) return std::unexpected(std::move(definitions.error()));
    if (auto mistake = add_overrides(sources, *definitions)) return std::unexpected(std::move(*mistake));
    settle(*definitions);

    Config config(sources.file, std::move(*definitions));
    if (auto mistake = Loader(config).run()) return std::unexpected(std::move(*mistake));
    return config;
}

std::string Config::where(const Definition& definition) const {
    return definition.line == 0 ? "-o" : file_ + ":" + std::to_string(definition.line);
}

}  // namespace mail::config
