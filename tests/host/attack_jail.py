#!/usr/bin/python3
"""What an attacker who runs code in a session can do: system calls made inside a real one, from outside by ptrace."""
import contextlib
import ctypes
import errno
import os
import pathlib
import platform
import pwd
import re
import signal
import struct

import host

PTRACE_SINGLESTEP, PTRACE_GETREGS, PTRACE_SETREGS, PTRACE_ATTACH = 9, 12, 13, 16
REGISTERS = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss"
             " fs_base gs_base ds es fs gs").split()
SYSCALL, INT_80 = b"\x0f\x05", b"\xcd\x80"
# x86-64's numbers
OPEN, SOCKET, LISTEN, CLONE, FORK, EXECVE, KILL, FCNTL = 2, 41, 50, 56, 57, 59, 62, 72
TRUNCATE, RENAME, MKDIR, LINK, UNLINK, SYMLINK, CHMOD, FCHMODAT, CHOWN = 76, 82, 83, 86, 87, 88, 90, 268, 92
PTRACE, RT_SIGQUEUEINFO, UTIME, MKNOD, SETPRIORITY, PRCTL = 101, 129, 132, 133, 141, 157
CHROOT, MOUNT, SETXATTR, TKILL, TGKILL, KEYCTL, UNSHARE = 161, 165, 188, 200, 234, 250, 272
PERF_EVENT_OPEN, PRLIMIT64, SETNS, BPF, USERFAULTFD, IO_URING_SETUP, PIDFD_OPEN, CLONE3 = (
    298, 302, 308, 321, 323, 425, 434, 435)
PIDFD_GETFD, FCHMODAT2 = 438, 452
X32 = 0x40000000
F_SETOWN, F_SETOWN_EX = 8, 15
NEW_USER, NEW_NET, NO_NEW_PRIVS, SECCOMP = 0x10000000, 0x40000000, 38, 22
AT_FDCWD = -100
NETLINK, NETFILTER, INET, STREAM, DGRAM, RAW = 16, 12, 2, 1, 2, 3
SPOOL, STATE = host.ROOT / "spool", host.ROOT / "state"


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in REGISTERS]


LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Inside:
    """A session that makes the system calls it is told to. It waits in one: the instruction is there already."""

    def __init__(self, pid):
        self.pid = pid
        assert LIBC.ptrace(PTRACE_ATTACH, pid, None, None) == 0, os.strerror(ctypes.get_errno())
        os.waitpid(pid, 0)
        self._saved = Registers()
        LIBC.ptrace(PTRACE_GETREGS, pid, None, ctypes.addressof(self._saved))
        self._memory = os.open(f"/proc/{pid}/mem", os.O_RDWR)
        self._call = self._saved.rip - len(SYSCALL)
        assert os.pread(self._memory, 2, self._call) == SYSCALL

    def _run(self, **registers):
        now = Registers.from_buffer_copy(self._saved)
        now.rip, now.orig_rax = self._call, 2**64 - 1
        for name, value in registers.items():
            setattr(now, name, value % 2**64)
        stopped_by = None
        while stopped_by != signal.SIGTRAP:  # another signal comes before the call is made
            LIBC.ptrace(PTRACE_SETREGS, self.pid, None, ctypes.addressof(now))
            LIBC.ptrace(PTRACE_SINGLESTEP, self.pid, None, None)
            status = os.waitpid(self.pid, 0)[1]
            assert os.WIFSTOPPED(status), f"the session died: {status}"
            stopped_by = os.WSTOPSIG(status)
        LIBC.ptrace(PTRACE_GETREGS, self.pid, None, ctypes.addressof(now))
        return ctypes.c_longlong(now.rax).value

    def call(self, number, *arguments):
        """What it returns, or -errno. Texts are put on the session's stack."""
        place, values = self._saved.rsp - 16384, []
        for argument in arguments:
            if isinstance(argument, (str, os.PathLike)):
                argument = os.fspath(argument).encode() + b"\0"
            if isinstance(argument, bytes):
                os.pwrite(self._memory, argument, place)
                values.append(place)
                place += -(-len(argument) // 16) * 16
            else:
                values.append(argument)
        values += [0] * (6 - len(values))
        return self._run(rax=number, **dict(zip(("rdi", "rsi", "rdx", "r10", "r8", "r9"), values)))

    def call_as_i386(self, number):
        os.pwrite(self._memory, INT_80, self._call)
        try:
            return ctypes.c_int(self._run(rax=number) % 2**32).value
        finally:
            os.pwrite(self._memory, SYSCALL, self._call)


# --- two sessions: the attacker's and another client's ---

def sessions():
    uid = pwd.getpwnam("mayfly").pw_uid
    found = []
    for pid in host.running("smtpd"):
        with contextlib.suppress(OSError):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            if re.search(rf"^Uid:\t{uid}\t", status, re.MULTILINE):
                found.append(pid)
    return sorted(found)


class Break:
    """Inside one session, with another client's beside it."""

    def __enter__(self):
        self.clients = [host.Client(), host.Client()]
        for client in self.clients:
            client.expect("220")
            client.say("NOOP", "250")
        mine, self.other = host.until(lambda: len(sessions()) == 2 and sessions(), "two sessions")
        self.inside = Inside(mine)
        return self

    def __exit__(self, *_):
        for pid in host.running("smtpd"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.inside.pid, 0)
        for client in self.clients:
            client.__exit__()
        for file in (SPOOL / "incoming").iterdir():
            file.unlink()

    def refuses(self, attempts):
        """Every attempt must fail; those that did not are named together."""
        done = [what for what, number, *arguments in attempts
                if self.inside.call(number, *arguments) >= 0]
        assert not done, f"a session can: {'; '.join(done)}"


def owned_by_mayfly(path):
    path.parent.mkdir(exist_ok=True)
    path.write_text("a secret\n")
    os.chown(path, pwd.getpwnam("mayfly").pw_uid, -1)
    path.chmod(0o600)
    return path


@contextlib.contextmanager
def precious():
    """What the mayfly user owns and a session has no business with: the queue, root's mail."""
    files = [owned_by_mayfly(SPOOL / "deferred" / "Q1"), owned_by_mayfly(STATE / "Maildir" / "new" / "roots-mail")]
    folders = [SPOOL / "incoming", SPOOL / "deferred", STATE / "Maildir"]
    modes = {path: path.stat().st_mode for path in folders}
    try:
        yield files, folders
    finally:
        for path in files:
            path.unlink(missing_ok=True)
        for path, mode in modes.items():
            path.chmod(mode & 0o7777)


# --- the attempts ---

def test_what_it_needs():
    """The jail lets a session work: accounts, aliases, DNS"""
    with Break() as jail:
        for path in ("/etc/passwd", "/etc/aliases", "/etc/nsswitch.conf"):
            result = jail.inside.call(OPEN, path, os.O_RDONLY)
            assert result >= 0 or result == -errno.ENOENT, (path, result)
        assert jail.inside.call(SOCKET, INET, DGRAM, 0) >= 0


def test_programs_and_privileges():
    with Break() as jail:
        jail.refuses([("start a program", EXECVE, "/bin/sh", 0, 0),
                      ("take back no_new_privs", PRCTL, NO_NEW_PRIVS, 0, 0, 0, 0),
                      ("leave seccomp", PRCTL, SECCOMP, 0, 0, 0, 0),
                      ("call in the x32 way", X32 + 39)])
        assert jail.inside.call_as_i386(20) == -errno.EPERM, "a session can call in the i386 way"


def test_namespaces_and_kernel_machinery():
    """A user namespace makes root of anybody, with all of the kernel that root may ask"""
    with Break() as jail:
        jail.refuses([("unshare a user namespace", UNSHARE, NEW_USER),
                      ("clone into a user namespace", CLONE, NEW_USER | signal.SIGCHLD, 0, 0, 0, 0),
                      ("clone into a network namespace", CLONE, NEW_USER | NEW_NET | signal.SIGCHLD, 0, 0, 0, 0),
                      ("clone3 into a user namespace", CLONE3, struct.pack("8Q", NEW_USER, 0, 0, 0, 17, 0, 0, 0), 64),
                      ("setns", SETNS, 0, 0), ("chroot", CHROOT, "/"), ("mount", MOUNT, "none", "/tmp", "tmpfs", 0, 0),
                      ("io_uring", IO_URING_SETUP, 4, b"\0" * 256), ("bpf", BPF, 0, b"\0" * 256, 256),
                      ("userfaultfd", USERFAULTFD, 1), ("keyctl", KEYCTL, 0, -3, 0),
                      ("perf", PERF_EVENT_OPEN, b"\0" * 128, 0, -1, -1, 0)])


def test_processes_of_its_own():
    """It has no need of any; one left behind would hold the client's connection and the monitor"""
    with Break() as jail:
        jail.refuses([("fork", FORK), ("clone", CLONE, signal.SIGCHLD, 0, 0, 0, 0)])


def test_other_sessions():
    """They have the same uid: the kernel alone would let it"""
    with Break() as jail:
        other = jail.other
        info = struct.pack("iii", 0, 0, -1) + b"\0" * 128
        jail.refuses([("kill", KILL, other, 0), ("tkill", TKILL, other, 0), ("tgkill", TGKILL, other, other, 0),
                      ("rt_sigqueueinfo", RT_SIGQUEUEINFO, other, 0, info),
                      ("ptrace", PTRACE, PTRACE_ATTACH, other, 0, 0),
                      ("read its memory", OPEN, f"/proc/{other}/mem", os.O_RDONLY),
                      ("see its descriptors", OPEN, f"/proc/{other}/fd", os.O_RDONLY),
                      ("take its descriptors", PIDFD_GETFD, jail.inside.call(PIDFD_OPEN, other, 0), 0, 0),
                      ("limit its files", PRLIMIT64, other, 7, struct.pack("QQ", 64, 64), 0),
                      ("slow it down", SETPRIORITY, 0, other, 19)])


def test_signals_by_way_of_descriptors():
    """Who owns a descriptor gets a signal when there is something to read, even SIGKILL (F_SETSIG)"""
    with Break() as jail:
        fd = jail.inside.call(SOCKET, INET, DGRAM, 0)
        jail.refuses([("make it the owner", FCNTL, fd, F_SETOWN, jail.other),
                      ("make it the owner in the newer way", FCNTL, fd, F_SETOWN_EX, struct.pack("ii", 1, jail.other))])


def test_files():
    """Nothing is read but the system's files, nothing written but new files in incoming"""
    with Break() as jail, precious() as (files, folders):
        home = host.ROOT / "home" / "user1"
        read = [home, "/var/spool", "/proc/self/status", "/etc/shadow", "/dev/mem", "/root", *files, *folders[1:]]
        attempts = [(f"read {path}", OPEN, path, os.O_RDONLY) for path in read]
        made = [SPOOL / "deferred" / "x", host.ROOT / "x", STATE / "Maildir" / "new" / "x", "/etc/x"]
        attempts += [(f"make {path}", OPEN, path, os.O_CREAT | os.O_WRONLY, 0o600) for path in made]
        attempts += [("link into incoming", LINK, files[0], SPOOL / "incoming" / "q"),
                     ("move into incoming", RENAME, files[0], SPOOL / "incoming" / "q"),
                     ("make a link", SYMLINK, "/etc/shadow", SPOOL / "incoming" / "s"),
                     ("make a folder", MKDIR, SPOOL / "incoming" / "d", 0o700),
                     ("make a fifo", MKNOD, SPOOL / "incoming" / "f", 0o10600, 0)]
        attempts += [(f"remove {file}", UNLINK, file) for file in files]
        jail.refuses(attempts)


def test_what_landlock_does_not_see():
    """Modes, owners, times and, before its third version, sizes of what the mayfly user owns"""
    with Break() as jail, precious() as (files, folders):
        attempts = [(f"truncate {path}", TRUNCATE, path, 0) for path in files]
        attempts += [(f"chmod {path}", CHMOD, path, 0o777) for path in [*files, *folders]]
        attempts += [("fchmodat", FCHMODAT, AT_FDCWD, files[0], 0o666),
                     ("fchmodat2", FCHMODAT2, AT_FDCWD, files[0], 0o666, 0),
                     ("chown", CHOWN, files[0], -1, pwd.getpwnam("mayfly").pw_gid), ("set times", UTIME, files[0], 0),
                     ("set attributes", SETXATTR, files[0], "user.x", b"x", 1, 0)]
        jail.refuses(attempts)
        assert all(path.read_text() == "a secret\n" for path in files)


def test_network():
    """It serves nobody, and speaks with the kernel's network machinery no more than a resolver does"""
    with Break() as jail:
        tcp = jail.inside.call(SOCKET, INET, STREAM, 0)
        jail.refuses([("listen", LISTEN, tcp, 5), ("open a raw socket", SOCKET, INET, RAW, 1),
                      ("open a packet socket", SOCKET, 17, RAW, 0),
                      ("speak to netfilter", SOCKET, NETLINK, RAW, NETFILTER),
                      ("speak over vsock", SOCKET, 40, STREAM, 0)])


if __name__ == "__main__":
    if platform.machine() != "x86_64":
        print("only the registers of x86-64 are known here\n0 passed, 0 failed")
    else:
        host.main(globals())
