// The skeleton under every main: command line, configuration, log. A program says what it is in a Program and
// is called when all of that stands.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/log/log.h"

namespace mail::serve {

namespace po = boost::program_options;

// What a program is started with.
struct Invocation {
    po::variables_map options;  // its own options, as declared
    config::Config config;
    log::Log log;

    bool person = false;  // descriptor 2 reaches one

    // Logs why the program can't do its work, as "fault", and tells the person who started it, if one did.
    void fault(const Failure& failure) const;
    [[nodiscard]] bool has(const char* option) const { return options.contains(option); }
    // The value of a string option, "" when it was not given.
    [[nodiscard]] std::string text(const char* option) const;
};

struct Program {
    std::string_view name;     // "deliver"; the syslog identity is "mayfly/deliver"
    std::string_view usage;    // what follows the name: "[options] user..."
    std::string_view summary;  // one line for --help
    // Declares the program's own options beside those that every program has; null for none.
    void (*declare)(po::options_description&, po::positional_options_description&) = nullptr;
    int (*main)(Invocation&) = nullptr;
    // Tells the client, in its protocol, that this server can't work now, after a mistake in configuration or command
    // line was reported; gives the exit status. Null: EX_CONFIG or EX_USAGE.
    int (*misconfigured)() = nullptr;
};

// Everything a main does. A mistake goes to the log as "config-error where=FILE:LINE problem=..." and to stderr when
// the program was started by hand (descriptor 2 is no socket).
int run(int argc, char** argv, const Program& program);

}  // namespace mail::serve
