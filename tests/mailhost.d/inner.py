"""Process 1 of the private host: mounts, log sink, xinetd, the command, and their end."""
import os
import signal
import sys
import time
import traceback

import etc
import kernel
import logsink
import services
from problem import Problem

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "console")
LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1",
         "stderr": "/proc/self/fd/2"}
END_SECONDS = 5


def private_dev(root):
    """A /dev of our own, so that /dev/log can be the sink and the host's stays as it is."""
    new = root / "dev"
    new.mkdir()
    kernel.mount("tmpfs", new, kernel.MS_NOSUID, "mode=755,size=1m")
    for name in DEVICES:
        if os.path.lexists(f"/dev/{name}"):
            (new / name).mkdir() if os.path.isdir(f"/dev/{name}") else (new / name).touch()
            kernel.bind(f"/dev/{name}", new / name)
    for name, target in LINKS.items():
        (new / name).symlink_to(target)
    (new / "shm").mkdir()
    kernel.bind(new, "/dev")
    kernel.mount("tmpfs", "/dev/shm", kernel.MS_NOSUID, "mode=1777")


def private_namespace(root):
    kernel.unshare_mounts_and_name(etc.HOST)
    kernel.mount("proc", "/proc", kernel.MS_NOSUID | kernel.MS_NOEXEC)
    kernel.bind(root / "etc", "/etc")
    private_dev(root)
    # By this path ordinary users reach the programs, wherever the sources are.
    (root / "bin").mkdir()
    kernel.bind(services.binaries(), root / "bin", read_only=True)
    if os.path.isdir("/run/nscd"):  # its answers are the host's
        kernel.mount("tmpfs", "/run/nscd")


def start_xinetd(root, offered, limits):
    configuration = root / "xinetd.conf"
    configuration.write_text(services.configuration(offered, root / "bin", limits))
    return kernel.spawn(
        ["xinetd", "-dontfork", "-stayalive", "-f", str(configuration), "-pidfile",
         str(root / "xinetd.pid"), "-filelog", str(root / "xinetd.log")],
        {"PATH": kernel.PATH, "LANG": "C"}, output=root / "xinetd.out", own_session=True)


def environment(root, options):
    return os.environ | {
        "MAILHOST_ROOT": str(root),
        "MAILHOST_PORT_BASE": str(options.port_base),
        "MAILHOST_USERS": " ".join(etc.user_names(options.users)),
        "MAILHOST_PASSWORD": etc.PASSWORD,
        "MAILHOST_LOG": str(root / "log"),
        "MAILHOST_CA": str(root / "etc" / "mayfly" / "tls" / "cert.pem"),
        "MAILHOST_BIN": str(root / "bin"),
    }


def run_command(argv, variables):
    try:
        command = kernel.spawn(argv, variables)
    except OSError as error:
        raise Problem(f"{argv[0]} cannot be run: {error.strerror}") from error
    while True:
        info = signal.sigwaitinfo(kernel.HANDLED)
        if info.si_signo != signal.SIGCHLD and kernel.was_sent(info):
            os.kill(command, info.si_signo)
        while (ended := reap()) is not None:
            if ended[0] == command:
                return kernel.exit_code(ended[1])


def reap():
    """(pid, status) of a process that has ended, if any. Orphans come to us."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def others():
    """Every process here but this one; the dead are reaped."""
    while reap():
        pass
    return {int(name) for name in os.listdir("/proc") if name.isdigit()} - {os.getpid()}


def wait_until_gone(wanted, seconds):
    """Waits until no process is left but `wanted`; those that are after all."""
    end = time.monotonic() + seconds
    while (left := others() - wanted) and time.monotonic() < end:
        time.sleep(0.005)
    return left


def stop(pids):
    """Ends our own processes in order; each may finish what it has at hand."""
    for pid in pids:
        if pid not in others():
            continue
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + END_SECONDS
        while pid in others():
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)


def complain(root, problem):
    print(f"mailhost: {problem}", file=sys.stderr)
    for name in ("xinetd.out", "xinetd.log", "log"):
        path = root / name
        for line in path.read_text(errors="replace").splitlines()[-5:] if path.exists() else []:
            print(f"  {name}: {line}", file=sys.stderr)


def serve(root, options, offered, started):
    log = root / "log"
    started.append(logsink.start(log))
    started.append(start_xinetd(root, offered, options.limits))
    services.wait_until_answering(offered)
    wait_until_gone(set(started), END_SECONDS)
    os.truncate(log, 0)  # the test's own log starts after our trying
    return run_command(options.command, environment(root, options))


def main(root, options, offered):
    started = []
    try:
        kernel.die_with_parent()
        etc.furnish(root, options)
        private_namespace(root)
        return serve(root, options, offered, started)
    except Problem as problem:
        complain(root, problem)
        return kernel.FAILED
    finally:
        stop(reversed(started))


def run_and_exit(root, options, offered):
    """Never returns: the caller goes on to remove the folder, which only the outer process may do."""
    code = kernel.FAILED
    try:
        code = main(root, options, offered)
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
