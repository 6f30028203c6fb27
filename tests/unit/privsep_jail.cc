#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <functional>

#include "tests/unit/jail.h"
#include "tests/unit/temporary_folder.h"

using namespace mail;
using namespace mail::test;

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
                               SYS_setpriority,
                               SYS_ioprio_set,
                               SYS_sched_setaffinity,
                               SYS_sched_setattr,
                               SYS_sched_setparam,
                               SYS_sched_setscheduler,
                               SYS_fchmod,
                               SYS_fchmodat,
                               fchmodat2,
                               SYS_fchown,
                               SYS_fchownat,
                               SYS_setxattr,
                               SYS_lsetxattr,
                               SYS_fsetxattr,
                               SYS_removexattr,
                               SYS_lremovexattr,
                               SYS_fremovexattr,
                               SYS_utimensat,
#if defined(SYS_chmod)
                               SYS_chmod,
                               SYS_chown,
                               SYS_lchown,
                               SYS_utime,
                               SYS_utimes,
                               SYS_futimesat,
#endif
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

TEST_CASE("jail: no process is made to run otherwise") {
    const auto self = static_cast<id_t>(getpid());
    const sched_param normal{};
    cpu_set_t processors;
    REQUIRE(sched_getaffinity(0, sizeof processors, &processors) == 0);
    check_only_jailed("setpriority", [&] { return setpriority(PRIO_PROCESS, self, getpriority(PRIO_PROCESS, self)); });
    check_only_jailed("setpriority of its own", [] { return setpriority(PRIO_PROCESS, 0, 19); });
    check_only_jailed("sched_setaffinity", [&] { return sched_setaffinity(0, sizeof processors, &processors); });
    check_only_jailed("sched_setscheduler", [&] { return sched_setscheduler(0, SCHED_OTHER, &normal); });
    check_only_jailed("sched_setparam", [&] { return sched_setparam(0, &normal); });
    check_only_jailed("prlimit of another", [&] {
        rlimit limit{};
        return prlimit(getppid(), RLIMIT_NOFILE, nullptr, &limit);
    });
    CHECK(inside({}, false, [] {
              rlimit limit{};
              return error_of([&] { return prlimit(0, RLIMIT_NOFILE, nullptr, &limit); });
          }) == 0);
}

TEST_CASE("jail: no file changes owner, mode, attributes or times") {
    const TemporaryFolder folder;
    const auto path = folder.write("file", "x");
    const auto* const name = path.c_str();
    const os::Fd file(open(name, O_RDWR | O_CLOEXEC));
    const int fd = file.get();
    check_only_jailed("chmod", [&] { return chmod(name, 0600); });
    check_only_jailed("fchmod", [&] { return fchmod(fd, 0600); });
    check_only_jailed("fchmodat", [&] { return fchmodat(AT_FDCWD, name, 0600, 0); });
    check_only_jailed("fchmodat2", [&] { return syscall(fchmodat2, AT_FDCWD, name, 0600, 0); });
    check_only_jailed("chown", [&] { return chown(name, geteuid(), getegid()); });
    check_only_jailed("lchown", [&] { return lchown(name, geteuid(), getegid()); });
    check_only_jailed("fchown", [&] { return fchown(fd, geteuid(), getegid()); });
    check_only_jailed("fchownat", [&] { return fchownat(AT_FDCWD, name, geteuid(), getegid(), 0); });
    check_only_jailed("setxattr", [&] { return setxattr(name, "user.x", "y", 1, 0); });
    check_only_jailed("lsetxattr", [&] { return lsetxattr(name, "user.x", "y", 1, 0); });
    check_only_jailed("fsetxattr", [&] { return fsetxattr(fd, "user.x", "y", 1, 0); });
    check_only_jailed("removexattr", [&] { return removexattr(name, "user.x"); });
    check_only_jailed("lremovexattr", [&] { return lremovexattr(name, "user.x"); });
    check_only_jailed("fremovexattr", [&] { return fremovexattr(fd, "user.x"); });
    check_only_jailed("utimensat", [&] { return utimensat(AT_FDCWD, name, nullptr, 0); });
    check_only_jailed("futimens", [&] { return futimens(fd, nullptr); });
    check_only_jailed("utime", [&] { return utime(name, nullptr); });
    check_only_jailed("utimes", [&] { return utimes(name, nullptr); });
}

