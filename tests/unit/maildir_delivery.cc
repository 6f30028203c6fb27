#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lib/store/mailbox.h"

using namespace mail;
namespace fs = std::filesystem;

namespace {

// A home folder that goes with the test.
class Home {
public:
    Home() : path_((fs::temp_directory_path() / "maildir.XXXXXX").string()) { REQUIRE(::mkdtemp(path_.data())); }
    ~Home() { fs::remove_all(path_); }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    [[nodiscard]] fs::path operator/(const char* name) const { return fs::path(path_) / name; }
    [[nodiscard]] std::unique_ptr<store::Mailbox> mailbox(const std::string& home_mailbox) const {
        auto opened = store::open_mailbox(home_mailbox, {"user", ::getuid(), ::getgid(), path_});
        REQUIRE(opened);
        return std::move(*opened);
    }

private:
    std::string path_;
};

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode(const fs::path& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a delivery makes the Maildir and stores the message, privately") {
    const Home home;
    const auto mailbox = home.mailbox("mail/in/");
    auto incoming = mailbox->begin();
    REQUIRE(incoming);
    REQUIRE((*incoming)->write("X: y\n"));
    REQUIRE((*incoming)->write("\nz\n"));
    CHECK(fs::is_empty(home / "mail/in/new"));
    const auto stored = (*incoming)->commit();
    REQUIRE(stored);
    CHECK(stored->size == 8);
    CHECK(stored->file.ends_with(",S=8,W=11"));
    const auto file = home / "mail/in/new" / stored->file;
    CHECK(content(file) == "X: y\n\nz\n");
    CHECK(mode(file) == 0600);
    for (const auto* folder : {"mail", "mail/in", "mail/in/cur", "mail/in/new", "mail/in/tmp"})
        CHECK(mode(home / folder) == 0700);
}

TEST_CASE("a delivery that is given up leaves nothing") {
    const Home home;
    const auto mailbox = home.mailbox("Maildir/");
    REQUIRE((*mailbox->begin())->write("X: y\n"));
    CHECK(fs::is_empty(home / "Maildir/new"));
    CHECK(fs::is_empty(home / "Maildir/tmp"));
}

TEST_CASE("check makes nothing, and knows a missing home") {
    const Home home;
    CHECK(home.mailbox("Maildir/")->check());
    CHECK_FALSE(fs::exists(home / "Maildir"));
    fs::create_directories(home / "Maildir/new");
    CHECK(home.mailbox("Maildir/")->check());
    const auto gone = store::open_mailbox("Maildir/", {"user", 0, 0, (home / "gone").string()});
    REQUIRE(gone);
    CHECK((*gone)->check().error().outcome == store::Outcome::no_home);
    CHECK((*gone)->begin().error().outcome == store::Outcome::no_home);
    CHECK_FALSE(fs::exists(home / "gone"));
}

namespace {

// What check() says must be what a delivery then finds: "" when it works, else the outcome in words.
std::string checked(const Home& home, const std::string& home_mailbox = "Maildir/") {
    const auto mailbox = home.mailbox(home_mailbox);
    const auto check = mailbox->check();
    const auto begun = mailbox->begin();
    INFO((check ? "check passes" : "check: " + check.error().detail));
    INFO((begun ? "delivery begins" : "delivery: " + begun.error().detail));
    CHECK(check.has_value() == begun.has_value());
    if (!check && !begun) CHECK(check.error().outcome == begun.error().outcome);
    return check ? "" : "refused";
}

}  // namespace

TEST_CASE("check finds what a delivery would: something else stands where a folder should") {
    for (const auto* part : {"Maildir", "Maildir/new", "Maildir/tmp"}) {
        INFO(part);
        const auto place = [&](const Home& home) {
            if (std::string_view(part) != "Maildir") fs::create_directories(home / "Maildir/cur");
            if (std::string_view(part) == "Maildir/tmp") fs::create_directories(home / "Maildir/new");
            if (std::string_view(part) == "Maildir/new") fs::create_directories(home / "Maildir/tmp");
            return home / part;
        };
        {
            const Home home;
            fs::create_symlink("/nonexistent/place", place(home));
            CHECK(checked(home) == "refused");
        }
        {
            const Home home;
            REQUIRE(::mkfifo(place(home).c_str(), 0600) == 0);
            CHECK(checked(home) == "refused");
        }
        {
            const Home home;
            std::ofstream(place(home)) << "a file";
            CHECK(checked(home) == "refused");
        }
    }
}

TEST_CASE("check finds what a delivery would: something else stands where a folder above should") {
    {
        const Home home;
        std::ofstream(home / "mail") << "a file";
        CHECK(checked(home, "mail/in/") == "refused");
    }
    {
        const Home home;
        fs::create_symlink("/nonexistent/place", home / "mail");
        CHECK(checked(home, "mail/in/") == "refused");
    }
    {
        const Home home;
        fs::create_directory(home / "mail");
        CHECK(checked(home, "mail/in/").empty());
    }
}

TEST_CASE("check passes a Maildir that a link leads to, and leaves nothing in it") {
    const Home home;
    fs::create_directories(home / "elsewhere/new");
    fs::create_directories(home / "elsewhere/tmp");
    fs::create_directory_symlink(home / "elsewhere", home / "Maildir");
    CHECK(home.mailbox("Maildir/")->check());
    CHECK(fs::is_empty(home / "elsewhere/new"));
    CHECK(fs::is_empty(home / "elsewhere/tmp"));
    CHECK(checked(home).empty());
}

TEST_CASE("check refuses a tmp from whose file system nothing can be linked into new") {
    const Home home;
    std::string other = "/dev/shm/mayfly-test-XXXXXX";
    if (::mkdtemp(other.data()) == nullptr) {
        WARN("no other file system here: skipped");
        return;
    }
    struct stat here{}, there{};
    REQUIRE(::stat((home / "").c_str(), &here) == 0);
    REQUIRE(::stat(other.c_str(), &there) == 0);
    if (here.st_dev != there.st_dev) {
        fs::create_directories(home / "Maildir/new");
        fs::create_directory_symlink(other, home / "Maildir/tmp");
        CHECK(checked(home) == "refused");
        CHECK(fs::is_empty(other));
    } else {
        WARN("no other file system here: skipped");
    }
    fs::remove_all(other);
}

TEST_CASE("check refuses a new/ that a delivery may not write to") {
    if (::geteuid() == 0) {
        WARN("root may write anywhere: skipped");
        return;
    }
    const Home home;
    fs::create_directories(home / "Maildir/tmp");
    fs::create_directories(home / "Maildir/new");
    REQUIRE(::chmod((home / "Maildir/new").c_str(), 0500) == 0);
    CHECK_FALSE(home.mailbox("Maildir/")->check());
    REQUIRE(::chmod((home / "Maildir/new").c_str(), 0700) == 0);
    REQUIRE(::chmod((home / "Maildir/tmp").c_str(), 0500) == 0);
    CHECK(checked(home) == "refused");
    REQUIRE(::chmod((home / "Maildir/tmp").c_str(), 0700) == 0);
    CHECK(checked(home).empty());
}

TEST_CASE("an account without a home folder, and an mbox, are told apart") {
    const auto outcome = [](const char* home_mailbox, const char* home) {
        return store::open_mailbox(home_mailbox, {"user", 0, 0, home}).error().outcome;
    };
    CHECK(outcome("Maildir/", "") == store::Outcome::no_home);
    CHECK(outcome("Maildir/", "relative") == store::Outcome::no_home);
    CHECK(outcome("mbox", "/home/user") == store::Outcome::misconfigured);
    CHECK(outcome("", "/home/user") == store::Outcome::misconfigured);
}
