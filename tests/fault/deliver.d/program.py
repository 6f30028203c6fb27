"""Running deliver, as anybody, and looking at what it stored."""
import os
import re
import subprocess
import types

import host

# Three reads and writes of 64 KiB; CRLF line ends that are cut by the pieces.
TEXT = b"Subject: x\r\n\r\n" + b"0123456789abcdef\r\n" * 8000
STORED = TEXT.replace(b"\r\n", b"\n")
SENDER = "s@example.org"
OK, NO_USER, NO_HOME, OVER_QUOTA, TEMPORARY, NOT_ALLOWED, MISCONFIGURED = 0, 67, 72, 73, 75, 77, 78


def path():
    return os.environ["MAILHOST_BIN"] + "/deliver"


def run(*arguments, text=TEXT, user=None, before=(), **more):
    """deliver's exit status, stderr and, with --status-fd 1, report. `before` is a command in front of it."""
    more = {"input": text} | more if "stdin" not in more else more
    identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run([*before, path(), *arguments], capture_output=True, check=False,
                          timeout=host.SECONDS, cwd="/", **identity, **more)
    return types.SimpleNamespace(status=done.returncode, said=done.stderr.decode(),
                                 report=done.stdout.decode())


def stored(user):
    """The messages in new/, each whole as far as its name's sizes tell."""
    texts = []
    for file in host.messages(user):
        text = file.read_bytes()
        host.check_name(file, text)
        texts.append(text)
    return texts


def fields(user, sender=SENDER, recipient=None):
    recipient = recipient or f"{user}@mail.example.test"
    return_path = b"" if sender is None else f"Return-Path: <{sender}>\n".encode()
    return return_path + f"Delivered-To: {recipient}\n".encode()


def check_nothing_left(user):
    assert not stored(user), f"{len(stored(user))} messages stored"
    tmp = host.maildir(user) / "tmp"
    assert not tmp.is_dir() or not list(tmp.iterdir()), f"left in tmp: {list(tmp.iterdir())}"


def check_failed(done, status, code, user="user1"):
    assert done.status == status, f"exit status {done.status} instead of {status}: {done.said}"
    assert re.fullmatch(rf"deliver: {user}: {re.escape(code)} .{{1,480}}\n", done.said), done.said
    check_nothing_left(user)
