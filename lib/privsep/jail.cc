#include "lib/privsep/jail.h"

#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "lib/os/fd.h"
#include "lib/privsep/syscall_filter.h"

namespace mail::privsep {
namespace {

constexpr auto text = "internal error";

constexpr std::uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t rights_v1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;  // every right of the first version
// Younger than some of the headers that this is built with; the running kernel is asked whether it knows them.
constexpr std::uint64_t refer = 1U << 13U;     // version 2: link and rename between folders
constexpr std::uint64_t truncate = 1U << 14U;  // version 3
constexpr std::uint64_t write_rights =
    read_rights | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;

constexpr std::uint64_t bind_tcp = 1U << 0U;      // version 4
constexpr std::uint64_t scope_signal = 1U << 1U;  // version 6: signals only to those in the same cage

// landlock_ruleset_attr as it has grown: file rights, from version 4 on network rights, from 6 on scopes.
struct Ruleset {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scopes;

    static std::size_t size(int version) {
        if (version < 4) return offsetof(Ruleset, network);
        return version < 6 ? offsetof(Ruleset, scopes) : sizeof(Ruleset);
    }
};

// glibc has no wrappers for Landlock.
int create_ruleset(const Ruleset* attributes, std::size_t size, unsigned flags) {
    return static_cast<int>(syscall(SYS_landlock_create_ruleset, attributes, size, flags));
}

// The version of this kernel's Landlock, less than 1 when it has none.
int landlock_version() { return create_ruleset(nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION); }

// What that version can deny about files.
std::uint64_t known_rights(int version) {
    auto rights = rights_v1;
    if (version >= 2) rights |= refer;
    if (version >= 3) rights |= truncate;
    return rights;
}

bool allow(int ruleset, int beneath, std::uint64_t rights) {
    const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = beneath};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool allow_reading(int ruleset, const std::string& path) {
    const os::Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!place) return true;
    // A plain file takes no right of folders.
    return allow(ruleset, place.get(), read_rights) ||
           (errno == EINVAL && allow(ruleset, place.get(), LANDLOCK_ACCESS_FS_READ_FILE));
}

Result<bool> restrict_files(const Jail& jail) {
    const int version = landlock_version();
    if (version < 1) return false;
    const auto rights = known_rights(version);
    const auto failed = [](std::string_view what) { return std::unexpected(system_failure(text, what, errno)); };
    const Ruleset attributes{.files = rights, .network = bind_tcp, .scopes = scope_signal};
    const os::Fd ruleset(create_ruleset(&attributes, Ruleset::size(version), 0));
    if (!ruleset) return failed("landlock_create_ruleset");
    for (const auto& path : jail.readable)
        if (!allow_reading(ruleset.get(), path)) return failed("landlock_add_rule " + path);
    if (jail.writable >= 0 && !allow(ruleset.get(), jail.writable, (write_rights | truncate) & rights))
        return failed("landlock_add_rule for the spool folder");
    if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return failed("landlock_restrict_self");
    return true;
}

}  // namespace

Result<std::vector<std::string>> enter(const Jail& jail) {
    std::vector<std::string> missing;
    const auto failed = [](std::string_view what) { return std::unexpected(system_failure(text, what, errno)); };
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return failed("setrlimit RLIMIT_CORE");
    if (setrlimit(RLIMIT_NPROC, &none) != 0) return failed("setrlimit RLIMIT_NPROC");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("prctl PR_SET_DUMPABLE");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("prctl PR_SET_NO_NEW_PRIVS");
    const auto files = restrict_files(jail);
    if (!files) return std::unexpected(files.error());
    if (!*files) missing.emplace_back("landlock");
    const auto calls = filter_syscalls();
    if (!calls) return std::unexpected(calls.error());
    if (!*calls) missing.emplace_back("seccomp");
    return missing;
}

}  // namespace mail::privsep
