#!/usr/bin/python3
"""tests/mailhost itself: what it promises to the command, and that nothing of it stays behind."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

MAILHOST = str(pathlib.Path(__file__).resolve().parents[1] / "mailhost")
SECONDS = 30


def mailhost(*arguments, **more):
    return subprocess.run([MAILHOST, "--port-base", "any", *arguments], capture_output=True,
                          text=True, timeout=SECONDS, check=False, **more)


def shell(script, *options):
    done = mailhost(*options, "--", "sh", "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_exit_status():
    assert mailhost("--", "sh", "-c", "exit 7").returncode == 7
    assert mailhost("--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM
    assert mailhost("--", "/no/such/command").returncode == 125


def test_environment():
    text = shell("env; id -u user3; stat -c %a:%U $MAILHOST_ROOT/home/user3; hostname;"
                 " cat /etc/mayfly/main.cf; test -S /dev/log; test -r $MAILHOST_CA;"
                 " test -x $MAILHOST_BIN/smtpd", "--users", "3", "--set", "message_size_limit=1000")
    for wanted in ("MAILHOST_USERS=user1 user2 user3\n", "MAILHOST_PASSWORD=secret\n", "\n2003\n",
                   "\n700:user3\n", "\nmail.example.test\n", "\nmessage_size_limit = 1000\n"):
        assert wanted in text, f"{wanted!r} is not in {text}"


def test_log_sink():
    text = shell("logger -p mail.warning -t mayfly 'key=value'; sleep 0.2; cat $MAILHOST_LOG")
    assert text.startswith("mail.warning mayfly") and text.endswith(": key=value\n"), text


def test_password():
    """It is a real account: its hash is that of the password"""
    hashed = shell("getent shadow user1").split(":")[1]
    again = subprocess.run(["perl", "-e", "print crypt('secret', shift)", hashed], check=True,
                           capture_output=True, text=True).stdout
    assert hashed.startswith("$5$rounds=1000$") and again == hashed, hashed


def test_host_is_untouched():
    before = pathlib.Path("/etc/passwd").read_bytes()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        done = mailhost("--", "sh", "-c", "echo x >>/etc/passwd; echo >/dev/new; sleep 100 & true",
                        env=os.environ | {"TMPDIR": folder})
        assert done.returncode == 0, done.stderr
        assert os.listdir(folder) == [], os.listdir(folder)
    assert pathlib.Path("/etc/passwd").read_bytes() == before
    assert not os.path.exists("/dev/new")
    assert folder not in pathlib.Path("/proc/mounts").read_text()


def test_keep():
    done = mailhost("--keep", "--", "true")
    kept = pathlib.Path(done.stderr.split()[-1])
    try:
        assert (kept / "etc" / "mayfly" / "main.cf").exists(), done.stderr
    finally:
        assert kept.name.startswith("mailhost.")
        subprocess.run(["rm", "-rf", kept], check=True)


def test_two_at_once():
    with subprocess.Popen([MAILHOST, "--port-base", "any", "--", "sh", "-c",
                           "echo $MAILHOST_PORT_BASE; read x || true"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as first:
        base = first.stdout.readline().strip()
        assert shell("echo $MAILHOST_PORT_BASE").strip() != base
        taken = subprocess.run([MAILHOST, "--port-base", base, "--", "true"], capture_output=True,
                               text=True, timeout=SECONDS, check=False)
        assert taken.returncode == 125 and "--port-base" in taken.stderr, taken.stderr
        with socket.create_connection(("127.0.0.1", int(base) + 25), timeout=SECONDS) as still_there:
            assert still_there.recv(3) == b"220"
        first.stdin.close()
        assert first.wait(SECONDS) == 0


def test_ended_from_outside():
    """SIGTERM reaches the command; SIGKILL takes everything with it, but for the folder"""
    for number, wanted in ((signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.chmod(folder, 0o755)
            with subprocess.Popen([MAILHOST, "--port-base", "any", "--", "sh", "-c",
                                   "echo $MAILHOST_PORT_BASE; exec sleep 100"], text=True,
                                  stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": folder}) as process:
                port = int(process.stdout.readline()) + 25
                process.send_signal(number)
                assert process.wait(SECONDS) == wanted
                assert process.stdout.read() == ""  # at the command's end, not before
            end = time.monotonic() + SECONDS
            while accepts(port) and time.monotonic() < end:
                time.sleep(0.01)
            assert not accepts(port), "xinetd is still there"


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    failed = 0
    for test in tests:
        try:
            test()
            print(f"pass {test.__name__}", flush=True)
        except Exception as problem:  # pylint: disable=broad-except
            print(f"FAIL {test.__name__}: {type(problem).__name__}: {problem}")
            failed += 1
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
