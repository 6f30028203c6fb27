// The monitor keeps root and the session gives it up, before either has read a byte from the network; as an ordinary
// user both are that user. See lib/privsep for what passes between them.
#include "smtpd/serve.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "lib/os/file.h"
#include "lib/os/process.h"
#include "lib/os/user.h"
#include "lib/privsep/channel.h"
#include "lib/privsep/jail.h"
#include "lib/privsep/monitor.h"
#include "lib/store/delivery.h"
#include "smtpd/replies.h"
#include "smtpd/session.h"
#include "smtpd/spool.h"

namespace mail::smtpd {
namespace {

// What a session's name services, resolver and time zone read: NSS modules and their sockets and caches.
constexpr std::array system_places{"/etc", "/usr", "/lib", "/lib64", "/run", "/var/lib/sss", "/var/lib/extrausers"};

// Everything that both halves need, made while there is still one of them.
struct Ground {
    os::Account owner;  // whom the session runs as
    os::Fd spool;       // the folder that messages pass through
    dev_t spool_device = 0;
    net::Peer peer;
    pid_t monitor = getpid();
};

Result<os::Account> session_account(const config::Config& config) {
    const bool is_root = geteuid() == 0;
    const auto name = config.get<"mail_owner">();
    const auto account = is_root ? os::find_system_account(name) : os::find_account(geteuid());
    if (!account) return std::unexpected(account.error());
    if (!*account && is_root)
        return fail(Fault::permanent, "", "there is no account " + name + " (mail_owner); make install creates it");
    if (!*account) return fail(Fault::permanent, "", "uid " + std::to_string(geteuid()) + " has no account");
    if (is_root && (*account)->uid == 0) return fail(Fault::permanent, "", "mail_owner must not be root");
    return **account;
}

// The queue's own folder, so that a message can stay there without a copy; a user on their own has none.
std::string spool_path(const config::Config& config) {
    if (geteuid() == 0) return config.get<"queue_directory">() + "/incoming";
    const char* const temporary = std::getenv("TMPDIR");
    return temporary != nullptr && *temporary == '/' ? temporary : "/var/tmp";
}

Result<Ground> prepare(const config::Config& config) {
    auto account = session_account(config);
    if (!account) return std::unexpected(account.error());
    const auto path = spool_path(config);
    auto folder = os::open(path, O_RDONLY | O_DIRECTORY);
    if (!folder) return std::unexpected(folder.error());
    struct stat status{};
    if (fstat(folder->get(), &status) != 0) return std::unexpected(system_failure("", "stat " + path, errno));
    return Ground{.owner = std::move(*account),
                  .spool = std::move(*folder),
                  .spool_device = status.st_dev,
                  .peer = net::peer_of(STDIN_FILENO)};
}

// Gives up root and shuts this process in.
Result<void> confine(const serve::Invocation& invocation, const Ground& ground) {
    if (geteuid() == 0)
        if (auto became = os::become(ground.owner, os::Groups::primary); !became) return became;
    // Without its monitor a session could only wait.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != ground.monitor) return fail(Fault::temporary, "", "the monitor has ended");
    privsep::Jail jail{.readable = {system_places.begin(), system_places.end()}, .writable = ground.spool.get()};
    for (const auto& file : invocation.config.get<"alias_maps">())
        if (!file.starts_with("/etc/")) jail.readable.push_back(file);
    const auto missing = privsep::enter(jail);
    if (!missing) return std::unexpected(missing.error());
    for (const auto& name : *missing) invocation.log(log::events::jail_partial, {{"missing", name}});
    return {};
}

route::Resolver make_resolver(const config::Config& config, const Ground& ground, bool is_root) {
    return {{.local_domains = config.get<"mydestination">(),
             .own_address = ground.peer.local_address,
             .recipient_delimiter = config.get<"recipient_delimiter">(),
             .first_valid_uid = config.get<"first_valid_uid">(),
             .mail_owner = config.get<"mail_owner">(),
             .running_as = is_root ? 0 : ground.owner.uid},
            route::Aliases(config.get<"alias_maps">()),
            [](const std::string& name) { return os::find_account(name); }};
}

int run_session(serve::Invocation& invocation, const Ground& ground, os::Fd channel) {
    const auto& config = invocation.config;
    const bool is_root = geteuid() == 0;
    if (const auto confined = confine(invocation, ground); !confined) {
        invocation.fault(confined.error());
        return not_available();
    }
    auto resolver = make_resolver(config, ground, is_root);
    Courier courier(std::move(channel), static_cast<std::size_t>(config.get<"smtpd_delivery_concurrency">()),
                    config.get<"smtpd_delivery_time_limit">());
    net::Stream stream(STDIN_FILENO, STDOUT_FILENO);
    Session session({.config = config,
                     .log = invocation.log,
                     .peer = ground.peer,
                     .stream = stream,
                     .resolver = resolver,
                     .courier = courier,
                     .spool_folder = ground.spool.get()});
    session.run();
    return EX_OK;
}

// The client's connection is the session's alone: when that ends, the client sees it, whatever still runs here.
void let_go_of_client() {
    const os::Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    dup2(null.get(), STDIN_FILENO);
    dup2(null.get(), STDOUT_FILENO);
}

// What a message's file may come to: what the client may send, and what this host adds.
std::uint64_t largest_file(const config::Config& config) {
    const auto limit = config.get<"message_size_limit">();
    return limit == 0 ? 0 : limit + Spool::trace_room;
}

// A message that grows while it is copied, or has no end, must not fill the user's disk.
void limit_file_size(const config::Config& config) {
    constexpr std::uint64_t added = 65536;  // Return-Path and Delivered-To
    const auto largest = largest_file(config);
    if (largest == 0) return;
    const rlimit limit{.rlim_cur = largest + added, .rlim_max = largest + added};
    setrlimit(RLIMIT_FSIZE, &limit);
}

// In a worker of the monitor: one request, from the account to the report.
std::string attend(const serve::Invocation& invocation, const privsep::Request& request, int message) {
    log::Log log(invocation.log.destination(), invocation.config.get<"syslog_name">() + "/deliver",
                 invocation.config.get<"syslog_facility">());
    log.session(invocation.log.session());
    store::settle_process();
    limit_file_size(invocation.config);
    const store::Desk desk{invocation.config, log};
    const auto done = [&] {
        switch (request.verb) {
            case privsep::Verb::prepare: return store::prepare(desk, request.user);
            case privsep::Verb::check: return store::check(desk, request.user);
            case privsep::Verb::deliver: break;
        }
        const store::Letter letter{request.sender, request.recipient, request.extension};
        return store::deliver(desk, request.user, letter, store::Source(message, 0));
    }();
    return store::status_line(done ? store::Outcome::delivered : done.error().outcome);
}

int run_monitor(serve::Invocation& invocation, const Ground& ground, os::Fd channel, pid_t session) {
    const auto& config = invocation.config;
    let_go_of_client();
    privsep::Monitor monitor(std::move(channel),
                             {.serve = [&](const auto& request, int fd) { return attend(invocation, request, fd); },
                              .at_once = static_cast<std::size_t>(config.get<"smtpd_delivery_concurrency">()),
                              .time_limit = config.get<"smtpd_delivery_time_limit">(),
                              .owner = ground.owner.uid,
                              .device = ground.spool_device,
                              .largest = largest_file(config)},
                             invocation.log);
    // What lied to its monitor may be anything by now.
    if (!monitor.run()) kill(session, SIGKILL);
    const auto status = os::wait_for(session);
    if (status && *status == 0) return EX_OK;
    invocation.log(log::events::session_died,
                   {{"status", status ? os::describe_status(*status) : std::string(status.error().logged())}});
    return EX_SOFTWARE;
}

// The greeting needs nothing that the client says: it goes out before the processes part, and while they do the client
// already answers.
void greet(const config::Config& config) {
    const auto wire = smtp::Reply(220, "", config.get<"smtpd_banner">()).wire();
    // Who is gone already is noticed at the first read.
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, wire.data(), wire.size());
}

}  // namespace

int not_available() {
    // There may be no session to do it properly: one write, and whoever is not there does not hear it.
    const auto wire = static_cast<smtp::Reply>(replies::misconfigured).wire();
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, wire.data(), wire.size());
    return EX_CONFIG;
}

int serve(serve::Invocation& invocation) {
    invocation.log.session(log::new_session_id());
    auto ground = prepare(invocation.config);
    auto ends = privsep::socket_pair();
    if (!ground || !ends) {
        invocation.fault(ground ? ends.error() : ground.error());
        return not_available();
    }
    greet(invocation.config);
    tzset();  // once, for session and workers: all of them log
    const pid_t session = fork();
    if (session < 0) {
        invocation.fault(system_failure("", "fork", errno));
        return not_available();
    }
    if (session == 0) {
        ends->first.reset();
        // Nothing is left to be tidied that does not go with the process.
        _exit(run_session(invocation, *ground, std::move(ends->second)));
    }
    ends->second.reset();
    ground->spool.reset();  // the session's: the monitor knows its device
    _exit(run_monitor(invocation, *ground, std::move(ends->first), session));
}

}  // namespace mail::smtpd
