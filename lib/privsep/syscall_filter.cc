#include "lib/privsep/syscall_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace mail::privsep {
namespace {

// Younger than some headers; the numbers are the same everywhere.
constexpr int fchmodat2 = 452;
constexpr int setxattrat = 463;
constexpr int removexattrat = 466;
constexpr int file_setattr = 469;

constexpr std::array denied{
    // start a program
    SYS_execve, SYS_execveat,
    // reach into another process
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp,
    // signal one, or change how it runs
    SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_setpriority,
    SYS_ioprio_set, SYS_sched_setaffinity, SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setscheduler,
    // change who may do what with a file: Landlock does not see these
    SYS_fchmod, SYS_fchmodat, fchmodat2, SYS_fchown, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_utimensat, setxattrat, removexattrat, file_setattr,
#if defined(SYS_chmod)  // younger architectures lack the older calls
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat,
#endif
    // serve somebody else
    SYS_listen, SYS_accept, SYS_accept4,
    // change what the process stands in
    SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2, SYS_unshare, SYS_setns, SYS_move_mount, SYS_open_tree,
    SYS_fsopen, SYS_fsmount, SYS_open_by_handle_at,
    // the kernel's own machinery, where its bugs have been
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
    SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_syslog, SYS_personality};

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint32_t architecture = AUDIT_ARCH_RISCV64;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
constexpr std::uint32_t architecture = AUDIT_ARCH_PPC64LE;
#elif defined(__s390x__)
constexpr std::uint32_t architecture = AUDIT_ARCH_S390X;
#else
constexpr std::uint32_t architecture = 0;
#endif

#if defined(__x86_64__)
constexpr std::uint32_t first_x32_call = 0x40000000;  // a second table of the same calls on x86-64
#else
constexpr std::uint32_t first_x32_call = UINT32_MAX;
#endif

#if defined(__s390x__)
constexpr std::size_t clone_flags = 1;
#else
constexpr std::size_t clone_flags = 0;
#endif

// A call that is refused for some values of one argument's low half.
struct Rule {
    enum class Test { only, none_of, no_bit_of };  // what the argument has to be
    long call;
    std::size_t argument;
    Test test;
    std::array<std::uint32_t, 5> values;
    std::size_t count;

    constexpr Rule(long c, std::size_t a, Test t, std::initializer_list<std::uint32_t> v)
        : call(c), argument(a), test(t), values{}, count(v.size()) {
        std::ranges::copy(v, values.begin());
    }
    // How many instructions it takes: two to find it, its values, the end where it needs one, the number again.
    [[nodiscard]] constexpr std::size_t length() const { return 2 + count + (test == Test::only ? 1 : 0) + 1; }
};

// The flags of clone that make a namespace (sched.h, linux/sched.h): mount, cgroup, UTS, IPC, user, pid, network.
constexpr std::uint32_t new_namespaces = 0x7e020000;

constexpr std::array rules{
    Rule{SYS_clone, clone_flags, Rule::Test::no_bit_of, {new_namespaces}},
    // the limits of this process, which is 0, and of no other
    Rule{SYS_prlimit64, 0, Rule::Test::only, {0}},
    // no signals to others by way of a descriptor, no lease that makes the monitor wait, no typing for others,
    // no attributes of files
    Rule{SYS_fcntl, 1, Rule::Test::none_of, {F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE}},
    Rule{SYS_ioctl, 1, Rule::Test::none_of, {FIOSETOWN, SIOCSPGRP, TIOCSTI, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR}},
    // what name services need
    Rule{SYS_socket, 0, Rule::Test::only, {AF_UNIX, AF_INET, AF_INET6}},
    Rule{SYS_socket, 2, Rule::Test::only, {0, IPPROTO_TCP, IPPROTO_UDP}},
};

constexpr std::uint32_t refusal = SECCOMP_RET_ERRNO | EPERM;
// What a kernel without the call says: the C library then uses the older one.
constexpr std::uint32_t absence = SECCOMP_RET_ERRNO | ENOSYS;

// Where seccomp_data has the low half of a call's argument.
constexpr std::uint32_t low_half_of(std::size_t argument) {
    const std::size_t low = std::endian::native == std::endian::little ? 0 : 4;
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * argument + low);
}

