#include "lib/privsep/syscall_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mail::privsep {
namespace {

constexpr std::array denied{
    // start a program
    SYS_execve, SYS_execveat,
    // reach into another process
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp,
    // signal one
    SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal,
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

constexpr std::uint32_t refusal = SECCOMP_RET_ERRNO | EPERM;
// What a kernel without the call says: the C library then uses the older one.
constexpr std::uint32_t absence = SECCOMP_RET_ERRNO | ENOSYS;

// The flags of clone that make a namespace (sched.h and linux/sched.h): mount, cgroup, UTS, IPC, user, pid, network.
constexpr std::uint32_t new_namespaces = 0x7e020000;

#if defined(__x86_64__)
constexpr std::uint32_t first_x32_call = 0x40000000;  // a second table of the same calls on x86-64
#else
constexpr std::uint32_t first_x32_call = UINT32_MAX;
#endif

// Where seccomp_data has the low half of a call's argument.
constexpr std::uint32_t argument(std::size_t number) {
    const std::size_t low_half = std::endian::native == std::endian::little ? 0 : 4;
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * number + low_half);
}

#if defined(__s390x__)
constexpr std::size_t clone_flags = 1;
#else
constexpr std::size_t clone_flags = 0;
#endif

constexpr sock_filter statement(unsigned code, std::uint32_t k) { return {static_cast<std::uint16_t>(code), 0, 0, k}; }
constexpr sock_filter jump(unsigned code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
    return {static_cast<std::uint16_t>(code), yes, no, k};
}

// The program: loads the architecture and the call's number, looks at the arguments of two calls, then searches the
// sorted calls as a binary tree. The kernel runs a new filter once for each of its calls, so that a straight list would
// make every connection begin 35 us later.
class Program {
public:
    consteval Program() {
        std::ranges::sort(calls_);
        add(statement(load, offsetof(seccomp_data, arch)));
        add(jump(equal, architecture, 0, to(refuse)));
        add(statement(load, offsetof(seccomp_data, nr)));
        add(jump(at_least, first_x32_call, to(refuse), 0));
        // A child is nobody's harm, one in a namespace of its own may be; clone3 hides its flags in memory.
        add(jump(equal, SYS_clone3, to(absent), 0));
        add(jump(equal, SYS_clone, 0, 2));
        add(statement(load, argument(clone_flags)));
        add(jump(any_bit, new_namespaces, to(refuse), to(allow)));
        // The limits of this process, which is 0, and of no other.
        add(jump(equal, SYS_prlimit64, 0, 2));
        add(statement(load, argument(0)));
        add(jump(equal, 0, to(allow), to(refuse)));
        search(0, calls_.size());
        add(statement(answer, SECCOMP_RET_ALLOW));
        add(statement(answer, refusal));
        add(statement(answer, absence));
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

    static constexpr std::size_t head = 11;
    // Behind the head a leaf for each call, a fork for each but one, and three answers.
    static constexpr std::size_t allow = head + denied.size() + (denied.size() - 1);
    static constexpr std::size_t refuse = allow + 1;
    static constexpr std::size_t absent = allow + 2;
    static constexpr std::size_t size = allow + 3;
    static_assert(size <= UINT8_MAX, "a jump of the filter reaches 255 instructions");

    constexpr void add(sock_filter instruction) { code_[at_++] = instruction; }
    // Jumps count from the next instruction.
    [[nodiscard]] constexpr std::uint8_t to(std::size_t target) const {
        return static_cast<std::uint8_t>(target - at_ - 1);
    }
    constexpr void search(std::size_t first, std::size_t last) {
        const auto middle = first + (last - first) / 2;
        const auto call = static_cast<std::uint32_t>(calls_[middle]);
        if (last - first == 1) return add(jump(equal, call, to(refuse), to(allow)));
        const auto fork = at_;
        add({});
        search(first, middle);
        const auto upper_half = static_cast<std::uint8_t>(at_ - fork - 1);
        code_[fork] = jump(at_least, call, upper_half, 0);
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
