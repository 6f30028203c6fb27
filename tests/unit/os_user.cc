#include "lib/os/user.h"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

using namespace mail;

TEST_CASE("accounts are found by name and by uid") {
    const auto root = os::find_account("root");
    REQUIRE(root);
    REQUIRE(*root);
    CHECK((*root)->name == "root");
    CHECK((*root)->uid == 0);
    CHECK((*root)->gid == 0);
    CHECK((*root)->home.starts_with('/'));
    CHECK(os::find_account(uid_t{0}).value() == *root);
}

TEST_CASE("an account that is not there is nothing, not a failure") {
    for (const auto& name :
         std::vector<std::string>{"no-such-account", "", "a/b", "root:x", "ROOT", std::string(5000, 'x')}) {
        INFO(name);
        const auto found = os::find_account(name);
        REQUIRE(found);
        CHECK_FALSE(*found);
    }
    const auto nobody_has = os::find_account(uid_t{4294967290U});
    REQUIRE(nobody_has);
    CHECK_FALSE(*nobody_has);
}

TEST_CASE("a person is who may get mail as itself: neither root, nor the system's, nor nobody") {
    CHECK(os::is_person(1000, 1000));
    CHECK(os::is_person(4294967290U, 1000));
    CHECK_FALSE(os::is_person(999, 1000));
    CHECK_FALSE(os::is_person(65534, 1000));
    CHECK(os::is_person(65533, 1000));
    CHECK(os::is_person(65535, 1000));
    for (const long first : {0L, -1L, 65534L}) {
        CHECK_FALSE(os::is_person(0, first));
        CHECK_FALSE(os::is_person(65534, first));
    }
    CHECK(os::is_person(1, 0));
    CHECK(os::is_person(1, -1));
    // A limit above every uid lets nobody through.
    CHECK_FALSE(os::is_person(4294967290U, 5'000'000'000));
}

TEST_CASE("becoming an account gives up root for good") {
    if (geteuid() != 0) {
        WARN("not root: skipped");
        return;
    }
    const auto nobody = os::find_account("nobody");
    REQUIRE(nobody);
    REQUIRE(*nobody);
    const auto& account = **nobody;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const gid_t extra = 4;
        if (setgroups(1, &extra) != 0 || !os::become(account)) _exit(1);
        uid_t real = 0, effective = 0, saved = 0;
        gid_t real_group = 0, effective_group = 0, saved_group = 0;
        getresuid(&real, &effective, &saved);
        getresgid(&real_group, &effective_group, &saved_group);
        if (real != account.uid || effective != account.uid || saved != account.uid) _exit(2);
        if (real_group != account.gid || effective_group != account.gid || saved_group != account.gid) _exit(3);
        std::array<gid_t, 64> groups{};
        const int count = getgroups(groups.size(), groups.data());
        for (int i = 0; i < count; ++i)
            if (groups[static_cast<std::size_t>(i)] == extra || groups[static_cast<std::size_t>(i)] == 0) _exit(4);
        if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0) _exit(5);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("who is not root becomes nobody else") {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const os::Account nobody{.name = "nobody", .uid = 65534, .gid = 65534, .home = "/"};
        if (geteuid() == 0 && !os::become(nobody)) _exit(1);
        _exit(os::become({.name = "root", .uid = 0, .gid = 0, .home = "/"}) ? 2 : 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("the host has a name") {
    std::array<char, 256> name{};
    REQUIRE(gethostname(name.data(), name.size()) == 0);
    CHECK(os::host_name() == (name[0] == '\0' ? "localhost" : name.data()));
}

TEST_CASE("a system account is the same whoever is asked, and one that the file lacks is asked for") {
    const auto root = os::find_system_account("root");
    REQUIRE(root);
    CHECK(*root == os::find_account("root").value());
    const auto missing = os::find_system_account("no-such-account");
    REQUIRE(missing);
    CHECK_FALSE(*missing);
}