TEST_CASE("jail: nor by the calls that newer kernels have for that") {
    constexpr int setxattrat = 463;
    constexpr int removexattrat = 466;
    constexpr int file_setattr = 469;
    for (const long call : {setxattrat, removexattrat, file_setattr}) {
        INFO("system call " << call);
        check_refused("by number", [&] { return syscall(call, -1, -1, -1, -1, -1, -1); });
    }
}

TEST_CASE("jail: a descriptor is no way to signal others, to make them wait or to type for them") {
    const auto pipe = [] {
        static int ends[2];
        if (::pipe(ends) != 0) _exit(not_entered);
        return ends[0];
    };
    const TemporaryFolder folder;
    check_only_jailed("F_SETOWN", [&] { return fcntl(pipe(), F_SETOWN, getpid()); });
    check_only_jailed("F_SETOWN_EX", [&] {
        f_owner_ex owner{.type = F_OWNER_PID, .pid = getpid()};
        return fcntl(pipe(), F_SETOWN_EX, &owner);
    });
    check_only_jailed("F_SETSIG", [&] { return fcntl(pipe(), F_SETSIG, SIGUSR1); });
    const os::Fd file(open(folder.write("file", "x").c_str(), O_RDONLY | O_CLOEXEC));
    check_only_jailed("F_SETLEASE", [&] { return fcntl(file.get(), F_SETLEASE, F_UNLCK); });
    const auto socket_owner = [](unsigned long request) {
        pid_t self = getpid();
        return ioctl(socket(AF_INET, SOCK_DGRAM, 0), request, &self);
    };
    check_only_jailed("FIOSETOWN", [&] { return socket_owner(FIOSETOWN); });
    check_only_jailed("SIOCSPGRP", [&] { return socket_owner(SIOCSPGRP); });
    check_only_jailed("TIOCSTI", [&] { return ioctl(pipe(), TIOCSTI, "x"); });
    for (const int harmless : {F_GETFD, F_GETFL, F_GETOWN}) {
        INFO("fcntl " << harmless);
        CHECK(inside({}, false, [&] { return error_of([&] { return fcntl(pipe(), harmless); }); }) == 0);
    }
    CHECK(inside({}, false, [&] {
              int waiting = 0;
              return error_of([&] { return ioctl(pipe(), FIONREAD, &waiting); });
          }) == 0);
    CHECK(inside({}, false, [] { return memfd_create("x", MFD_ALLOW_SEALING) < 0; }) == 0);
}

TEST_CASE("jail: only the sockets that a resolver and a log need") {
    const auto outcome = [](int family, int type, int protocol) {
        return inside({}, false, [=] { return error_of([=] { return socket(family, type, protocol); }); });
    };
    for (const int family : {AF_UNIX, AF_INET, AF_INET6}) {
        INFO("family " << family);
        CHECK(outcome(family, SOCK_DGRAM, 0) != EPERM);
    }
    CHECK(outcome(AF_INET, SOCK_STREAM, IPPROTO_TCP) == 0);
    CHECK(outcome(AF_INET, SOCK_DGRAM, IPPROTO_UDP) == 0);
    for (int family = 0; family < AF_MAX; ++family) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
        INFO("family " << family);
        const int status = outcome(family, SOCK_DGRAM, 0);
        CHECK((status == EPERM || status == lacks_seccomp));
    }
    for (int protocol = 1; protocol < 256; ++protocol) {
        if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) continue;
        INFO("protocol " << protocol);
        const int status = outcome(AF_INET, SOCK_RAW, protocol);
        CHECK((status == EPERM || status == lacks_seccomp));
    }
}
