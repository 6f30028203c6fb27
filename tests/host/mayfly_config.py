#!/usr/bin/python3
"""`mayfly config`, as a person types it: what is printed, what is warned of, the exit status."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

REPO = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MAILHOST_BIN", REPO / "build/bin"))
SECONDS = 10


def mayfly(*arguments, file=""):
    """Exit status, output and warnings of `mayfly config` on a main.cf of this content, which is named FILE."""
    with tempfile.NamedTemporaryFile("w", suffix=".cf") as main_cf:
        main_cf.write(file)
        main_cf.flush()
        done = subprocess.run([BIN / "mayfly", "config", "-c", main_cf.name, *arguments], check=False,
                              capture_output=True, text=True, timeout=SECONDS)
        return done.returncode, done.stdout, done.stderr.replace(main_cf.name, "FILE")


def test_all():
    status, out, errors = mayfly()
    assert (status, errors) == (0, ""), errors
    names = [line.split(" =")[0] for line in out.splitlines()]
    assert names == sorted(names) and "smtpd_timeout" in names, names
    assert "smtpd_banner = $myhostname ESMTP $mail_name\n" in out
    assert "recipient_delimiter =\n" in out


def test_set():
    file = "mail_name = X\nmydomain = example.org\n"
    assert mayfly("-n", file=file) == (0, "mail_name = X\nmydomain = example.org\n", "")
    assert mayfly("-n", "-o", "mail_name=Y", file=file)[1] == "mail_name = Y\nmydomain = example.org\n"
    assert mayfly("-n") == (0, "", "")


def test_defaults():
    out = mayfly("-d", file="mail_name = X\n")[1]
    assert "mail_name = Mayfly\n" in out and out == mayfly()[1]


def test_names():
    file = "mail_name = X\nme = $mail_name\nsmtpd_banner = $me\nbiff = no\n"
    assert mayfly("smtpd_banner", "mail_name", "me", file=file) == (
        0, "smtpd_banner = $me\nmail_name = X\nme = $mail_name\n", "")
    assert mayfly("-x", "smtpd_banner", file=file) == (0, "smtpd_banner = X\n", "")
    assert mayfly("-d", "mail_name", file=file) == (0, "mail_name = Mayfly\n", "")
    status, out, errors = mayfly("smtpd_baner", "relayhost")
    assert (status, out) == (1, "")
    assert errors == (
        "mayfly: smtpd_baner: no parameter of Mayfly or Postfix; did you mean \"smtpd_banner\"?\n"
        "mayfly: relayhost: a parameter of Postfix, refused: Mayfly does not relay: "
        "mail for other hosts is refused\n"), errors


def test_json():
    parameters = json.loads(mayfly("--json", file="mail_name = \"\\\\\"\n")[1])
    by_name = {each["name"]: each for each in parameters}
    name = by_name["mail_name"]
    assert name["value"] == '"\\\\"' and name["set"] and name["where"].endswith(":1"), name
    assert by_name["smtpd_timeout"]["type"] == "time" and not by_name["smtpd_timeout"]["set"]
    assert "where" not in by_name["smtpd_timeout"]
    assert json.loads(mayfly("--json", "-n")[1]) == []


def test_warnings():
    """What has no effect is told with its line; only what is refused makes the status 1"""
    assert mayfly("-n", file="biff = no\nhome_malbox = x\n") == (
        0, "",
        "mayfly: FILE:1: biff: accepted without effect: deliver decides it\n"
        "mayfly: FILE:2: home_malbox: no parameter of Mayfly or Postfix, and no value uses it; "
        "did you mean \"home_mailbox\"?\n")
    status, _, errors = mayfly(file="\ncontent_filter = smtp:[127.0.0.1]:10024\n")
    assert status == 1
    assert errors.startswith("mayfly: FILE:2: content_filter: refused: "), errors


def test_mistakes():
    """A broken configuration is told with its place and what would be right"""
    assert mayfly(file="\nsmtpd_timeout = 5y\n") == (
        78, "", "mayfly: FILE:2: smtpd_timeout = 5y: not a time: write a number with s, m, h, d or w after it\n")
    assert mayfly("-o", "smtpd_timeot=5") == (
        78, "", "mayfly: -o: \"smtpd_timeot\" is no parameter of Mayfly and is not defined in main.cf; "
                "did you mean \"smtpd_timeout\"?\n")
    status, _, errors = mayfly("-c", "/nonexistent/main.cf")
    assert status == 64, errors


def test_output_that_fails():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BIN / "mayfly", "config"], check=False, stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=SECONDS)
    assert done.returncode == 74
    assert done.stderr == "mayfly: write standard output: No space left on device\n", done.stderr


def test_commands():
    def run(*words):
        done = subprocess.run([BIN / "mayfly", *words], check=False, capture_output=True, text=True,
                              timeout=SECONDS)
        return done.returncode, done.stderr
    assert run() == (64, "mayfly: no command: \"mayfly config\" shows the configuration; --help says more\n")
    assert run("confg") == (
        64, "mayfly: \"confg\" is no command, did you mean \"config\"?; --help says more\n")


def passes(test):
    try:
        test()
    except AssertionError as wrong:
        print(f"FAIL {test.__name__}: {(test.__doc__ or '').strip()}\n  {wrong}")
        return False
    print(f"pass {test.__name__}")
    return True


def main():
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    failed = sum(not passes(test) for test in tests)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
