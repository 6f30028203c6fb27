#include "lib/route/resolver.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <map>

#include "tests/unit/temporary_folder.h"

using namespace mail;
using route::Locality;
using route::Maildrop;
using Drops = std::vector<Maildrop>;

namespace {

const std::map<std::string, uid_t> accounts{{"root", 0},   {"daemon", 1},   {"mayfly", 120}, {"alice", 1000},
                                            {"bob", 1001}, {"carol", 1002}, {"min", 999},    {"unowned", 65534}};

Result<std::optional<os::Account>> find_account(const std::string& name) {
    if (name == "ldap-down") return std::unexpected(system_failure("account database not available", "look up", EIO));
    const auto found = accounts.find(name);
    if (found == accounts.end()) return std::nullopt;
    return os::Account{name, found->second, found->second, "/home/" + name};
}

// A resolver over one alias file.
class Host {
public:
    explicit Host(std::string_view aliases = "", const std::string& delimiter = "+", uid_t running_as = 0)
        : resolver_({.local_domains = {"mail.example.test", "localhost"},
                     .own_address = "192.0.2.1",
                     .recipient_delimiter = delimiter,
                     .first_valid_uid = 1000,
                     .mail_owner = "mayfly",
                     .running_as = running_as},
                    route::Aliases({folder_.write("aliases", aliases)}), find_account) {}

    Result<route::Resolution> resolve(const std::string& local) { return resolver_.resolve({local, "localhost"}); }
    // The users that get the mail, "user" or "user+extension", "user!" for the system's; or the failure's text.
    std::string to(const std::string& local) {
        const auto found = resolve(local);
        if (!found) return found.error().text;
        std::string out;
        for (const auto& drop : found->drops) {
            out += (out.empty() ? "" : " ") + drop.user;
            if (!drop.extension.empty()) out += "+" + drop.extension;
            if (drop.is_system) out += "!";
        }
        return out;
    }
    Fault fault(const std::string& local) { return resolve(local).error().kind; }
    std::string logged(const std::string& local) {
        const auto found = resolve(local);
        return found ? "" : std::string(found.error().logged());
    }
    Locality locality(const std::string& domain) const { return resolver_.locality({"a", domain}); }

private:
    test::TemporaryFolder folder_;
    route::Resolver resolver_;
};

constexpr auto nobody = "no such user here";
constexpr auto unsupported = "alias not supported";

}  // namespace

TEST_CASE("which domains are this host's") {
    const Host host;
    for (const auto* local : {"", "mail.example.test", "MAIL.Example.TEST", "localhost", "[192.0.2.1]"})
        CHECK(host.locality(local) == Locality::local);
    for (const auto* remote : {"example.test", "x.mail.example.test", "mail.example.tes", "[192.0.2.2]", "192.0.2.1"})
        CHECK(host.locality(remote) == Locality::remote);
}

TEST_CASE("the literal of an IPv6 address of ours is local, and without an address none is") {
    const route::Resolver six({.own_address = "2001:db8::1"}, route::Aliases({}), find_account);
    CHECK(six.locality({"a", "[ipv6:2001:DB8::1]"}) == Locality::local);
    CHECK(six.locality({"a", "[2001:db8::1]"}) == Locality::remote);
    const route::Resolver none({}, route::Aliases({}), find_account);
    CHECK(none.locality({"a", "[]"}) == Locality::remote);
    CHECK(none.locality({"a", "[192.0.2.1]"}) == Locality::remote);
    CHECK(none.locality({"a", ""}) == Locality::local);
}

TEST_CASE("an account gets its mail, in either case") {
    Host host;
    CHECK(host.to("alice") == "alice");
    CHECK(host.to("ALICE") == "alice");
    CHECK(host.to("nobody-here") == nobody);
    CHECK(host.fault("nobody-here") == Fault::permanent);
}

TEST_CASE("aliases lead to accounts, through each other, each account once") {
    Host host("team: alice, bob\nall: team, Carol, alice\ndeep: all\ntwice: alice, alice, ALICE\nSales: bob\n");
    CHECK(host.to("team") == "alice bob");
    CHECK(host.to("all") == "alice bob carol");
    CHECK(host.to("deep") == "alice bob carol");
    CHECK(host.to("twice") == "alice");
    CHECK(host.to("sales") == "bob");
}

