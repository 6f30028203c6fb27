#include "lib/store/maildir_incoming.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "lib/os/dir.h"
#include "lib/os/file.h"

namespace mail::store {
namespace {

constexpr unsigned most_names = 100;

// An error of linkat through /proc that the way over a named file may not have: no /proc, a kernel or a
// security module that does not allow it.
bool try_named(int error) {
    return error == ENOENT || error == EPERM || error == EACCES || error == EOPNOTSUPP || error == EINVAL;
}

// An error of link(2) that says that the file system has no hard links.
bool no_hard_links(int error) { return error == EPERM || error == EOPNOTSUPP || error == EMLINK || error == ENOSYS; }

// Whether `name` in `folder` is the open file.
bool is_file(int folder, const std::string& name, int file) {
    struct stat named{}, open{};
    return ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(file, &open) == 0 &&
           named.st_ino == open.st_ino && named.st_dev == open.st_dev;
}

Result<void> copy_content(int from, int to, std::string_view name) {
    std::array<char, 65536> buffer;
    for (off_t at = 0;;) {
        const ssize_t got = ::pread(from, buffer.data(), buffer.size(), at);
        if (got < 0) return std::unexpected(system_failure({}, "read " + std::string(name), errno));
        if (got == 0) return {};
        if (auto written = os::write_all(to, {buffer.data(), static_cast<std::size_t>(got)}, name); !written)
            return written;
        at += got;
    }
}

}  // namespace

bool no_unnamed_files(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

Result<std::unique_ptr<MaildirIncoming>> MaildirIncoming::open(const std::string& maildir) {
    auto folder = os::open_folder(maildir + "new");
    if (!folder) return std::unexpected(folder.error());
    std::unique_ptr<MaildirIncoming> incoming(new MaildirIncoming(maildir, std::move(*folder)));
    auto file = os::open(maildir + "tmp", O_TMPFILE | O_RDWR, private_file);
    if (file) {
        incoming->file_ = std::move(*file);
        if (incoming->spans_file_systems())
            return std::unexpected(system_failure({}, "link from " + maildir + "tmp to new", EXDEV));
        return incoming;
    }
    if (!no_unnamed_files(file.error().error)) return std::unexpected(file.error());
    if (auto named = incoming->open_named(); !named) return std::unexpected(named.error());
    return incoming;
}

// A message can only be given its name in new when that is on tmp's file system.
bool MaildirIncoming::spans_file_systems() const {
    struct stat folder{}, file{};
    return ::fstat(new_.get(), &folder) == 0 && ::fstat(file_.get(), &file) == 0 && folder.st_dev != file.st_dev;
}

MaildirIncoming::~MaildirIncoming() {
    file_.reset();  // first: NFS would keep a file that is removed while open under another name
    if (!tmp_name_.empty()) ::unlink(tmp_name_.c_str());
}

std::string MaildirIncoming::next_name() {
    using namespace std::chrono;
    const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch());
    return MaildirName{now, getpid(), ++count_, os::host_name()}.text();
}

Result<void> MaildirIncoming::open_named() {
    for (;;) {
        const auto name = maildir_ + "tmp/" + next_name();
        auto file = os::open(name, O_CREAT | O_EXCL | O_RDWR, private_file);
        if (file) {
            file_ = std::move(*file);
            tmp_name_ = name;
            return {};
        }
        if (file.error().error != EEXIST || count_ >= most_names) return std::unexpected(file.error());
    }
}

Result<void> MaildirIncoming::move_to_named() {
    const auto unnamed = std::move(file_);
    auto done = open_named();
    if (done) done = copy_content(unnamed.get(), file_.get(), tmp_name_);
    if (done) done = os::sync(file_.get(), tmp_name_);
    return done;
}

Delivery<void> MaildirIncoming::write(std::string_view data) {
    sizes_.add(data);
    if (auto written = os::write_all(file_.get(), data, maildir_ + "tmp"); !written)
        return undelivered(written.error());
    return {};
}

Delivery<Stored> MaildirIncoming::commit() {
    if (auto synced = os::sync(file_.get(), maildir_ + "tmp"); !synced) return undelivered(synced.error());
    const auto name = publish();
    if (!name) return undelivered(name.error());
    if (auto synced = os::sync(new_.get(), maildir_ + "new"); !synced) {
        ::unlinkat(new_.get(), name->c_str(), 0);
        return undelivered(synced.error());
    }
    return Stored{*name, sizes_.size()};
}

// Gives the file its name in new/.
Result<std::string> MaildirIncoming::publish() {
    for (;;) {
        auto name = next_name() + sizes_.text();
        const int error = tmp_name_.empty() ? link_unnamed(name) : link_named(name);
        if (error == 0) return name;
        if (tmp_name_.empty() && try_named(error)) {
            if (auto moved = move_to_named(); !moved) return std::unexpected(moved.error());
        } else if (error != EEXIST || count_ >= most_names) {
            return std::unexpected(system_failure({}, "link " + maildir_ + "new/" + name, error));
        }
    }
}

int MaildirIncoming::link_unnamed(const std::string& name) const {
    const auto source = "/proc/self/fd/" + std::to_string(file_.get());
    return ::linkat(AT_FDCWD, source.c_str(), new_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

int MaildirIncoming::link_named(const std::string& name) const {
    if (::linkat(AT_FDCWD, tmp_name_.c_str(), new_.get(), name.c_str(), 0) == 0) return 0;
    const int error = errno;
    // Over NFS a link whose answer got lost is asked for again, and then finds itself there.
    if (error == EEXIST && is_file(new_.get(), name, file_.get())) return 0;
    if (!no_hard_links(error)) return error;
    if (::renameat2(AT_FDCWD, tmp_name_.c_str(), new_.get(), name.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL) return errno;
    return ::renameat(AT_FDCWD, tmp_name_.c_str(), new_.get(), name.c_str()) == 0 ? 0 : errno;
}

}  // namespace mail::store
