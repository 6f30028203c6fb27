#include "mayfly/config_print.h"

#include <algorithm>
#include <array>

#include "lib/base/text.h"

namespace mail::mayfly {
namespace {

using config::Config;
using config::Parameter;
using config::Type;

// The value as one would write it in main.cf.
std::string written(const Config& config, std::size_t place) {
    if (const auto* const definition = config.definition(place)) return definition->value;
    const auto& parameter = config::parameters[place];
    return parameter.computed.empty() ? std::string(parameter.initial) : config.expanded(place);
}

std::string json_string(std::string_view s) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : s) {
        if (c == '"' || c == '\\') out += '\\';
        if (!text::is_control(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += "\\u00";
        out += hex[byte >> 4U];
        out += hex[byte & 15U];
    }
    return out + '"';
}

std::string json(const Config& config, std::size_t place) {
    const auto& parameter = config::parameters[place];
    const auto* const definition = config.definition(place);
    const auto member = [](std::string_view key, std::string_view value) {
        return "  " + json_string(key) + ": " + json_string(value) + ",\n";
    };
    std::string out = " {\n";
    out += member("name", parameter.name);
    out += member("type", config::name_of(parameter.type));
    out += member("value", written(config, place));
    out += member("expanded", config.expanded(place));
    out += member("default", parameter.computed.empty() ? parameter.initial : parameter.computed);
    out += member("help", parameter.help);
    if (!parameter.words.empty()) out += member("words", parameter.words);
    if (definition != nullptr) out += member("where", config.where(*definition));
    return out + "  \"set\": " + (definition != nullptr ? "true" : "false") + "\n }";
}

std::string json_array(const Config& config, std::span<const std::size_t> places) {
    std::string out = "[";
    for (const auto place : places) {
        out += out.size() > 1 ? ",\n" : "\n";
        out += json(config, place);
    }
    return out + "\n]\n";
}

// Words in lines of a width that manual pages like; each sentence begins a line, as mdoc wants it.
std::string wrapped(std::string_view prose) {
    constexpr std::size_t width = 78;
    std::string out;
    std::size_t column = 0;
    for (const auto word : text::split(prose, " ")) {
        const bool sentence_ended = out.ends_with('.');
        if (column > 0 && (sentence_ended || column + 1 + word.size() > width)) {
            out += '\n';
            column = 0;
        } else if (column > 0) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + '\n';
}

// What the table knows beside the help: words and ranges that are allowed.
std::string limits(const Parameter& parameter) {
    const auto& range = parameter.range;
    const std::string unit = parameter.type == Type::time ? "s" : "";
    if (!parameter.words.empty()) return " One of: " + std::string(parameter.words) + ".";
    if (parameter.type != Type::number && parameter.type != Type::time) return {};
    std::string out;
    if (range.least > 0) out += " At least " + std::to_string(range.least) + unit + ".";
    if (range.most < config::Range{}.most) out += " At most " + std::to_string(range.most) + unit + ".";
    return out;
}

std::string mdoc(const Parameter& parameter) {
    std::string out =
        ".It Ic " + std::string(parameter.name) + "\n(" + std::string(name_of(parameter.type)) + "; default: ";
    if (!parameter.computed.empty())
        out = out.substr(0, out.size() - 1) + '\n' + wrapped(std::string(parameter.computed) + ")");
    else if (parameter.initial.empty())
        out += "empty)\n";
    else
        out = out.substr(0, out.size() - 1) + "\n.Li " + std::string(parameter.initial) + " )\n";
    return out + ".br\n" + wrapped(std::string(parameter.help) + limits(parameter));
}

}  // namespace

std::string print(const Config& config, std::span<const std::size_t> places, Form form) {
    if (form == Form::json) return json_array(config, places);
    std::string out;
    for (const auto place : places) {
        out += config::parameters[place].name;
        const auto value = form == Form::expanded ? config.expanded(place) : written(config, place);
        out += value.empty() ? " =" : " = " + value;
        out += '\n';
    }
    return out;
}

std::string mdoc() {
    std::string out = ".Bl -tag -width Ds\n";
    for (const auto& parameter : config::parameters) out += mdoc(parameter);
    return out + ".El\n";
}

}  // namespace mail::mayfly
