#include "lib/store/maildir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/os/dir.h"
#include "lib/os/file.h"
#include "lib/store/maildir_incoming.h"

namespace mail::store {
namespace {

constexpr unsigned private_folder = 0700;

bool missing(int error) { return error == ENOENT || error == ENOTDIR; }

Delivery<void> require_home(const std::string& home) {
    const auto folder = os::open_folder(home);
    if (folder) return {};
    if (missing(folder.error().error)) return undelivered(Outcome::no_home, folder.error().detail);
    return undelivered(folder.error());
}

// Makes the folder `path` below `home`, with those in between, each durable before the next.
Result<void> make_path(const std::string& home, const std::string& path) {
    auto parent = home;
    for (auto slash = path.find('/', home.size() + 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const auto folder = path.substr(0, slash);
        if (auto made = os::make_folder(folder, private_folder); !made) return made;
        if (auto synced = os::sync_folder(parent); !synced) return synced;
        parent = folder;
    }
    return {};
}

Result<void> make_folders(const std::string& home, const std::string& path) {
    auto done = make_path(home, path);
    if (done) done = os::make_folder(path + "cur", private_folder);
    if (done) done = os::make_folder(path + "new", private_folder);
    if (done) done = os::sync_folder(path);
    if (done) done = os::make_folder(path + "tmp", private_folder);
    return done;
}

bool is_folder(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Something that is no folder has the name, if only a link that leads nowhere.
bool in_the_way(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && !is_folder(path);
}

// Whether files can be made in `folder`. An unnamed one with a byte in it asks the file system itself: rights,
// quota, space, read-only mounts. It vanishes when it is closed.
Result<void> probe(const std::string& folder) {
    const auto file = os::open(folder, O_TMPFILE | O_WRONLY, private_file);
    if (file) return os::write_all(file->get(), "\n", folder);
    if (!no_unnamed_files(file.error().error)) return std::unexpected(file.error());
    if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
    return std::unexpected(system_failure({}, "write to " + folder, errno));
}

}  // namespace

Delivery<std::unique_ptr<Incoming>> Maildir::begin() {
    auto opened = MaildirIncoming::open(path_);
    if (!opened && missing(opened.error().error)) {
        if (auto made = make(); !made) return std::unexpected(made.error());
        opened = MaildirIncoming::open(path_);
    }
    if (!opened) return undelivered(opened.error());
    return std::move(*opened);
}

Delivery<void> Maildir::make() const {
    if (auto home = require_home(home_); !home) return home;
    if (auto made = make_folders(home_, path_); !made) return undelivered(made.error());
    return {};
}

Delivery<void> Maildir::check() {
    const auto incoming = MaildirIncoming::open(path_);
    if (incoming && ::access((path_ + "new").c_str(), W_OK | X_OK) != 0)
        return undelivered("write to " + path_ + "new", errno);
    // A byte that is never kept tells of a full disk and of quota.
    if (incoming) return (*incoming)->write("\n");
    auto folder = path_.substr(0, path_.size() - 1);
    if (!missing(incoming.error().error) || in_the_way(folder) || in_the_way(path_ + "new") ||
        in_the_way(path_ + "tmp"))
        return undelivered(incoming.error());
    // What is missing would be made: then the nearest folder above it must take it.
    while (!is_folder(folder) && folder.size() > home_.size()) {
        if (in_the_way(folder)) return undelivered(incoming.error());
        folder.resize(std::max(folder.rfind('/'), home_.size()));
    }
    const auto probed = probe(folder);
    if (probed) return {};
    if (folder.size() == home_.size() && missing(probed.error().error))
        return undelivered(Outcome::no_home, probed.error().detail);
    return undelivered(probed.error());
}

}  // namespace mail::store
