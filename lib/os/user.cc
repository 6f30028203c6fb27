#include "lib/os/user.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

namespace mail::os {
namespace {

constexpr std::size_t largest_entry = std::size_t{1} << 20;

// getpwnam_r and getpwuid_r behind one interface: `ask` calls one of them with a buffer.
template <class Ask>
Result<std::optional<Account>> find(const std::string& what, Ask ask) {
    std::vector<char> buffer(4096);
    for (;;) {
        passwd entry{};
        passwd* found = nullptr;
        const int error = ask(&entry, buffer, &found);
        if (error == ERANGE && buffer.size() < largest_entry) {
            buffer.resize(buffer.size() * 2);
            continue;
        }
        if (error == EINTR) continue;
        if (found != nullptr) return Account{entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir};
        // getpwnam(3): these, too, may stand for "no such account".
        if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) return std::nullopt;
        return std::unexpected(system_failure("account database not available", what, error));
    }
}

}  // namespace

Result<std::optional<Account>> find_account(const std::string& name) {
    return find("look up account " + name, [&](passwd* entry, std::vector<char>& buffer, passwd** found) {
        return getpwnam_r(name.c_str(), entry, buffer.data(), buffer.size(), found);
    });
}

Result<std::optional<Account>> find_account(uid_t uid) {
    return find("look up uid " + std::to_string(uid), [&](passwd* entry, std::vector<char>& buffer, passwd** found) {
        return getpwuid_r(uid, entry, buffer.data(), buffer.size(), found);
    });
}

Result<std::optional<Account>> find_system_account(const std::string& name) {
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen("/etc/passwd", "re"), &std::fclose);
    std::array<char, 1024> buffer;
    passwd entry{};
    passwd* found = nullptr;
    // A line that does not fit ends the search here; the name services read it.
    while (file != nullptr && fgetpwent_r(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0)
        if (name == found->pw_name) return Account{found->pw_name, found->pw_uid, found->pw_gid, found->pw_dir};
    return find_account(name);
}

bool is_person(uid_t uid, long first_valid_uid) {
    constexpr uid_t nobody = 65534;
    return uid != 0 && uid != nobody && static_cast<long>(uid) >= first_valid_uid;
}

Result<void> become(const Account& account, Groups groups) {
    const auto failed = [&](std::string_view what) {
        return std::unexpected(
            system_failure("local privilege error", std::string(what) + " for " + account.name, errno));
    };
    const int grouped =
        groups == Groups::all ? initgroups(account.name.c_str(), account.gid) : setgroups(1, &account.gid);
    if (grouped != 0) return failed("set groups");
    if (setresgid(account.gid, account.gid, account.gid) != 0) return failed("setresgid");
    if (setresuid(account.uid, account.uid, account.uid) != 0) return failed("setresuid");
    if (account.uid != 0 && setuid(0) == 0) {
        errno = EPERM;
        return failed("root came back after setresuid");
    }
    return {};
}

std::string host_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    return name.data();
}

}  // namespace mail::os
