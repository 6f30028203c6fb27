#include "mayfly/commands.h"

#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>

#include "lib/base/text.h"
#include "lib/config/suggest.h"
#include "lib/os/file.h"
#include "mayfly/config.h"

namespace mail::mayfly {
namespace {

using Words = std::vector<std::string>;

struct Command {
    std::string_view name;
    void (*declare)(serve::po::options_description&);
    int (*run)(const serve::Invocation&, const Words& arguments);
};

constexpr Command commands[] = {
    {"config", declare_config, run_config},
};

int usage_error(const std::string& problem) {
    [[maybe_unused]] const auto written =
        os::write_all(STDERR_FILENO, "mayfly: " + problem + "; --help says more\n", "standard error");
    return EX_USAGE;
}

int unknown(const std::string& name) {
    config::Nearest nearest(name);
    for (const auto& command : commands) nearest.offer(command.name);
    const auto meant = nearest.word().empty() ? "" : ", did you mean \"" + std::string(nearest.word()) + "\"?";
    return usage_error('"' + text::printable(name, 80) + "\" is no command" + meant);
}

}  // namespace

void declare(serve::po::options_description& options, serve::po::positional_options_description& positional) {
    for (const auto& command : commands) command.declare(options);
    options.add_options()("words", serve::po::value<Words>()->value_name("WORD"), "the command and its arguments");
    positional.add("words", -1);
}

int run(serve::Invocation& invocation) {
    if (!invocation.has("words")) return usage_error("no command: \"mayfly config\" shows the configuration");
    auto words = invocation.options["words"].as<Words>();
    const auto* const command = std::ranges::find(commands, words.front(), &Command::name);
    if (command == std::end(commands)) return unknown(words.front());
    words.erase(words.begin());
    return command->run(invocation, words);
}

}  // namespace mail::mayfly
