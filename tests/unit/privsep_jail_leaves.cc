// What the jail leaves a session, and what of files and processes it does not.
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/unit/jail.h"
#include "tests/unit/temporary_folder.h"

using namespace mail;
using namespace mail::test;
using privsep::Jail;

TEST_CASE("jail: what a session needs is not denied") {
    constexpr long needed[] = {SYS_read,       SYS_write,         SYS_pread64,      SYS_openat,      SYS_close,
                               SYS_fstat,      SYS_newfstatat,    SYS_statx,        SYS_lseek,       SYS_fstatfs,
                               SYS_ftruncate,  SYS_fcntl,         SYS_unlinkat,     SYS_ppoll,       SYS_connect,
                               SYS_sendto,     SYS_recvfrom,      SYS_sendmsg,      SYS_recvmsg,     SYS_getsockopt,
                               SYS_setsockopt, SYS_getrandom,     SYS_getuid,       SYS_getpid,      SYS_gettid,
                               SYS_munmap,     SYS_clock_gettime, SYS_memfd_create, SYS_rt_sigaction};
    for (const long call : needed) {
        INFO("system call " << call);
        CHECK(inside({}, false, [&] { return error_of([&] { return syscall(call, -1, -1, -1, -1, -1, -1); }); }) !=
              EPERM);
    }
}

TEST_CASE("jail: it cannot be traced, dumps no core and gains no rights") {
    CHECK(inside({}, false, [] { return prctl(PR_GET_DUMPABLE); }) == 0);
    CHECK(inside({}, false, [] { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }) == 1);
    CHECK(inside({}, false, [] {
              rlimit core{};
              getrlimit(RLIMIT_CORE, &core);
              return core.rlim_max == 0 && core.rlim_cur == 0 ? 0 : 1;
          }) == 0);
}

TEST_CASE("jail: only what is named can be read, and nothing of it written") {
    const TemporaryFolder open_to_it;
    const TemporaryFolder shut;
    open_to_it.write("file", "x");
    const auto outside = shut.write("file", "x");
    const auto alone = shut.write("alone", "x");
    const Jail jail{.readable = {open_to_it.path(), alone, "/nonexistent/place"}};
    check_files(jail, "read below", 0, [&] { return open_error(open_to_it.file("file"), O_RDONLY); });
    check_files(jail, "list", 0, [&] { return open_error(open_to_it.path(), O_RDONLY | O_DIRECTORY); });
    check_files(jail, "read a named file", 0, [&] { return open_error(alone, O_RDONLY); });
    check_files(jail, "read elsewhere", EACCES, [&] { return open_error(outside, O_RDONLY); });
    check_files(jail, "list elsewhere", EACCES, [&] { return open_error(shut.path(), O_RDONLY | O_DIRECTORY); });
    check_files(jail, "read the root folder", EACCES, [] { return open_error("/", O_RDONLY | O_DIRECTORY); });
    check_files(jail, "write", EACCES, [&] { return open_error(open_to_it.file("file"), O_WRONLY); });
    check_files(jail, "make", EACCES, [&] { return open_error(open_to_it.file("new"), O_WRONLY | O_CREAT); });
    check_files(jail, "truncate", EACCES,
                [&] { return error_of([&] { return truncate(open_to_it.file("file").c_str(), 0); }); });
    check_files(jail, "remove", EACCES,
                [&] { return error_of([&] { return unlink(open_to_it.file("file").c_str()); }); });
    CHECK(open_to_it.read("file") == "x");
}

TEST_CASE("jail: in the writable folder files are made, written and removed, and nothing else") {
    const TemporaryFolder spool;
    const TemporaryFolder other;
    spool.write("there", "content");
    const auto folder = spool.open();
    const int in = folder.get();
    const Jail jail{.readable = system_places, .writable = in};
    const auto at = [&](const char* name, int flags) {
        return error_of([&] { return openat(in, name, flags | O_CLOEXEC, 0600); });
    };
    check_files(jail, "make and write", 0, [&] {
        const int fd = openat(in, "new", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) return errno;
        return write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0 ? 0 : errno;
    });
    check_files(jail, "O_TMPFILE", 0, [&] {
        const int fd = openat(in, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0) return errno;
        return write(fd, "x", 1) == 1 && lseek(fd, 0, SEEK_SET) == 0 ? 0 : errno;
    });
    check_files(jail, "truncate", 0, [&] { return at("there", O_WRONLY | O_TRUNC); });
    check_files(jail, "remove", 0, [&] { return error_of([&] { return unlinkat(in, "there", 0); }); });
    check_files(jail, "make a folder", EACCES, [&] { return error_of([&] { return mkdirat(in, "d", 0700); }); });
    check_files(jail, "make a link", EACCES,
                [&] { return error_of([&] { return symlinkat("/etc/passwd", in, "l"); }); });
    check_files(jail, "make a device", EACCES,
                [&] { return error_of([&] { return mknodat(in, "p", S_IFIFO | 0600, 0); }); });
    check_files(jail, "leave by ..", EACCES, [&] { return at("../new", O_WRONLY | O_CREAT); });
    check_files(jail, "write elsewhere", EACCES, [&] { return open_error(other.file("x"), O_WRONLY | O_CREAT); });
}

TEST_CASE("jail: accounts can still be looked up") {
    const Jail jail{.readable = system_places};
    const int status = inside(jail, false, [] {
        const passwd* const root = getpwnam("root");
        if (root == nullptr || root->pw_uid != 0) return 1;
        errno = 0;
        return getpwnam("no-such-account") == nullptr && (errno == 0 || errno == ENOENT) ? 0 : 2;
    });
    if (status == lacks_seccomp) {
        WARN("this kernel has no seccomp: skipped");
        return;
    }
    CHECK(status == 0);
}

TEST_CASE("jail: names of hosts and times are still to be had") {
    const Jail jail{.readable = system_places};
    CHECK(inside(jail, false, [] {
              const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
              return fd >= 0 ? 0 : errno;
          }) == 0);
}

TEST_CASE("jail: no child is left behind") {
    const int status = inside({}, false, [] {
        // root may have as many as it likes
        if (geteuid() == 0 && setresuid(ordinary_user, ordinary_user, ordinary_user) != 0) return 1;
        const pid_t child = fork();
        if (child == 0) _exit(0);
        return child < 0 ? errno : 0;
    });
    CHECK((status == EAGAIN || status == lacks_seccomp));
}

TEST_CASE("jail: no port is bound, where Landlock knows of ports") {
    const auto version = syscall(SYS_landlock_create_ruleset, nullptr, 0, 1);
    const int status = inside({}, true, [] {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    });
    if (status != lacks_landlock) CHECK(status == (version >= 4 ? EACCES : 0));
}
