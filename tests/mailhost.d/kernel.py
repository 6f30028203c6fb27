"""Namespaces, mounts and signals: what Python 3.11 has no words for."""
import ctypes
import os
import signal

from problem import Problem

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FAILED = 125  # our own failure, as in env(1) and timeout(1): the command did not run
HANDLED = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}

# <sched.h>, <sys/mount.h>, <sys/prctl.h>, <asm/siginfo.h>
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID = 0x00020000, 0x04000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NOEXEC, MS_REMOUNT = 1, 2, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1
SI_USER, SI_TKILL = 0, -6

libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        error = os.strerror(ctypes.get_errno())
        raise Problem(f"{what}: {error} (in a container? it needs CAP_SYS_ADMIN)")


def unshare_pids():
    """The next child is process 1 of a new process namespace; the caller stays where it is."""
    _check(libc.unshare(CLONE_NEWPID), "making a process namespace")


def unshare_mounts_and_name(host_name):
    _check(libc.unshare(CLONE_NEWNS | CLONE_NEWUTS), "making a mount namespace")
    _check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "making mounts private")
    name = host_name.encode()
    _check(libc.sethostname(name, len(name)), "setting the host name")


def die_with_parent():
    _check(libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0), "prctl")


def mount(kind, target, flags=0, options=None):
    data = options.encode() if options else None
    _check(libc.mount(kind.encode(), os.fsencode(target), kind.encode(), flags, data),
           f"mounting {kind} on {target}")


def bind(source, target, read_only=False):
    what = f"binding {source} over {target}"
    target = os.fsencode(target)
    _check(libc.mount(os.fsencode(source), target, None, MS_BIND | MS_REC, None), what)
    if read_only:
        _check(libc.mount(None, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY, None), what)


def was_sent(info):
    """True for a signal that a process sent; what is typed reaches the whole process group anyway."""
    return info.si_signo != signal.SIGINT or info.si_code in (SI_USER, SI_TKILL)


def exit_code(status):
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def spawn(argv, environment=None, output=None, own_session=False):
    """Starts a program with signals as a shell would hand them over. Its pid."""
    actions = []
    if output:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_OPEN, 1, str(output), flags, 0o644),
                   (os.POSIX_SPAWN_DUP2, 1, 2)]
    environment = os.environ if environment is None else environment
    return os.posix_spawnp(argv[0], argv, environment, file_actions=actions, setsigmask=[],
                           setsigdef=[signal.SIGPIPE, signal.SIGXFSZ], setsid=own_session)
