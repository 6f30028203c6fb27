"""What the whole-host tests share: the mail host they run in, its mailboxes, and a raw SMTP client."""
import os
import pathlib
import pwd
import re
import shutil
import smtplib
import socket
import sys
import time
import traceback

MAILHOST = pathlib.Path(__file__).resolve().parents[1] / "mailhost"
ROOT = pathlib.Path(os.environ.get("MAILHOST_ROOT", "/nonexistent"))
PORT = int(os.environ.get("MAILHOST_PORT_BASE", "0")) + 25
ADDRESS = ("127.0.0.1", PORT)
USERS = os.environ.get("MAILHOST_USERS", "").split()
LONGEST_LINE = 1000
SECONDS = 20  # more than anything here may take
OWN_FIELDS = re.compile(
    rb"Return-Path: <(?P<sender>[^>\n]*)>\nDelivered-To: (?P<recipient>[^\n]+)\n"
    rb"(?P<received>Received: [^\n]+\n(?:[ \t][^\n]+\n)*)")


def main(tests, *options):
    """Runs every test_ function of `tests`, inside a mail host with `options`."""
    if "MAILHOST_ROOT" not in os.environ:
        command = [str(MAILHOST), "--port-base", "any", *options, "--", sys.executable, *sys.argv]
        os.execv(command[0], command)
    wanted = sys.argv[1:]
    chosen = [t for name, t in tests.items()
              if name.startswith("test_") and (not wanted or name in wanted)]
    failed = sum(not _passes(test) for test in chosen)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def _passes(test):
    empty_mailboxes()
    mark = len(log())
    try:
        test()
        no_process_left()
        spool_is_empty()
    except Exception:  # pylint: disable=broad-except
        print(f"FAIL {test.__name__}: {(test.__doc__ or '').strip()}")
        lines = traceback.format_exc(limit=-2).splitlines()
        lines += [f"log: {line}" for line in log()[mark:].splitlines()[-8:]]
        print("".join(f"  {line[:LONGEST_LINE]}\n" for line in lines), end="")
        return False
    print(f"pass {test.__name__}", flush=True)
    return True


# --- mailboxes ---

def maildir(user):
    return ROOT / "state" / "Maildir" if user == "mayfly" else ROOT / "home" / user / "Maildir"


def empty_mailboxes():
    for user in USERS:
        shutil.rmtree(maildir(user), ignore_errors=True)
    for folder in ("new", "cur", "tmp"):
        shutil.rmtree(maildir("mayfly") / folder, ignore_errors=True)


def messages(user):
    """The files in new/, in the order of their arrival."""
    new = maildir(user) / "new"
    return sorted(new.iterdir(), key=lambda file: file.stat().st_mtime_ns) if new.is_dir() else []


def only_message(user):
    found = messages(user)
    assert len(found) == 1, f"{len(found)} messages for {user} instead of one"
    return found[0]


def nothing_stored():
    for user in [*USERS, "mayfly"]:
        assert not messages(user), f"a message for {user}: {messages(user)[0].read_bytes()[:500]!r}"
        tmp = maildir(user) / "tmp"
        assert not tmp.is_dir() or not list(tmp.iterdir()), f"something left in {tmp}"


def spool_is_empty():
    left = [file for file in (ROOT / "spool").rglob("*") if not file.is_dir()]
    assert not left, f"left in the spool: {left}"


def check_stored(user, sent, sender):
    """One message: `sent` byte for byte with LF, our three fields above it, a true name, safe modes."""
    file = only_message(user)
    stored, fields = file.read_bytes(), OWN_FIELDS.match(file.read_bytes())
    assert fields, f"not Return-Path, Delivered-To, Received on top: {stored[:300]!r}"
    assert fields["sender"].decode() == sender, f"Return-Path of {fields['sender']} for {sender}"
    wanted, got = sent.replace(b"\r\n", b"\n"), stored[fields.end():]
    assert got == wanted, f"stored {got[:300]!r} ({len(got)}) for {wanted[:300]!r} ({len(wanted)})"
    check_name(file, stored)
    check_modes(user, file)
    return fields


def check_name(file, stored):
    wire = len(stored) + len(re.findall(rb"(?<!\r)\n", stored))
    sizes = f",S={len(stored)},W={wire}"
    assert file.name.endswith(sizes), f"{file.name} should end with {sizes}"


def check_modes(user, file):
    uid = pwd.getpwnam(user).pw_uid
    top = maildir(user)
    for path, mode in ((top, 0o700), (top / "new", 0o700), (top / "cur", 0o700),
                       (top / "tmp", 0o700), (file, 0o600)):
        state = path.stat()
        assert state.st_uid == uid, f"{path} belongs to {state.st_uid}, not to {user}"
        assert state.st_mode & 0o777 == mode, f"{path} has mode {state.st_mode & 0o777:o}"
    assert file.stat().st_nlink == 1, f"{file} has {file.stat().st_nlink} names"


# --- the host ---

def log():
    return pathlib.Path(os.environ["MAILHOST_LOG"]).read_text(errors="replace")


def until(condition, what):
    end = time.monotonic() + SECONDS
    while not (result := condition()):
        assert time.monotonic() < end, f"{what}: not within {SECONDS} s"
        time.sleep(0.01)
    return result


def logged(pattern):
    """The first match in the log, once it is there."""
    return until(lambda: re.search(pattern, log(), re.MULTILINE), f"log: {pattern}")


def running(*names):
    """Processes of these programs in this host, as {pid: name}."""
    found = {}
    # Not by glob("*/comm"): that looks at each file itself, and stumbles over a process that ends meanwhile.
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        if name in names:
            found[int(pid)] = name
    return found


def no_process_left():
    until(lambda: not running("smtpd", "deliver"), "the end of every smtpd and deliver")


# --- SMTP ---

class Client:
    """A client that says exactly what it is told to."""

    def __init__(self, address=None, seconds=SECONDS):
        self.socket = socket.create_connection(address or ADDRESS, timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def reply(self):
        """The text of the next reply, "" when there is none and the server has hung up."""
        lines = []
        while line := self._lines.readline():
            assert line.endswith(b"\r\n"), f"half a reply: {line!r}"
            lines.append(line)
            if line[3:4] != b"-":
                break
        return b"".join(lines).decode()

    def replies(self):
        """Every reply until the server hangs up."""
        return list(iter(self.reply, ""))

    def expect(self, start):
        reply = self.reply()
        assert reply.startswith(start), f"{reply!r} instead of {start}"
        return reply

    def say(self, line, start):
        self.send(line.encode() + b"\r\n")
        return self.expect(start)

    def start_message(self, recipient="user1"):
        self.expect("220")
        self.say("EHLO client.example", "250")
        self.say("MAIL FROM:<a@example.org>", "250 2.1.0")
        self.say(f"RCPT TO:<{recipient}>", "250 2.1.5")
        self.say("DATA", "354")


def submit(sender, recipients, message):
    """One message by smtplib; it must be accepted for everybody."""
    with smtplib.SMTP(*ADDRESS, timeout=SECONDS * 3) as client:
        refused = client.sendmail(sender, recipients, message, ["BODY=8BITMIME"])
        assert not refused, f"refused: {refused}"
