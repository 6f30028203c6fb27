#!/usr/bin/python3
"""What the owner of a mailbox, or who calls deliver, does to a delivery: nothing lost, nothing written elsewhere."""
import os
import pathlib
import pwd
import resource
import shutil
import signal
import subprocess

import host

DELIVER = os.path.join(os.environ.get("MAILHOST_BIN", ""), "deliver")
MESSAGE = b"From: a\nSubject: x\n\n" + b"y" * 3000 + b"\n"
MAILDIR = host.maildir("user1")
INCOMING, USER2 = host.ROOT / "spool" / "incoming", host.ROOT / "home" / "user2"
ELSEWHERE = [pathlib.Path("/etc"), pathlib.Path("/root"), USER2, INCOMING]
USER = pwd.getpwnam("user1") if "MAILHOST_ROOT" in os.environ else None


def mailbox():
    for folder in (MAILDIR, *(MAILDIR / name for name in ("new", "cur", "tmp"))):
        folder.mkdir(mode=0o700)
        os.chown(folder, USER.pw_uid, USER.pw_gid)


def remove():
    if os.path.lexists(MAILDIR) and (MAILDIR.is_symlink() or not MAILDIR.is_dir()):
        MAILDIR.unlink()
    shutil.rmtree(MAILDIR, ignore_errors=True)


def in_place_of(path, make):
    def change():
        if path != MAILDIR:
            mailbox()
            path.rmdir()
        make(path)
        os.lchown(path, USER.pw_uid, USER.pw_gid)

    return change


def link_to(target):
    return lambda path: path.symlink_to(target)


def with_mode(path, mode):
    def change():
        mailbox()
        path.chmod(mode)

    return change


def tricks():
    for target in ("/etc", "/root", USER2, INCOMING, "/nonexistent/x", "Maildir"):
        yield f"Maildir -> {target}", in_place_of(MAILDIR, link_to(target))
    yield "Maildir is a fifo", in_place_of(MAILDIR, os.mkfifo)
    yield "Maildir is a file", in_place_of(MAILDIR, pathlib.Path.touch)
    for name in ("new", "tmp"):
        for target in ("/etc", USER2, "/nonexistent", "/dev/shm"):
            yield f"{name} -> {target}", in_place_of(MAILDIR / name, link_to(target))
        yield f"{name} is a fifo", in_place_of(MAILDIR / name, os.mkfifo)
        for mode in (0, 0o500):
            yield f"{name} has mode {mode:o}", with_mode(MAILDIR / name, mode)
    yield "new has mode 300", with_mode(MAILDIR / "new", 0o300)


def answers():
    """What a check of the mailbox says (the second RCPT of a transaction) and what the delivery says."""
    with host.Client() as client:
        client.send(b"MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nRCPT TO:<user1>\r\n"
                    b"RSET\r\nMAIL FROM:<>\r\nRCPT TO:<user1>\r\nDATA\r\n")
        *_, check, _, _, _, data = [client.reply() for _ in range(8)]
        assert data.startswith("354"), data
        client.send(b"Subject: x\r\n\r\nText\r\n.\r\n")
        return check[:3], client.reply()[:3]


def test_tricks():
    """A mailbox that is none is 451; nothing is written where the owner might not"""
    for what, play in tricks():
        play()
        before = {folder: sorted(os.listdir(folder)) for folder in ELSEWHERE}
        try:
            _, delivered = answers()
            assert delivered == "451", (what, delivered)
            assert {folder: sorted(os.listdir(folder)) for folder in ELSEWHERE} == before, what
            left = [file for name in ("new", "tmp") if not (MAILDIR / name).is_symlink()
                    for file in (MAILDIR / name).glob("*")]
            assert not left, (what, left)
        finally:
            remove()


def test_check_foresees_the_delivery():
    """What no delivery can use is refused at RCPT: else all the others get their copy again and again"""
    unforeseen = []
    for what, play in tricks():
        play()
        try:
            check, delivered = answers()
            if check != delivered:
                unforeseen.append(f"{what}: {check}, then {delivered}")
        finally:
            remove()
    assert not unforeseen, "; ".join(unforeseen)


# --- who calls deliver ---

def deliver(arguments=("user1",), message=MESSAGE, **how):
    """(exit status, how many whole messages are stored)"""
    host.empty_mailboxes()
    done = subprocess.run([DELIVER, *arguments], input=message, capture_output=True, check=False,
                          timeout=host.SECONDS, **how)
    files = host.messages("user1")
    whole = sum(file.read_bytes().endswith(message) for file in files)
    assert whole == len(files), f"{arguments}: half a message"
    return done.returncode, whole


def limited(what, value):
    return lambda: resource.setrlimit(what, (value, value))


def test_few_resources():
    """Exit status 0 if and only if the message is stored"""
    limits = [(resource.RLIMIT_NPROC, 0), (resource.RLIMIT_STACK, 65536)]
    limits += [(resource.RLIMIT_NOFILE, n) for n in range(3, 8)]
    limits += [(resource.RLIMIT_FSIZE, n) for n in (0, 1, 1000, 3050)]
    limits += [(resource.RLIMIT_AS, n << 20) for n in (2, 3, 4, 8)]
    for what, value in limits:
        for users in (("user1",), ("user1", "user1")):
            status, whole = deliver(users, preexec_fn=limited(what, value))
            good = whole == len(users) if status == 0 else whole < len(users)
            assert good, f"limit {what} of {value}: exit {status} with {whole} stored"


def test_odd_callers():
    for what, act in (("SIGCHLD ignored", lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)),
                      ("signals blocked", lambda: signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())),
                      ("umask 777", lambda: os.umask(0o777)), ("1 and 2 closed", lambda: os.closerange(1, 3))):
        assert deliver(("user1", "user1"), preexec_fn=act) == (0, 2), what
    assert deliver(env={"TZ": ":/dev/zero", "TMPDIR": "/nonexistent"}) == (0, 1)


def test_no_standard_input():
    """A caller that closed it has no message to give, not an empty one"""
    host.empty_mailboxes()
    done = subprocess.run([DELIVER, "user1"], check=False, timeout=host.SECONDS, stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, preexec_fn=lambda: os.close(0))
    assert done.returncode != 0 and not host.messages("user1"), "an empty message was made of nothing"


def test_for_others():
    """A user delivers to nobody else, whatever the name"""
    as_user1 = {"user": USER.pw_uid, "group": USER.pw_gid, "extra_groups": []}
    assert deliver(**as_user1) == (0, 1)
    for name in ("user2", "root", "mayfly", "daemon"):
        assert deliver((name,), **as_user1) == (77, 0), name
    for name in ("", "-x", "../user1", "user1/", "user1:x", "nosuch"):
        assert deliver(("--", name))[0] == 67, name


if __name__ == "__main__":
    host.main(globals())
