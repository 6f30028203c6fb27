#include "lib/privsep/jail.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <functional>

#include "tests/unit/temporary_folder.h"

using namespace mail;
using privsep::Jail;
using test::TemporaryFolder;

namespace {

constexpr int lacks_landlock = 77;
constexpr int lacks_seccomp = 78;
constexpr int not_entered = 79;

const std::vector<std::string> system_places{"/etc", "/usr", "/lib", "/lib64", "/run"};

// Runs `attempt` in a child that has entered the jail; its exit status is what `attempt` gives.
int inside(const Jail& jail, bool needs_landlock, const std::function<int()>& attempt) {
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

void check_files(const Jail& jail, const char* name, int expected, const std::function<int()>& attempt) {
    const int status = inside(jail, true, attempt);
    if (status == lacks_landlock) {
        WARN("this kernel has no Landlock: skipped");
        return;
    }
    INFO(name);
    CHECK(status == expected);
}

int open_error(const std::string& path, int flags) {
    return error_of([&] { return open(path.c_str(), flags | O_CLOEXEC, 0600); });
}

}  // namespace

TEST_CASE("jail: no program is started") {
    char name[] = "/bin/true";
    char* arguments[] = {name, nullptr};
    char* environment[] = {nullptr};
    check_refused("execve", [&] { return execve(name, arguments, environment); });
    check_refused("execveat", [&] { return syscall(SYS_execveat, AT_FDCWD, name, arguments, environment, 0); });
    const os::Fd program(open(name, O_RDONLY | O_CLOEXEC));
    check_refused("fexecve", [&] { return fexecve(program.get(), arguments, environment); });
}

TEST_CASE("jail: no process is signalled, traced or read") {
    const pid_t other = getpid();
    siginfo_t queued{};
    queued.si_code = -1;
    REQUIRE(kill(other, 0) == 0);
    check_refused("kill", [&] { return kill(other, 0); });
    check_refused("tkill", [&] { return syscall(SYS_tkill, other, 0); });
    check_refused("tgkill", [&] { return syscall(SYS_tgkill, other, other, 0); });
    check_refused("rt_sigqueueinfo", [&] { return syscall(SYS_rt_sigqueueinfo, other, 0, &queued); });
    check_refused("rt_tgsigqueueinfo", [&] { return syscall(SYS_rt_tgsigqueueinfo, other, other, 0, &queued); });
    check_refused("ptrace", [&] { return ptrace(PTRACE_ATTACH, other, nullptr, nullptr); });
    check_refused("ptrace of itself", [] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); });
    check_refused("process_vm_readv", [&] {
        char octet = 0;
        iovec place{.iov_base = &octet, .iov_len = 1};
        return process_vm_readv(other, &place, 1, &place, 1, 0);
    });
}

TEST_CASE("jail: nobody else is served") {
    check_refused("listen", [] {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        return fd < 0 ? 0 : listen(fd, 1);
    });
    check_refused("accept", [] { return accept(socket(AF_INET, SOCK_STREAM, 0), nullptr, nullptr); });
}

TEST_CASE("jail: no namespace is changed or made") {
    check_refused("unshare", [] { return unshare(CLONE_NEWUSER); });
    check_refused("setns", [] { return setns(-1, 0); });
    check_refused("chroot", [] { return chroot("/"); });
    check_refused("mount", [] { return syscall(SYS_mount, "x", "/", "tmpfs", 0, nullptr); });
    check_refused("clone into a user namespace", [] {
        const long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
        if (child == 0) _exit(0);
        return child;
    });
}

TEST_CASE("jail: clone3, whose flags no filter can see, makes no namespace either") {
    const int status = inside({}, false, [] {
        clone_args wanted{};
        wanted.flags = CLONE_NEWUSER;
        wanted.exit_signal = SIGCHLD;
        return error_of([&] {
            const long child = syscall(SYS_clone3, &wanted, sizeof wanted);
            if (child == 0) _exit(0);
            return child;
        });
    });
    // glibc takes ENOSYS for an old kernel, and uses clone.
    CHECK((status == EPERM || status == ENOSYS || status == lacks_seccomp));
}

TEST_CASE("jail: each call that is denied is denied, by number") {
    // With arguments that would have no effect.
    constexpr long denied[] = {SYS_execve,
                               SYS_execveat,
                               SYS_ptrace,
                               SYS_process_vm_readv,
                               SYS_process_vm_writev,
                               SYS_kill,
                               SYS_tkill,
                               SYS_tgkill,
                               SYS_rt_sigqueueinfo,
                               SYS_rt_tgsigqueueinfo,
                               SYS_pidfd_getfd,
                               SYS_kcmp,
                               SYS_listen,
                               SYS_accept,
                               SYS_pidfd_send_signal,
                               SYS_accept4,
                               SYS_chroot,
                               SYS_pivot_root,
                               SYS_mount,
                               SYS_umount2,
                               SYS_unshare,
                               SYS_setns,
                               SYS_move_mount,
                               SYS_open_tree,
                               SYS_fsopen,
                               SYS_fsmount,
                               SYS_bpf,
                               SYS_open_by_handle_at,
                               SYS_perf_event_open,
                               SYS_userfaultfd,
                               SYS_io_uring_setup,
                               SYS_io_uring_enter,
                               SYS_io_uring_register,
                               SYS_add_key,
                               SYS_request_key,
                               SYS_keyctl,
                               SYS_init_module,
                               SYS_finit_module,
                               SYS_delete_module,
                               SYS_kexec_load,
                               SYS_reboot,
                               SYS_swapon,
                               SYS_swapoff,
                               SYS_acct,
                               SYS_syslog,
                               SYS_personality};
    for (const long call : denied) {
        INFO("system call " << call);
        check_refused("by number", [&] { return syscall(call, -1, -1, -1, -1, -1, -1); });
    }
#if defined(__x86_64__)
    check_refused("an x32 call", [] { return syscall(0x40000000L | SYS_getpid); });
#endif
}

TEST_CASE("jail: what a session needs is not denied") {
    constexpr long needed[] = {SYS_read,       SYS_write,      SYS_pread64,       SYS_openat,       SYS_close,
                               SYS_fstat,      SYS_newfstatat, SYS_statx,         SYS_lseek,        SYS_fstatfs,
                               SYS_ftruncate,  SYS_fcntl,      SYS_unlinkat,      SYS_ppoll,        SYS_socket,
                               SYS_connect,    SYS_sendto,     SYS_recvfrom,      SYS_sendmsg,      SYS_recvmsg,
                               SYS_getsockopt, SYS_setsockopt, SYS_getrandom,     SYS_getuid,       SYS_getpid,
                               SYS_gettid,     SYS_munmap,     SYS_clock_gettime, SYS_memfd_create, SYS_rt_sigaction};
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