// The program: loads the architecture and the call's number, looks at the arguments of a few calls, then searches the
// sorted calls as a binary tree. The kernel runs a new filter once for each of its calls, so that a straight list would
// make every connection begin 35 us later.
class Program {
public:
    consteval Program() {
        std::ranges::sort(calls_);
        add(load, offsetof(seccomp_data, arch));
        branch(equal, architecture, at_ + 1, refuse);
        add(load, offsetof(seccomp_data, nr));
        branch(at_least, first_x32_call, refuse, at_ + 1);
        // clone3 hides its flags in memory.
        branch(equal, SYS_clone3, absent, at_ + 1);
        for (const auto& rule : rules) apply(rule);
        search(0, calls_.size());
        add(answer, SECCOMP_RET_ALLOW);
        add(answer, refusal);
        add(answer, absence);
    }

    [[nodiscard]] constexpr sock_fprog filter() const {
        return {.len = size, .filter = const_cast<sock_filter*>(code_.data())};
    }

private:
    static constexpr unsigned load = BPF_LD | BPF_W | BPF_ABS;
    static constexpr unsigned equal = BPF_JMP | BPF_JEQ | BPF_K;
    static constexpr unsigned at_least = BPF_JMP | BPF_JGE | BPF_K;
    static constexpr unsigned any_bit = BPF_JMP | BPF_JSET | BPF_K;
    static constexpr unsigned answer = BPF_RET | BPF_K;

    static constexpr std::size_t head = 5;
    static constexpr std::size_t rules_length = [] {
        std::size_t sum = 0;
        for (const auto& rule : rules) sum += rule.length();
        return sum;
    }();
    // Behind the rules a leaf for each call, a fork for each but one, and three answers.
    static constexpr std::size_t allow = head + rules_length + denied.size() + (denied.size() - 1);
    static constexpr std::size_t refuse = allow + 1;
    static constexpr std::size_t absent = allow + 2;
    static constexpr std::size_t size = allow + 3;
    static_assert(size <= UINT8_MAX, "a jump of the filter reaches 255 instructions");

    constexpr void add(unsigned code, std::uint32_t k) {
        code_[at_++] = {.code = static_cast<std::uint16_t>(code), .jt = 0, .jf = 0, .k = k};
    }
    constexpr sock_filter jump(std::size_t from, unsigned code, std::uint32_t k, std::size_t yes, std::size_t no) {
        // Jumps count from the next instruction.
        return {.code = static_cast<std::uint16_t>(code),
                .jt = static_cast<std::uint8_t>(yes - from - 1),
                .jf = static_cast<std::uint8_t>(no - from - 1),
                .k = k};
    }
    constexpr void branch(unsigned code, std::uint32_t k, std::size_t yes, std::size_t no) {
        code_[at_] = jump(at_, code, k, yes, no);
        ++at_;
    }
    constexpr void apply(const Rule& rule) {
        const auto done = at_ + rule.length();
        const auto passed = done - 1;  // where the number is loaded again
        branch(equal, static_cast<std::uint32_t>(rule.call), at_ + 1, done);
        add(load, low_half_of(rule.argument));
        for (std::size_t i = 0; i < rule.count; ++i) {
            const bool wanted = rule.test == Rule::Test::only;
            branch(rule.test == Rule::Test::no_bit_of ? any_bit : equal, rule.values[i], wanted ? passed : refuse,
                   at_ + 1);
        }
        if (rule.test == Rule::Test::only) add(answer, refusal);
        add(load, offsetof(seccomp_data, nr));
    }
    constexpr void search(std::size_t first, std::size_t last) {
        const auto middle = first + (last - first) / 2;
        const auto call = static_cast<std::uint32_t>(calls_[middle]);
        if (last - first == 1) return branch(equal, call, refuse, allow);
        const auto fork = at_++;
        search(first, middle);
        code_[fork] = jump(fork, at_least, call, at_, fork + 1);
        search(middle, last);
    }

    std::remove_const_t<decltype(denied)> calls_ = denied;
    std::array<sock_filter, size> code_{};
    std::size_t at_ = 0;
};

}  // namespace

Result<bool> filter_syscalls() {
    if constexpr (architecture == 0) return false;
    static constexpr Program program;
    const auto filter = program.filter();
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0) return true;
    if (errno == EINVAL) return false;
    return std::unexpected(system_failure("internal error", "prctl PR_SET_SECCOMP", errno));
}

}  // namespace mail::privsep
