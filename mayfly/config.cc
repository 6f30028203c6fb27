#include "mayfly/config.h"

#include <sysexits.h>
#include <unistd.h>

#include <algorithm>

#include "lib/base/text.h"
#include "lib/os/file.h"
#include "mayfly/config_print.h"
#include "mayfly/config_warnings.h"

namespace mail::mayfly {
namespace {

using config::Config;
using serve::Invocation;

constexpr int status_refused = 1;  // also: a name that was asked for is none

void complain(const std::string& line) {
    // Standard error is the last resort: when it can't be written there is nobody left to tell.
    [[maybe_unused]] const auto written = os::write_all(STDERR_FILENO, "mayfly: " + line + '\n', "standard error");
}

std::string about(const std::string& name) {
    if (const auto known = fate(name)) return "a parameter of Postfix, " + *known;
    return "no parameter of Mayfly or Postfix" + suggestion(name);
}

struct Selection {
    std::vector<std::size_t> places;  // in config::parameters
    std::string others;               // "name = value" lines for names that main.cf defines for its own use
    bool complete = true;             // whether all names that were asked for are there
};

Selection all(const Config& config, bool only_set) {
    Selection selection;
    for (std::size_t place = 0; place < config::parameter_count; ++place)
        if (!only_set || config.definition(place) != nullptr) selection.places.push_back(place);
    return selection;
}

Selection named(const Config& config, bool only_set, const std::vector<std::string>& names) {
    Selection selection;
    for (const auto& name : names) {
        const auto place = config::index_of(name);
        const auto* const definition = config::find(config.definitions(), name);
        if (place < config::parameter_count) {
            if (!only_set || definition != nullptr) selection.places.push_back(place);
            continue;
        }
        if (definition != nullptr) selection.others += name + " = " + definition->value + '\n';
        if (definition != nullptr && !fate(name)) continue;
        complain(text::printable(name) + ": " + about(name));
        selection.complete = false;
    }
    return selection;
}

Form form_of(const Invocation& invocation) {
    if (invocation.has("json")) return Form::json;
    return invocation.has("expand") ? Form::expanded : Form::as_written;
}

// Whether nothing that was found is refused.
bool report(const std::vector<ConfigWarning>& found) {
    for (const auto& each : found) complain(each.where + ": " + each.name + ": " + each.problem);
    return std::ranges::none_of(found, &ConfigWarning::refused);
}

int show(const std::string& out) {
    const auto written = os::write_all(STDOUT_FILENO, out, "standard output");
    if (written) return EX_OK;
    complain(std::string(written.error().logged()));
    return EX_IOERR;
}

}  // namespace

void declare_config(serve::po::options_description& options) {
    options.add_options()                                                    //
        ("set,n", "config: only what main.cf and -o set")                    //
        ("defaults,d", "config: the defaults, whatever main.cf and -o set")  //
        ("expand,x", "config: values with $name expanded")                   //
        ("json", "config: everything about each parameter, as JSON")         //
        ("mdoc", "config: the list of parameters in main.cf(5), as mdoc source");
}

int run_config(const Invocation& invocation, const std::vector<std::string>& names) {
    if (invocation.has("mdoc")) return show(mdoc());
    const bool defaults = invocation.has("defaults");
    const bool only_set = invocation.has("set");
    const Config config = defaults ? Config() : invocation.config;
    const auto selection = names.empty() ? all(config, only_set) : named(config, only_set, names);
    const auto form = form_of(invocation);
    const auto others = form == Form::json ? std::string() : selection.others;
    if (const int status = show(print(config, selection.places, form) + others); status != EX_OK) return status;
    const bool fine = !names.empty() || report(warnings(config));
    return fine && selection.complete ? EX_OK : status_refused;
}

}  // namespace mail::mayfly
