"""A program under ptrace(2): the system calls of its processes, one of which fails, kills or stalls its process.

strace(1) injects as well, but into whichever process comes to a call first; here a process is chosen by the order of
forks. Registers are those of x86-64.
"""
import collections
import contextlib
import ctypes
import dataclasses
import functools
import os
import pickle
import platform
import re
import select
import signal
import subprocess

# <sys/ptrace.h>, <sys/reg.h>, <sys/wait.h>
CONTINUE_TO_CALL, POKE_USER, SEIZE, GET_EVENT_MESSAGE, GET_CALL_INFO = 24, 6, 0x4206, 0x4201, 0x420e
MARK_CALLS, FOLLOW_FORKS, STOP_AT_EXEC, KILL_ON_EXIT = 1, 2 | 4 | 8, 16, 1 << 20
CALL_STOP = signal.SIGTRAP | 0x80
ENTRY = 1
RAX, ORIG_RAX = 80, 120
ANY_CHILD = 0x40000000
PATH_ARGUMENT = {"openat": 1, "mkdir": 0, "linkat": 1, "unlinkat": 1, "access": 0, "newfstatat": 1}
FD_ARGUMENT = {"write": 0, "fsync": 0, "read": 0, "pread64": 0, "close": 0, "sendmsg": 0, "recvmsg": 0, "sendto": 0}
LONGEST_PATH = 256
SECONDS = 10

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


class CallInfo(ctypes.Structure):
    """struct ptrace_syscall_info as it is at a call's entry."""
    _fields_ = [("op", ctypes.c_uint8), ("arch", ctypes.c_uint32), ("instruction", ctypes.c_uint64),
                ("stack", ctypes.c_uint64), ("number", ctypes.c_uint64), ("arguments", ctypes.c_uint64 * 6)]


@dataclasses.dataclass(frozen=True)
class Call:
    """The nth call of that name in its process; process 0 is the program, 1 its first fork ..."""
    process: int
    name: str
    nth: int
    where: str = dataclasses.field(compare=False)  # the path or the open file that it is about
    uid: int = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True)
class Trouble:
    """What happens at the entry of a process's nth call, of all its calls or of those of one name."""
    process: int
    nth: int
    what: object  # "kill", "hold" (it stands still until it is killed) or the errno that the call ends with
    name: str = None
    lasting: bool = False  # the same for every later call of that name in that process


@functools.cache
def call_names():
    """{number: name}, from the kernel's own header."""
    assert platform.machine() == "x86_64", "the registers that are set here are those of x86-64"
    done = subprocess.run(["cpp", "-dM"], input="#include <asm/unistd.h>\n", capture_output=True, text=True, check=True)
    return {int(number): name for name, number in re.findall(r"^#define __NR_(\w+) (\d+)$", done.stdout, re.MULTILINE)}


