#!/usr/bin/python3
"""What a session that an attacker has taken over gets from its monitor: the session's own channel, spoken on by us."""
import array
import contextlib
import ctypes
import fcntl
import os
import pathlib
import pwd
import re
import signal
import socket
import struct
import time

import host

CHECK, DELIVER = 1, 2
DELIVERED, TEMPORARY, PERMANENT = 1, 2, 3
PIDFD_GETFD = 438
PTRACE_ATTACH = 16
F_SETLEASE, F_WRLCK = 1024, 1
LIBC = ctypes.CDLL(None, use_errno=True)
INCOMING = host.ROOT / "spool" / "incoming"
MESSAGE = b"Subject: hello\n\nText\n"


# --- a session that says what we want ---

def parent(pid):
    return int(re.search(r"^PPid:\t(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])


def monitor_and_session():
    def both():
        with contextlib.suppress(OSError):
            parents = {pid: parent(pid) for pid in host.running("smtpd")}
            return next(((p, pid) for pid, p in parents.items() if p in parents), None)

    return host.until(both, "a monitor and its session")


def channel_of(session):
    """A copy of the session's end of its channel."""
    process = os.pidfd_open(session)
    for fd in os.listdir(f"/proc/{session}/fd"):
        if os.readlink(f"/proc/{session}/fd/{fd}").startswith("socket:"):
            copy = socket.socket(fileno=LIBC.syscall(PIDFD_GETFD, process, int(fd), 0))
            if copy.type == socket.SOCK_SEQPACKET:
                os.close(process)
                copy.settimeout(host.SECONDS)
                return copy
            copy.close()
    raise AssertionError("the session has no channel")


class Hostile:
    """The real session is stopped; its channel is ours."""

    def __enter__(self):
        self.client = host.Client()
        self.client.expect("220")
        self.client.say("NOOP", "250")  # now the session is in its jail
        self.monitor, self.session = monitor_and_session()
        self.channel = channel_of(self.session)
        os.kill(self.session, signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        self.channel.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.session, signal.SIGKILL)
        self.client.__exit__()
        host.no_process_left()

    def send(self, packet, *descriptors):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self.channel.sendmsg([packet], rights)

    def answer(self):
        """(tag, outcome, status, text), or None when the monitor has hung up."""
        packet = self.channel.recv(8192)
        if not packet:
            return None
        texts, at = [], 5
        while at < len(packet):
            length = struct.unpack_from("=H", packet, at)[0]
            texts.append(packet[at + 2:at + 2 + length].decode())
            at += 2 + length
        return *struct.unpack_from("=IB", packet), *texts

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.monitor}/fd"))


def request(verb, user, tag=1, sender=b"a@example.org"):
    texts = (user.encode() if isinstance(user, str) else user, sender, b"user@here", b"")
    return struct.pack("=BI", verb, tag) + b"".join(struct.pack("=H", len(text)) + text for text in texts)


def as_user(name, act):
    """What `act` says or the descriptor that it gives, done by a process of that user."""
    account = pwd.getpwnam(name)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            result = act()
            if isinstance(result, int):
                socket.send_fds(theirs, [b"fd"], [result])
            else:
                theirs.send(str(result).encode())
        except OSError as error:
            theirs.send(f"errno {error.errno}".encode())
        finally:
            os._exit(0)
    theirs.close()
    said, fds, _, _ = socket.recv_fds(ours, 4096, 1)
    ours.close()
    os.waitpid(child, 0)
    return fds[0] if fds else said.decode()


def spool_file(content=MESSAGE):
    def make():
        fd = os.open(INCOMING, os.O_TMPFILE | os.O_RDWR, 0o600)
        os.write(fd, content)
        return fd

    return as_user("mayfly", make)


def owned_by_mayfly(path, content="a secret\n"):
    path.write_text(content)
    os.chown(path, pwd.getpwnam("mayfly").pw_uid, -1)
    path.chmod(0o600)
    return path


# --- requests ---

def test_the_honest_request():
    """So that what follows is refused for what is wrong with it"""
    with Hostile() as hostile:
        hostile.send(request(DELIVER, "user1"), spool_file())
        assert hostile.answer()[:2] == (1, DELIVERED)
    assert host.only_message("user1").read_bytes().endswith(MESSAGE)


def test_user_names():
    """A name that could be an option or a path ends the conversation"""
    for name in ("", "-x", "..", "../user1", "a/b", "a b", "a:b", "a\nb", "a\0b", "x" * 257):
        with Hostile() as hostile:
            hostile.send(request(CHECK, name))
            assert hostile.answer() is None, name


def test_malformed():
    """So does whatever is no request; no descriptor stays behind"""
    good = request(CHECK, "user1")
    packets = [b"x", b"\0" * 5, b"\xff" * 6144, b"\1" * 7000, b"A" * 60000, good + b"x", good[:-1],
               request(9, "user1"), request(DELIVER, "user1")]
    for packet in packets:
        with Hostile() as hostile:
            before = hostile.descriptors()
            hostile.send(packet)
            assert hostile.answer() is None, packet[:64]
            assert hostile.descriptors() < before, "the channel is still open"
    for count in (2, 5, 200):
        with Hostile() as hostile:
            before = hostile.descriptors()
            hostile.send(request(DELIVER, "user1"), *[0] * count)
            assert hostile.answer() is None, count
            assert hostile.descriptors() < before, f"{count} descriptors sent, {hostile.descriptors()} open"
    host.logged("event=request-refused request=malformed")
    host.nothing_stored()


def test_the_liar_is_ended():
    """A session that was caught is not left alone with its client"""
    with Hostile() as hostile:
        hostile.send(b"junk")
        assert hostile.answer() is None
        end = time.monotonic() + 3
        while host.running("smtpd") and time.monotonic() < end:
            time.sleep(0.01)
        assert not host.running("smtpd"), "the session that was refused still runs"


def test_nothing_is_delivered_as_root():
    """Whoever is named: it runs as that user, or as mayfly for those who get no mail"""
    for name in ("root", "daemon", "mayfly", "mayfly-wire"):
        host.empty_mailboxes()
        with Hostile() as hostile:
            hostile.send(request(DELIVER, name), spool_file())
            assert hostile.answer()[1] == DELIVERED, name
        file = host.only_message("mayfly")
        assert file.stat().st_uid == pwd.getpwnam("mayfly").pw_uid, name
    with Hostile() as hostile:
        hostile.send(request(DELIVER, "nosuch"), spool_file())
        assert hostile.answer()[1:3] == (PERMANENT, "5.1.1")


def test_forged_log():
    """A session can't write its own story into the lines of deliver"""
    with Hostile() as hostile:
        hostile.send(request(CHECK, 'nosuch"\tevent=delivered'))
        hostile.answer()
    with Hostile() as hostile:
        hostile.send(request(CHECK, 'nowhere"event=delivered', sender=b'x" event=delivered user=root'))
        hostile.answer()
    lines = [line for line in host.log().splitlines() if "nowhere" in line]
    # A quote inside a value is escaped, so that the value ends where it seems to.
    assert lines and all('event=deliver-failed user="nowhere\\"event=delivered"' in line for line in lines), lines


# --- descriptors ---

def descriptors():
    yield "folder", as_user("mayfly", lambda: os.open(INCOMING, os.O_RDONLY))
    yield "pipe", os.pipe()[0]
    yield "/etc/shadow", os.open("/etc/shadow", os.O_RDONLY)
    yield "root's file in the spool", os.open(INCOMING, os.O_TMPFILE | os.O_RDWR, 0o600)
    yield "root's memory", os.memfd_create("x")
    yield "unsealed memory", as_user("mayfly", lambda: os.memfd_create("x", os.MFD_ALLOW_SEALING))
    yield "socket", socket.socket().detach()
    yield "device", os.open("/dev/null", os.O_RDWR)
    yield "fifo", as_user("mayfly", lambda: os.mkfifo(INCOMING / "f") or os.open(INCOMING / "f", os.O_PATH))
    yield "link", as_user("mayfly", lambda: os.symlink("/etc/shadow", INCOMING / "s")
                          or os.open(INCOMING / "s", os.O_PATH | os.O_NOFOLLOW))


def test_descriptors():
    """Nothing but a message of its own is delivered for it"""
    for what, fd in descriptors():
        assert isinstance(fd, int), (what, fd)
        for name in ("f", "s"):
            (INCOMING / name).unlink(missing_ok=True)
        with Hostile() as hostile:
            hostile.send(request(DELIVER, "user1"), fd)
            answer = hostile.answer()
            assert answer is None or answer[1] == TEMPORARY, (what, answer)
        os.close(fd)
    host.nothing_stored()


def test_files_that_the_jail_hides():
    """O_PATH needs no right to read, and Landlock does not see it: the monitor must not read for who can't"""
    (host.maildir("mayfly") / "new").mkdir(exist_ok=True)
    hidden = [owned_by_mayfly(host.ROOT / "spool" / "deferred" / "Q1"),
              owned_by_mayfly(host.maildir("mayfly") / "new" / "roots-mail")]
    try:
        for path in hidden:
            fd = as_user("mayfly", lambda: os.open(path, os.O_PATH))
            with Hostile() as hostile:
                hostile.send(request(DELIVER, "user1"), fd)
                hostile.answer()
            os.close(fd)
            assert not host.messages("user1"), f"user1 was given {path}: {host.messages('user1')[0].read_bytes()}"
    finally:
        for path in hidden:
            path.unlink()


def answer_within(hostile, seconds):
    """None when there was none; then the monitor is no use any more."""
    hostile.channel.settimeout(seconds)
    try:
        return hostile.answer()
    except TimeoutError:
        os.kill(hostile.monitor, signal.SIGKILL)
        return None


def test_a_lease_on_the_message():
    """Its owner may keep others from opening a file for 45 s: the monitor does not wait for that"""
    with Hostile() as hostile:
        fd = spool_file()

        def lease():
            signal.signal(signal.SIGIO, signal.SIG_IGN)
            fcntl.fcntl(fd, F_SETLEASE, F_WRLCK)
            hostile.send(request(DELIVER, "user1"), fd)
            time.sleep(4)
            return ""

        child = os.fork()
        if child == 0:
            as_user("mayfly", lease)
            os._exit(0)
        os.close(fd)
        answered = answer_within(hostile, 3)
        os.waitpid(child, 0)
        assert answered, "the monitor waits for a session to give up its lease"


def test_a_message_without_end():
    """A hole of many gigabytes is no message"""
    with Hostile() as hostile:
        fd = as_user("mayfly", lambda: os.open(INCOMING, os.O_TMPFILE | os.O_RDWR, 0o600))
        os.write(fd, MESSAGE)
        os.truncate(fd, 1 << 40)
        hostile.send(request(DELIVER, "user1"), fd)
        os.close(fd)
        answer = answer_within(hostile, 2)
        for worker in host.running("smtpd").keys() - {hostile.monitor, hostile.session}:
            os.kill(worker, signal.SIGKILL)
        assert answer and answer[1] != DELIVERED, "a terabyte is on its way into a mailbox"
    host.nothing_stored()


# --- the delivery, seen by the user whom it runs as ---

def refused(act):
    try:
        act()
    except PermissionError:
        return True
    return False


def attack(pid):
    """What of a process of one's own uid can be reached."""
    reached = [name for name in ("mem", "environ", "maps", "syscall")
               if not refused(lambda name=name: pathlib.Path(f"/proc/{pid}/{name}").read_bytes())]
    reached += [] if refused(lambda: os.listdir(f"/proc/{pid}/fd")) else ["fd"]
    reached += ["ptrace"] if LIBC.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0 else []
    return " ".join(reached) or "nothing"


def test_the_user_against_the_delivery():
    """Who owns the mailbox can stop or kill it, and no more: its memory and descriptors are not theirs"""
    with Hostile() as hostile:
        hostile.send(request(CHECK, "user1"))
        assert hostile.answer()[1] == DELIVERED
        uid = pwd.getpwnam("user1").pw_uid
        for pid in host.running("smtpd"):
            if re.search(rf"^Uid:\t{uid}\t", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE):
                reached = as_user("user1", lambda pid=pid: attack(pid))
                assert reached == "nothing", f"user1 reaches of its delivery: {reached}"


if __name__ == "__main__":
    host.main(globals())
