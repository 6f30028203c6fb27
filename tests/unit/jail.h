// What the tests of the jail share: attempts made in a child that has entered it.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "lib/privsep/jail.h"

namespace mail::test {

inline constexpr int lacks_landlock = 77;
inline constexpr int lacks_seccomp = 78;
inline constexpr int not_entered = 79;
inline constexpr int ordinary_user = 65533;
inline constexpr int fchmodat2 = 452;  // younger than some headers

inline const std::vector<std::string> system_places{"/etc", "/usr", "/lib", "/lib64", "/run"};

// Runs `attempt` in a child that has entered the jail; its exit status is what `attempt` gives.
inline int inside(const privsep::Jail& jail, bool needs_landlock, const std::function<int()>& attempt) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto missing = privsep::enter(jail);
        if (!missing) _exit(not_entered);
        if (needs_landlock && std::ranges::find(*missing, "landlock") != missing->end()) _exit(lacks_landlock);
        if (!needs_landlock && std::ranges::find(*missing, "seccomp") != missing->end()) _exit(lacks_seccomp);
        _exit(attempt());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

// The errno that `call` fails with, 0 when it succeeds.
template <class Call>
int error_of(Call call) {
    errno = 0;
    return call() < 0 ? errno : 0;
}

// The errno that a system call fails with in the jail; `call` must succeed outside or not be tried there.
template <class Call>
void check_refused(const char* name, Call call) {
    const int status = inside({}, false, [&] { return error_of(call); });
    if (status == lacks_seccomp) {
        WARN("this kernel has no seccomp: skipped");
        return;
    }
    INFO(name);
    CHECK(status == EPERM);
}

// As check_refused(), for what is harmless outside: there the same call must not fail with EPERM, so that it is the
// jail that refuses it.
template <class Call>
void check_only_jailed(const char* name, Call call) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(error_of(call));
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    INFO(name);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) != EPERM);
    check_refused(name, call);
}

inline void check_files(const privsep::Jail& jail, const char* name, int expected,
                        const std::function<int()>& attempt) {
    const int status = inside(jail, true, attempt);
    if (status == lacks_landlock) {
        WARN("this kernel has no Landlock: skipped");
        return;
    }
    INFO(name);
    CHECK(status == expected);
}

inline int open_error(const std::string& path, int flags) {
    return error_of([&] { return open(path.c_str(), flags | O_CLOEXEC, 0600); });
}

}  // namespace mail::test