TEST_CASE("an alias wins over the account of its name, and may mean the account itself") {
    Host host("alice: bob\nbob: bob, carol\ncarol: alice, carol\n");
    CHECK(host.to("bob") == "bob carol");
    CHECK(host.to("carol") == "bob carol");
    // On the way from alice, carol's "alice" is the account.
    CHECK(host.to("alice") == "bob alice carol");
}

TEST_CASE("aliases that lead in a circle end, with the accounts on it") {
    Host host("a: b\nb: c\nc: a\nx: y, alice\ny: x, bob\nself: self\n");
    CHECK(host.to("x") == "bob alice");
    CHECK(host.to("y") == "alice bob");
    for (const auto* lost : {"a", "b", "self"}) CHECK_FALSE(host.resolve(lost));
}

TEST_CASE("an alias with an address of this host names its account") {
    Host host("here: alice@localhost, bob@MAIL.example.test, carol@[192.0.2.1]\n");
    CHECK(host.to("here") == "alice bob carol");
}

TEST_CASE("what needs the queue defers the mail and tells the log where") {
    Host host(
        "remote: someone@example.org\nmixed: alice, someone@example.org\npipe: \"|/bin/cat x\"\n"
        "file: /var/mail/x\nlist: :include:/srv/list\nodd: \"a b\"\nnested: alice, pipe\nbad: a@b@c\n");
    for (const auto* name : {"remote", "mixed", "pipe", "file", "list", "odd", "nested", "bad"}) {
        INFO(name);
        CHECK(host.to(name) == unsupported);
        CHECK(host.fault(name) == Fault::temporary);
        CHECK_FALSE(host.resolve(name).error().text.contains('/'));
    }
    CHECK(host.logged("pipe").contains("aliases:3: alias pipe: \"|/bin/cat x\""));
    CHECK(host.logged("nested").contains("aliases:3: alias pipe"));
    CHECK(host.to("alice") == "alice");
}

TEST_CASE("nesting is bounded") {
    std::string chain;
    for (int i = 0; i < 60; ++i) chain += "n" + std::to_string(i) + ": n" + std::to_string(i + 1) + "\n";
    Host host(chain + "n60: alice\n");
    CHECK(host.to("n20") == "alice");
    CHECK(host.to("n0") == "alias loop");
    CHECK(host.fault("n0") == Fault::temporary);
}

TEST_CASE("an alias that doubles itself at every step costs no more than its size") {
    std::string doubling;
    for (int i = 0; i < 40; ++i) {
        const auto next = "d" + std::to_string(i + 1);
        doubling += "d" + std::to_string(i) + ": " + next + ", " + next + "\n";
    }
    Host host(doubling + "d40: alice\n");
    CHECK(host.to("d0") == "alice");
}

TEST_CASE("postmaster is always there, at last as root's") {
    CHECK(Host().to("postmaster") == "mayfly!");
    CHECK(Host().to("POSTMASTER") == "mayfly!");
    CHECK(Host("root: alice\n").to("PostMaster") == "alice");
    CHECK(Host("postmaster: bob\nroot: alice\n").to("postmaster") == "bob");
    CHECK(Host("postmaster: root\nroot: postmaster\n").to("postmaster") == "mayfly!");
    CHECK(Host("root: alice\n").to("postmaster+x") == "alice");
}

TEST_CASE("root and system accounts get no mail themselves") {
    CHECK(Host().to("root") == "mayfly!");
    CHECK(Host().to("daemon") == "mayfly!");
    CHECK(Host().to("min") == "mayfly!");
    CHECK(Host().to("mayfly") == "mayfly!");
    // Whatever runs as nobody could read what nobody gets.
    CHECK(Host().to("unowned") == "mayfly!");
    CHECK(Host("root: alice\n").to("unowned+x") == "alice");
    CHECK(Host("root: alice, bob\n").to("root") == "alice bob");
    CHECK(Host("root: alice, bob\n").to("daemon") == "alice bob");
    CHECK(Host("daemon: carol\n").to("daemon") == "carol");
    CHECK(Host("root: daemon\n").to("root") == "mayfly!");
    CHECK(Host("root: root, alice\n").to("daemon") == "mayfly! alice");
    CHECK(Host("sys: daemon, min, root\n").to("sys") == "mayfly!");
}

