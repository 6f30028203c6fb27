#include "lib/route/aliases.h"

#include <cerrno>

#include "lib/base/text.h"
#include "lib/os/file.h"

namespace mail::route {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20U;

// The next line of `rest`, without its line end.
std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

bool is_comment_or_blank(std::string_view line) {
    const auto text = text::trim(line);
    return text.empty() || text.front() == '#';
}

// What an entry's first line says before the colon, "" when it is no entry. A name may be quoted.
std::string_view name_of(std::string_view line, std::string_view& value) {
    const auto quoted = line.starts_with('"');
    const auto from = quoted ? line.find('"', 1) : 0;
    if (from == std::string_view::npos) return {};
    const auto colon = line.find(':', from);
    if (colon == std::string_view::npos) return {};
    value = line.substr(colon + 1);
    auto name = text::trim(line.substr(0, colon));
    if (quoted && name.size() >= 2) name = name.substr(1, name.size() - 2);
    return name;
}

// Splits at commas outside quotes.
void add_targets(std::vector<std::string>& targets, std::string_view list) {
    std::string target;
    bool quoted = false;
    const auto flush = [&] {
        if (const auto trimmed = text::trim(target); !trimmed.empty()) targets.emplace_back(trimmed);
        target.clear();
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        const char c = list[i];
        if (c == '\\' && quoted && i + 1 < list.size()) {
            target += list[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            flush();
        } else {
            target += c;
        }
    }
    flush();
}

}  // namespace

std::optional<Alias> find_alias(std::string_view text, std::string_view name, std::string_view file) {
    std::optional<Alias> found;
    int number = 0;
    while (!text.empty()) {
        const auto line = take_line(text);
        ++number;
        if (is_comment_or_blank(line)) continue;
        if (text::is_space(line.front())) {
            if (found) add_targets(found->targets, line);
            continue;
        }
        if (found) return found;
        std::string_view value;
        if (!text::iequals(name_of(line, value), name)) continue;
        found = Alias{.targets = {}, .where = std::string(file) + ":" + std::to_string(number)};
        add_targets(found->targets, value);
    }
    return found;
}

Result<void> Aliases::load() {
    std::vector<Table> tables;
    for (const auto& file : files_) {
        auto text = os::read_file(file, largest_file);
        if (!text && text.error().error == ENOENT) continue;
        if (!text) {
            auto failure = text.error();
            failure.kind = Fault::temporary;
            failure.text = "alias table not available";
            return std::unexpected(failure);
        }
        tables.push_back({file, std::move(*text)});
    }
    tables_ = std::move(tables);
    return {};
}

Result<std::optional<Alias>> Aliases::find(std::string_view name) {
    if (!tables_) {
        if (const auto loaded = load(); !loaded) return std::unexpected(loaded.error());
    }
    for (const auto& table : *tables_)
        if (auto found = find_alias(table.text, name, table.file)) return found;
    return std::nullopt;
}

}  // namespace mail::route
