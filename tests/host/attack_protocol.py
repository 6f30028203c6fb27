#!/usr/bin/python3
"""What a stranger on the network tries: relaying, forged lines in header and log, work out of proportion."""
import contextlib
import os
import pathlib
import re
import resource
import select
import signal
import subprocess
import time

import host

SMTPD = os.path.join(os.environ.get("MAILHOST_BIN", ""), "smtpd")
ALIASES = pathlib.Path("/etc/aliases")
DIALOGUE = (b"EHLO client.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<user1>\r\nDATA\r\n"
            b"Subject: x\r\n\r\nText\r\n.\r\nQUIT\r\n")
MEBIBYTE = 1 << 20

# Addresses that some server once took for a way to somewhere else.
REMOTE = """user1@evil.example user1@evil.example. @localhost:user1@evil.example
    @evil.example,@localhost:user1@evil.example user1@127.0.0.1 user1@[127.0.0.2] user1@[10.0.0.1] user1@[IPv6:::1]
    user1@[IPv6:::ffff:127.0.0.1] user1@[x:y] user1@example.test postmaster@evil.example root@evil.example""".split()
NOBODY = """user1%evil.example user1%evil.example@localhost evil.example!user1 evil.example!user1@localhost
    "user1@evil.example" "user1@evil.example"@localhost "user1%evil.example"@localhost ../user1 /etc/passwd |sh -user1
    user1. .user1 "|sh"@localhost "/etc/passwd"@localhost ":include:/etc/passwd"@localhost""".split()
BAD = """user1@localhost@evil.example user1@ @localhost :include:/etc/passwd user1@localhost%evil.example ""
    ""@localhost \\user1 user1@localhost,user2@localhost <user1> user1@localhost..
    user1@[127.0.0.1 user1@[300.0.0.1]""".split()
OURS = """user1 USER1 user1@LocalHost user1@localhost. user1@mail.example.test "user1"@localhost user1@[127.0.0.1]
    @evil.example:user1@localhost postmaster POSTMASTER@localhost postmaster@[127.0.0.1]""".split()


@contextlib.contextmanager
def aliases(text):
    before = ALIASES.read_bytes() if ALIASES.exists() else b""
    ALIASES.write_text(text)
    try:
        yield
    finally:
        ALIASES.write_bytes(before)


def talk(dialogue):
    with host.Client(seconds=60) as client:
        client.send(dialogue)
        return client.replies()


def test_relaying():
    """What RCPT says, VRFY says too"""
    with host.Client() as client:
        client.expect("220")
        client.say("EHLO client.example", "250")
        client.say("MAIL FROM:<>", "250")
        for addresses, rcpt, vrfy in ((REMOTE, "554 5.7.1", "554 5.7.1"), (NOBODY, "550 5.1.1", "550 5.1.1"),
                                      (BAD, "501 5.1.3", "501 5.1.3"), (OURS, "250 2.1.5", "252 2.0.0")):
            for address in addresses:
                client.say(f"RCPT TO:<{address}>", rcpt)
                client.say(f"VRFY <{address}>", vrfy)


def test_forged_fields():
    """Whatever HELO, MAIL and RCPT say: three fields above the message, and none of the client's in them"""
    said = (b'EHLO a(b)c;d<e>"f\\g\r\nMAIL FROM:<"x> \\"y"@z>\r\nRCPT TO:<"user1"@localhost>\r\nDATA\r\n'
            b"Return-Path: <forged>\r\n folded\r\nRETURN-PATH:z\r\nSubject: x\r\n\r\n"
            b"Return-Path: body\r\n.\r\nQUIT\r\n")
    assert talk(said)[-2].startswith("250 2.0.0")
    stored = host.only_message("user1").read_bytes()
    fields = stored.partition(b"Subject: x")[0]
    assert stored.endswith(b"Subject: x\n\nReturn-Path: body\n"), stored
    assert re.fullmatch(rb'Return-Path: <"x> \\"y"@z>\nDelivered-To: user1@localhost\n'
                        rb"Received: from a\?b\?c\?d\?e\?\?f\?g \(\[127.0.0.1\]\)\n(?:\t[^\n]+\n)+", fields), fields
    for sender in (b"a\rb@x", b"a\0b@x", b'"a\tb"@x', b"\xc3\xa9@x"):
        assert talk(b"MAIL FROM:<" + sender + b">\r\nQUIT\r\n")[1][0] == "5", sender


def test_forged_log():
    """A line of the log is one line, and what a client said is one quoted value in it"""
    mark = len(host.log())
    talk(b'XYZZY" event=delivered user=root reply="250\r\nRCPT \x1b[2J\xff\r\nQUIT\r\n')
    host.logged("reason=quit")
    lines = host.log()[mark:].splitlines()
    assert all(re.match(r"mail\.\w+ mayfly/\w+\[\d+\]: session=\w+ event=[\w-]+ ", line) for line in lines), lines
    bare = [re.sub(r'"(?:[^"\\]|\\.)*"', '""', line) for line in lines]
    assert not any("user=root" in line for line in bare), bare
    assert all(line.isascii() and line.isprintable() for line in lines), lines


