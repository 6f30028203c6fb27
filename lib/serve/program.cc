#include "lib/serve/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <csignal>
#include <sstream>

namespace mail::serve {
namespace {

// The Makefile's SYSCONFDIR; /etc for tools that read this file alone.
#ifndef MAYFLY_SYSCONFDIR
#define MAYFLY_SYSCONFDIR "/etc"
#endif
constexpr auto default_file = MAYFLY_SYSCONFDIR "/mayfly/main.cf";

using Words = std::vector<std::string>;

bool is_socket(int fd) {
    struct stat status{};
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

// A closed descriptor would be taken by the next file that is opened. It becomes one that can't be used: what is
// missing is told, and not read as empty. Under a super-server descriptor 2 is the client's socket: it becomes
// /dev/null. True when descriptor 2 reaches a person.
bool settle_descriptors() {
    const bool person = fcntl(STDERR_FILENO, F_GETFD) >= 0 && !is_socket(STDERR_FILENO);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO})
        if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (person) return true;
    const int null = open("/dev/null", O_RDWR);
    if (null >= 0) dup2(null, STDERR_FILENO);
    if (null > STDERR_FILENO) close(null);
    return false;
}

void print(int fd, std::string_view text) {
    // Nothing is left to be done about a terminal that can't be written to.
    [[maybe_unused]] const auto written = write(fd, text.data(), text.size());
}

void declare_common(po::options_description& options) {
    options.add_options()                        //
        ("help,h", "show this help and end")     //
        ("version", "show the version and end")  //
        ("config,c", po::value<std::string>()->value_name("FILE"),
         ("configuration, instead of " + std::string(default_file)).c_str())                                      //
        ("option,o", po::value<Words>()->value_name("NAME=VALUE"), "set a parameter, over the file; repeatable")  //
        ("log", po::value<std::string>()->value_name("WHERE"), "syslog (the default) or stderr");
}

int help(const Program& program, const po::options_description& options) {
    std::ostringstream out;
    out << "usage: " << program.name << ' ' << program.usage << '\n' << program.summary << "\n\n" << options;
    print(STDOUT_FILENO, out.str());
    return EX_OK;
}

// What stands before the configuration is known.
struct Start {
    const Program& program;
    bool person;  // descriptor 2 reaches one
    log::Destination destination = log::Destination::syslog;

    [[nodiscard]] std::string identity() const { return "mayfly/" + std::string(program.name); }

    [[nodiscard]] int mistake(const std::string& where, const std::string& problem, int status) const {
        const log::Log log(destination, identity());
        log(log::events::config_error, {{"where", where}, {"problem", problem}});
        if (person && destination == log::Destination::syslog)
            print(STDERR_FILENO, std::string(program.name) + ": " + where + ": " + problem + '\n');
        return program.misconfigured != nullptr ? program.misconfigured() : status;
    }
};

std::expected<config::Config, config::Mistake> load(const po::variables_map& options) {
    config::Sources sources{.file = default_file, .file_required = false, .overrides = {}};
    if (options.contains("config")) {
        sources.file = options["config"].as<std::string>();
        sources.file_required = true;
    }
    if (options.contains("option")) sources.overrides = options["option"].as<Words>();
    return config::Config::load(sources);
}

int start(const Start& from, const po::variables_map& options) {
    auto config = load(options);
    if (!config) return from.mistake(config.error().where, config.error().problem, EX_CONFIG);
    log::Log log(from.destination, config->get<"syslog_name">() + "/" + std::string(from.program.name),
                 config->get<"syslog_facility">());
    Invocation invocation{
        .options = options, .config = std::move(*config), .log = std::move(log), .person = from.person};
    return from.program.main(invocation);
}

}  // namespace

void Invocation::fault(const Failure& failure) const {
    log(log::events::fault, {{"problem", failure.logged()}});
    if (person && log.destination() == log::Destination::syslog)
        print(STDERR_FILENO, std::string(failure.logged()) + '\n');
}

std::string Invocation::text(const char* option) const {
    return has(option) ? options[option].as<std::string>() : std::string();
}

int run(int argc, char** argv, const Program& program) {
    Start from{.program = program, .person = settle_descriptors()};
    // Writing to a peer that is gone, or past a limit, is an error to be handled, not a signal to die of.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    // Ignored, children would vanish before their end is read.
    std::signal(SIGCHLD, SIG_DFL);

    // A super-server gives most programs nothing to parse.
    if (argc == 1 && program.declare == nullptr) return start(from, {});

    po::options_description shown("Options");
    po::positional_options_description positional;
    po::variables_map options;
    try {
        declare_common(shown);
        if (program.declare != nullptr) program.declare(shown, positional);
        po::store(po::command_line_parser(argc, argv).options(shown).positional(positional).run(), options);
        po::notify(options);
    } catch (const po::error& error) {
        return from.mistake("command line", error.what() + std::string("; --help lists the options"), EX_USAGE);
    }
    if (options.contains("help")) return help(program, shown);
    if (options.contains("version")) {
        print(STDOUT_FILENO, std::string(program.name) + " (Mayfly) " MAYFLY_VERSION "\n");
        return EX_OK;
    }
    if (options.contains("log")) {
        const auto where = options["log"].as<std::string>();
        if (where == "stderr") from.destination = log::Destination::standard_error;
        if (where != "stderr" && where != "syslog")
            return from.mistake("--log", "\"" + where + "\" is not syslog or stderr", EX_USAGE);
    }
    return start(from, options);
}

}  // namespace mail::serve
