#!/usr/bin/python3
"""mail.7's tables of processes, against /proc: who runs as whom, jailed how, and with which descriptors."""
import contextlib
import os
import pathlib
import pwd
import re
import signal
import socket
import subprocess
import time

import host

PAGE = pathlib.Path(__file__).resolve().parents[2] / "man" / "mail.7"
LARGE = b"Subject: large\r\n\r\n" + (b"0123456789abcdef" * 4 + b"\r\n") * 500000
SECCOMP = {"0": "no", "1": "strict", "2": "filter"}


# --- what the page says ---

def tables():
    """{process: {column: cell}}, both tables joined."""
    processes = {}
    section = PAGE.read_text().partition("\n.Sh PROCESSES\n")[2].partition("\n.Sh ")[0]
    for table in re.findall(r"^\.Bl -column.*\n((?:\.It .*\n)+)", section, re.MULTILINE):
        head, *rows = [[cell.strip() for cell in line[4:].split(" Ta ")] for line in table.splitlines()]
        columns = [cell.removeprefix("Sy ").strip('"') for cell in head]
        for row in rows:
            processes.setdefault(row[0], {}).update(zip(columns, row))
    return processes


# --- what the kernel says ---

class Process:
    def __init__(self, pid):
        self.pid = pid
        self._folder = pathlib.Path(f"/proc/{pid}")
        lines = (self._folder / "status").read_text().splitlines()
        self._status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
        self.parent = int(self._status["PPid"][0])
        self.uids = {int(uid) for uid in self._status["Uid"]}

    def facts(self):
        return {"User": self.uids, "Groups": {int(gid) for gid in self._status["Groups"] + self._status["Gid"]},
                "Root": os.readlink(self._folder / "root"), "Seccomp": SECCOMP[self._status["Seccomp"][0]],
                "No new privileges": "yes" if self._status["NoNewPrivs"] == ["1"] else "no"}

    def targets(self):
        """{number: what /proc says it leads to}; a descriptor that is closed meanwhile is none."""
        found = {}
        for fd in (self._folder / "fd").iterdir():
            with contextlib.suppress(OSError):
                found[int(fd.name)] = os.readlink(fd)
        return found

    def descriptors(self):
        """{number: the page's word for it}"""
        return {number: kind(target) for number, target in self.targets().items()}

    def mode(self, fd):
        flags = re.search(r"^flags:\s+0?(\d+)", (self._folder / "fdinfo" / str(fd)).read_text(), re.MULTILINE)[1]
        return int(flags, 8) & os.O_ACCMODE


def kind(target):
    """The page's word for an open file."""
    if target == "/dev/null":
        return "null"
    if target.startswith("socket:"):
        return socket_kind(target[len("socket:["):-1])
    if target.startswith("pipe:"):
        return "pipe"
    if target.startswith("/memfd:message"):
        return "message"
    path = pathlib.Path(target.removesuffix(" (deleted)"))
    if path == host.ROOT / "spool" / "incoming":
        return "incoming"
    if path.is_relative_to(host.ROOT / "spool" / "incoming"):
        return "message"
    return "mailbox" if path.is_relative_to(host.maildir("user1")) else target


def socket_kind(inode):
    tables_of = {"tcp": 9, "tcp6": 9, "unix": 6}
    for table, column in tables_of.items():
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[column] == inode:
                if table != "unix":
                    return "client"
                return {socket.SOCK_DGRAM: "log", socket.SOCK_SEQPACKET: "channel"}[int(fields[4], 16)]
    return f"unknown socket {inode}"


# --- are they the same? ---

def check_identity(name, process, recipient="user1"):
    row, facts = tables()[name], process.facts()
    owner = {"recipient": recipient, "recipient's": recipient, "root's": "root"}
    user = owner.get(row["User"], row["User"])
    groups = owner.get(row["Groups"], row["Groups"])
    assert facts["User"] == {pwd.getpwnam(user).pw_uid}, f"{name} runs as {facts['User']}, not as {user}"
    allowed = set(os.getgrouplist(groups, pwd.getpwnam(groups).pw_gid))
    assert facts["Groups"] == allowed, f"{name} has the groups {facts['Groups']}, not those of {groups}"
    for column in ("Root", "Seccomp", "No new privileges"):
        assert facts[column] == row[column], f"{name}: {column} is {facts[column]}, not {row[column]}"


def check_descriptors(name, process, absent=(), mean=None, ignored=()):
    """`mean` translates the page's words where they are the reader's and not the kernel's."""
    words = [cell.split() for cell in tables()[name]["Descriptors"].split(",")]
    wanted = [((mean or {}).get(words_of[-1], words_of[-1]), int(words_of[0]) if len(words_of) == 2 else None)
              for words_of in words if words_of[-1] not in absent]
    there = process.descriptors()
    for what, number in wanted:
        if number is not None:
            assert there.get(number) == what, f"{name}: descriptor {number} is {there.get(number)}, not {what}"
    fixed = {number for _, number in wanted}
    rest = sorted({what for number, what in there.items() if number not in fixed} - set(ignored))
    promised = sorted({what for what, number in wanted if number is None})
    assert rest == promised, f"{name} also has {rest} open, where mail.7 says {promised}: {there}"