TEST_CASE("a first_valid_uid outside of all uids is no other number") {
    const auto user = [](long first_valid_uid, const char* name) {
        route::Resolver resolver({.first_valid_uid = first_valid_uid, .mail_owner = "mayfly"}, route::Aliases({}),
                                 find_account);
        return resolver.resolve({name, ""})->drops.front().user;
    };
    CHECK(user(4'294'967'296 + 1, "alice") == "mayfly");
    CHECK(user(-1, "alice") == "alice");
    CHECK(user(-1, "daemon") == "daemon");
    CHECK(user(-1, "unowned") == "mayfly");
    CHECK(user(0, "root") == "mayfly");
}

TEST_CASE("an extension stands behind the recipient delimiter") {
    Host host("list+bugs: bob\nlist: alice\nteam: bob+work, carol\n");
    CHECK(host.to("alice+x") == "alice+x");
    CHECK(host.to("Alice+X.y+z") == "alice+x.y+z");
    CHECK(host.to("alice+") == "alice");
    CHECK(host.to("+alice") == nobody);
    CHECK(host.to("nobody+x") == nobody);
    CHECK(host.to("root+x") == "mayfly!");
    CHECK(host.to("list+bugs") == "bob");
    CHECK(host.to("list+other") == "alice");
    CHECK(host.to("team") == "bob+work carol");
    // The same account under two extensions is two deliveries.
    CHECK(Host("two: bob+a, bob+b, bob+A\n").to("two") == "bob+a bob+b");
}

TEST_CASE("each character of the delimiter divides, and none when it is empty") {
    Host both("", "+-");
    CHECK(both.to("alice-x+y") == "alice+x+y");
    CHECK(both.to("alice+x-y") == "alice+x-y");
    CHECK(Host("", "").to("alice+x") == nobody);
}

TEST_CASE("a name service that does not answer is never taken for no such user") {
    Host host("team: alice, ldap-down\n");
    for (const auto* name : {"ldap-down", "ldap-down+x", "team"}) {
        INFO(name);
        REQUIRE_FALSE(host.resolve(name));
        CHECK(host.fault(name) == Fault::temporary);
        CHECK(host.resolve(name).error().error == EIO);
    }
}

TEST_CASE("an alias table that cannot be read defers all mail") {
    const test::TemporaryFolder folder;
    route::Resolver resolver({.local_domains = {"localhost"}}, route::Aliases({folder.path()}), find_account);
    const auto drops = resolver.resolve({"alice", ""});
    REQUIRE_FALSE(drops);
    CHECK(drops.error().kind == Fault::temporary);
}

TEST_CASE("started by an ordinary user, only that account gets mail, whatever its uid") {
    Host bob("team: alice, bob\nme: bob\n", "+", 1001);
    CHECK(bob.to("bob+x") == "bob+x");
    CHECK(bob.to("me") == "bob");
    CHECK(bob.fault("alice") == Fault::refused);
    CHECK(bob.fault("team") == Fault::refused);
    CHECK(bob.fault("root") == Fault::refused);
    CHECK(bob.fault("postmaster") == Fault::refused);
    CHECK(bob.fault("nobody-here") == Fault::permanent);
    Host system("", "+", 1);
    CHECK(system.to("daemon") == "daemon");
    CHECK(Host("", "+", 65534).to("unowned") == "unowned");
}

TEST_CASE("odd names are nobody's") {
    Host host;
    for (const auto* name :
         {"../alice", "/etc/passwd", "|cat", ":include:x", "alice:x", "-alice", "alice@x", " ", "\""})
        CHECK(host.to(name) == nobody);
}

TEST_CASE("an alias that leads to nobody defers the mail, and names beside others that nobody has are told") {
    Host host("empty:\nlost: nobody-here\nloop: pool\npool: loop\nteam: bob, gone\n");
    for (const auto* name : {"empty", "lost", "loop"}) CHECK(host.fault(name) == Fault::temporary);
    CHECK(host.logged("lost").ends_with("aliases:2: alias leads to no account"));
    CHECK(host.to("team") == "bob");
    const auto unknown = host.resolve("team")->unknown;
    REQUIRE(unknown.size() == 1);
    CHECK(unknown.front().starts_with("gone ("));
    CHECK(unknown.front().ends_with("aliases:5)"));
}

TEST_CASE("a backslash stands for the account itself, past its alias") {
    Host host("bob: alice\nboth: \\bob, bob\n");
    CHECK(host.to("bob") == "alice");
    CHECK(host.to("both") == "bob alice");
}

TEST_CASE("an account whose name has the delimiter in it is found whole") {
    Host host("", "i");
    CHECK(host.to("alice") == "alice");
    CHECK(host.to("bobix") == "bob+x");
}