def ptrace(request, pid, address=0, data=0):
    result = libc.ptrace(request, pid, address, data)
    if result < 0 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Tracer:
    """The loop around the processes; it lives in a process of its own."""

    def __init__(self, program, trouble):
        self.trouble = trouble
        self.order = {program: 0}
        self.calls = []
        self.hit = None
        self._all = collections.Counter()
        self._named = collections.Counter()
        self._failing = set()

    def run(self):
        """Follows every process to its end."""
        while True:
            try:
                pid, status = os.waitpid(-1, ANY_CHILD)
            except ChildProcessError:
                return
            if os.WIFSTOPPED(status):
                with contextlib.suppress(ProcessLookupError):  # killed meanwhile
                    self._stopped(pid, os.WSTOPSIG(status), status >> 16)

    def _stopped(self, pid, stop, event):
        self.order.setdefault(pid, len(self.order))
        if stop != CALL_STOP:
            ptrace(CONTINUE_TO_CALL, pid, 0, 0 if event else stop)
            return
        info = CallInfo()
        ptrace(GET_CALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
        goes_on = self._entered(pid, info) if info.op == ENTRY else self._left(pid)
        if goes_on:
            ptrace(CONTINUE_TO_CALL, pid)

    def _entered(self, pid, info):
        process, name = self.order[pid], call_names().get(info.number, str(info.number))
        self._all[process] += 1
        self._named[process, name] += 1
        call = Call(process, name, self._named[process, name], where(pid, name, info.arguments),
                    os.stat(f"/proc/{pid}").st_uid)
        self.calls.append(call)
        trouble = self.trouble
        if not trouble or not self._is_due(call):
            return True
        self.hit = self.hit or call
        if trouble.what == "kill":
            os.kill(pid, signal.SIGKILL)
        elif isinstance(trouble.what, int):
            ptrace(POKE_USER, pid, ORIG_RAX, ctypes.c_ulong(-1).value)
            self._failing.add(pid)
            return True
        return False

    def _is_due(self, call):
        trouble = self.trouble
        if self.hit:
            return trouble.lasting and (call.process, call.name) == (trouble.process, trouble.name)
        nth = call.nth if trouble.name else self._all[call.process]
        return call.process == trouble.process and trouble.name in (None, call.name) and nth == trouble.nth

    def _left(self, pid):
        if pid in self._failing:
            self._failing.remove(pid)
            ptrace(POKE_USER, pid, RAX, ctypes.c_ulong(-self.trouble.what).value)
        return True


def where(pid, name, arguments):
    try:
        if name in FD_ARGUMENT:
            return os.readlink(f"/proc/{pid}/fd/{arguments[FD_ARGUMENT[name]]}")
        if name in PATH_ARGUMENT:
            with open(f"/proc/{pid}/mem", "rb", 0) as memory:
                memory.seek(arguments[PATH_ARGUMENT[name]])
                return memory.read(LONGEST_PATH).partition(b"\0")[0].decode(errors="replace")
    except (OSError, OverflowError, ValueError):
        pass
    return ""


class Traced:
    """A running program whose stdin and stdout are `connection`."""

    def __init__(self, argv, connection, trouble=None):
        call_names()
        self._result, result = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _close_others(connection.fileno(), result)
                _trace(argv, connection, trouble, result)
            finally:
                os._exit(1)
        os.close(result)

    def end(self):
        """Kills what is left."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._result)

    def finish(self, seconds=SECONDS):
        """(calls, the call that was hit or None), once every process has ended."""
        with open(self._result, "rb") as result:
            ended = select.select([result], [], [], seconds)[0]
            if not ended:
                os.kill(self._pid, signal.SIGKILL)
            data = result.read()
        os.waitpid(self._pid, 0)
        assert ended, f"a process was still there after {seconds} s"
        assert data, "the tracer failed"
        return pickle.loads(data)


def _close_others(*kept):
    """Above all the client's end of the connection, or its close would not be seen."""
    for fd in [int(name) for name in os.listdir("/proc/self/fd")]:
        if fd > 2 and fd not in kept:
            with contextlib.suppress(OSError):
                os.close(fd)


def _trace(argv, connection, trouble, result):
    ready, go = os.pipe()
    program = os.fork()
    if program == 0:
        try:
            os.close(go)
            os.read(ready, 1)  # until the tracer is there
            os.dup2(connection.fileno(), 0)
            os.dup2(connection.fileno(), 1)
            os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
            os.closerange(3, 64)
            os.chdir("/")
            os.execv(argv[0], argv)
        finally:
            os._exit(127)
    connection.close()
    ptrace(SEIZE, program, 0, MARK_CALLS | FOLLOW_FORKS | STOP_AT_EXEC | KILL_ON_EXIT)
    os.close(go)
    tracer = Tracer(program, trouble)
    tracer.run()
    with open(result, "wb") as pipe:
        pickle.dump((tracer.calls, tracer.hit), pipe)