# --- the processes, found in their states ---

def processes():
    """Every smtpd that is there and can still be looked at."""
    found = []
    for pid in host.running("smtpd"):
        with contextlib.suppress(OSError):
            found.append(Process(pid))
    return found


def monitor_and_session():
    """The one that nobody of us started, and its child in the jail."""
    def both():
        found = {process.pid: process for process in processes()}
        jailed = [process for process in found.values() if process.facts()["Seccomp"] == "filter"]
        return (found[jailed[0].parent], jailed[0]) if jailed and jailed[0].parent in found else None

    return host.until(both, "a monitor and its session")


def workers(monitor, session):
    return [process for process in processes()
            if process.parent == monitor.pid and process.pid != session.pid and 0 not in process.uids]


def test_page():
    """Both tables name the same processes"""
    for name, row in tables().items():
        assert {"User", "Groups", "Root", "Seccomp", "No new privileges", "Descriptors"} <= set(row), (name, row)
    assert len(tables()) >= 4, tables()


def test_connected():
    """Before the first command: a root that is deaf, and a session that can do nothing"""
    with host.Client() as client:
        client.expect("220")
        monitor, session = monitor_and_session()
        check_identity("smtpd, monitor", monitor)
        check_identity("smtpd, session", session)
        check_descriptors("smtpd, monitor", monitor, absent=["workers"])
        check_descriptors("smtpd, session", session, absent=["message"])


def test_before_the_message():
    """A recipient is known: a worker is there, with the recipient's rights and nothing to do yet"""
    with host.Client() as client:
        client.start_message()
        monitor, session = monitor_and_session()
        worker = host.until(lambda: workers(monitor, session), "a worker with the recipient's rights")[0]
        check_identity("smtpd, worker", worker)
        check_descriptors("smtpd, worker", worker, absent=["message", "mailbox", "log"], ignored=["log"])
        check_descriptors("smtpd, monitor", monitor, mean={"workers": "channel"})
        check_descriptors("smtpd, session", session, absent=["message"])


@contextlib.contextmanager
def held_delivery(monitor, session):
    """The worker, stopped while it has the message and the mailbox open."""
    end = time.monotonic() + host.SECONDS
    while time.monotonic() < end:
        for worker in workers(monitor, session):
            while not delivers(worker) and time.monotonic() < end:
                pass
            os.kill(worker.pid, signal.SIGSTOP)
            try:
                if delivers(worker):
                    yield worker
                    return
            finally:
                os.kill(worker.pid, signal.SIGCONT)
    raise AssertionError(f"no delivery seen within {host.SECONDS} s")


def delivers(worker):
    """Asked quickly, since a delivery is quick: no socket is looked up."""
    targets = [target for target in worker.targets().values() if target.startswith("/")]
    return {"message", "mailbox"} <= {kind(target) for target in targets}


def test_during_a_delivery():
    """A worker reads the message and writes the mailbox: nothing else"""
    with host.Client() as client:
        client.start_message()
        monitor, session = monitor_and_session()
        client.send(LARGE + b".\r\n")
        with held_delivery(monitor, session) as worker:
            check_identity("smtpd, worker", worker)
            check_descriptors("smtpd, worker", worker)
            message = next(fd for fd, what in worker.descriptors().items() if what == "message")
            assert worker.mode(message) == os.O_RDONLY, "the worker can write the message"
            check_descriptors("smtpd, monitor", monitor, mean={"workers": "channel"})
            check_descriptors("smtpd, session", session)
        client.expect("250 2.0.0")
    host.check_stored("user1", LARGE, "a@example.org")


def test_deliver_by_root():
    """Root is given up before the message is read"""
    with subprocess.Popen([os.path.join(os.environ["MAILHOST_BIN"], "deliver"), "user1"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as caller:
        host.until(lambda: 0 not in Process(caller.pid).uids
                   and "mailbox" in Process(caller.pid).descriptors().values(), "deliver in the mailbox")
        process = Process(caller.pid)
        check_identity("deliver", process)
        check_descriptors("deliver", process, mean={"message": "pipe", "caller": "pipe"})
        _, said = caller.communicate(b"Subject: x\n\n")
        assert caller.returncode == 0, said


def test_ordinary_user():
    """Started by a user, everything is that user's, and the session is jailed all the same"""
    user = pwd.getpwnam("user1")
    with subprocess.Popen([os.path.join(os.environ["MAILHOST_BIN"], "smtpd")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, user=user.pw_uid, group=user.pw_gid, extra_groups=[]) as caller:
        assert caller.stdout.readline().startswith(b"220 ")
        monitor, session = monitor_and_session()
        for process in (monitor, session):
            assert process.uids == {user.pw_uid}, process.uids
        facts = session.facts()
        assert (facts["Seccomp"], facts["No new privileges"]) == ("filter", "yes"), facts
        caller.communicate(b"QUIT\r\n")
        assert caller.returncode == 0


if __name__ == "__main__":
    host.main(globals())
