#include "lib/privsep/syscall_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace mail::privsep {
namespace {

constexpr std::array denied{
    // start a program
    SYS_execve, SYS_execveat,
    // reach into another process
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_kcmp,
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
#if defined(__x86_64__)
constexpr std::uint32_t first_x32_call = 0x40000000;  // a second table of the same calls on x86-64
#else
constexpr std::uint32_t first_x32_call = UINT32_MAX;
#endif

constexpr sock_filter statement(unsigned code, std::uint32_t k) { return {static_cast<std::uint16_t>(code), 0, 0, k}; }
constexpr sock_filter jump(unsigned code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
    return {static_cast<std::uint16_t>(code), yes, no, k};
}

// Head, two instructions a call, tail.
consteval auto make_program() {
    constexpr std::size_t head = 6;
    std::array<sock_filter, head + 2 * denied.size() + 1> program{};
    constexpr unsigned load = BPF_LD | BPF_W | BPF_ABS;
    constexpr unsigned equal = BPF_JMP | BPF_JEQ | BPF_K;
    constexpr unsigned at_least = BPF_JMP | BPF_JGE | BPF_K;
    constexpr unsigned answer = BPF_RET | BPF_K;
    std::size_t at = 0;
    program[at++] = statement(load, offsetof(seccomp_data, arch));
    program[at++] = jump(equal, architecture, 1, 0);
    program[at++] = statement(answer, SECCOMP_RET_KILL_PROCESS);
    program[at++] = statement(load, offsetof(seccomp_data, nr));
    program[at++] = jump(at_least, first_x32_call, 0, 1);
    program[at++] = statement(answer, refusal);
    for (const auto call : denied) {
        program[at++] = jump(equal, static_cast<std::uint32_t>(call), 0, 1);
        program[at++] = statement(answer, refusal);
    }
    program[at++] = statement(answer, SECCOMP_RET_ALLOW);
    return program;
}

}  // namespace

Result<bool> filter_syscalls() {
    if constexpr (architecture == 0) return false;
    static constexpr auto program = make_program();
    const sock_fprog filter{.len = program.size(), .filter = const_cast<sock_filter*>(program.data())};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0) return true;
    if (errno == EINVAL) return false;
    return std::unexpected(system_failure("internal error", "prctl PR_SET_SECCOMP", errno));
}

}  // namespace mail::privsep