def peak(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)[1])


def test_memory():
    """A session stays small whatever is sent, and an octet costs no more for its company"""
    data = b"MAIL FROM:<>\r\nRCPT TO:<user1>\r\nDATA\r\n"
    for start, piece, size in ((b"", b"a" * 65536, 32), (b"", b"\n" * 1000, 0.1), (b"", b"NOOP\r\n" * 10000, 0.5),
                               (data, b"a" * 65536, 80), (data, b"\n" * 65536, 32), (data, b"\r" * 65536, 32),
                               (data, b"\r\n..\r\n" * 10000, 32)):
        with host.Client() as client:
            client.send(b"NOOP\r\n" + start)
            for _ in range(2 + start.count(b"\n")):
                client.reply()
            begun = time.monotonic()
            for _ in range(int(size * MEBIBYTE / len(piece))):
                client.send(piece)
                while select.select([client.socket], [], [], 0)[0]:  # or it waits for us to take its answers
                    client.socket.recv(65536)
            peaks = [peak(pid) for pid in host.running("smtpd")]
            assert max(peaks) < 8192, (piece[:8], peaks)
            assert time.monotonic() - begun < 10, piece[:8]
        host.no_process_left()


def test_recipients_out_of_proportion():
    """Asking for the same large alias again is answered from what is known: 18 octets are not worth 300 processes"""
    names = ", ".join(host.USERS)
    with aliases(f"everybody: {names}\n"):
        begun = time.monotonic()
        replies = talk(b"MAIL FROM:<>\r\n" + b"RCPT TO:<everybody>\r\n" * 10 + b"QUIT\r\n")
        seconds = time.monotonic() - begun
    assert len(replies) == 13, replies[-3:]
    assert seconds < 2, f"10 RCPT of one alias of {len(host.USERS)} users took {seconds:.1f} s"


def test_resets_between_messages():
    """A client that says RSET after each message is a good client, however many they are (smtpd_junk_command_limit)"""
    message = b"MAIL FROM:<>\r\nRCPT TO:<user1>\r\nDATA\r\n\r\n.\r\nRSET\r\n"
    command = [SMTPD, "-o", "smtpd_junk_command_limit=5", "-o", "smtpd_hard_error_limit=5"]
    dialogue = b"EHLO x\r\n" + message * 20 + b"QUIT\r\n"
    said = subprocess.run(command, input=dialogue, capture_output=True, check=False, timeout=host.SECONDS).stdout
    assert said.endswith(b"221 2.0.0 Bye\r\n") and b"\r\n421" not in said, said[-200:]


# --- who starts it ---

def started(**how):
    host.empty_mailboxes()
    done = subprocess.run([SMTPD], input=DIALOGUE, capture_output=True, check=False, timeout=host.SECONDS, **how)
    replies, stored = done.stdout.decode(), len(host.messages("user1"))
    accepted = "250 2.0.0 Ok, in the mailbox" in replies
    return accepted, stored, replies


def limited(what, value):
    return lambda: resource.setrlimit(what, (value, value))


def close(*descriptors):
    return lambda: [os.close(fd) for fd in descriptors]


def test_odd_parents():
    """Ignored or blocked signals, few resources, closed descriptors: 250 if and only if the message is stored"""
    for what, act in (("SIGCHLD ignored", lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)),
                      ("signals blocked", lambda: signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())),
                      ("umask 777", lambda: os.umask(0o777)), ("2 closed", close(2)),
                      ("address space", limited(resource.RLIMIT_AS, 16 * MEBIBYTE)),
                      ("processes", limited(resource.RLIMIT_NPROC, 0)),
                      *((f"{n} files", limited(resource.RLIMIT_NOFILE, n)) for n in range(4, 12)),
                      *((f"files of {n}", limited(resource.RLIMIT_FSIZE, n)) for n in (0, 100, 300))):
        accepted, stored, replies = started(preexec_fn=act)
        assert stored == accepted, f"{what}: {stored} stored, and the client was told {replies[-200:]!r}"
        assert replies[:1] in ("", "2", "4"), (what, replies)
    accepted, stored, replies = started(preexec_fn=close(0))
    assert (accepted, stored) == (False, 0), replies


def test_odd_environment():
    for variables in ({"TZ": ":/etc/shadow"}, {"TZ": "A" * 10000}, {"TMPDIR": "/nonexistent"},
                      {"LOCALDOMAIN": "x" * 5000},
                      {"MALLOC_PERTURB_": "165"}, {"LC_ALL": "tr_TR.UTF-8"}, {"RES_OPTIONS": "debug ndots:99"}, {}):
        accepted, stored, replies = started(env=variables)
        assert accepted and stored == 1, (variables, replies)


if __name__ == "__main__":
    host.main(globals(), "--users", "300")
