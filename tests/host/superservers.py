#!/usr/bin/python3
"""The same program under openbsd-inetd and systemd: no super-server is special."""
import contextlib
import os
import pathlib
import re
import socket
import subprocess
import sys

import host

REPO = pathlib.Path(__file__).resolve().parents[2]
UNPACKED = REPO / "build" / "unpacked"
INETD = UNPACKED / "openbsd-inetd" / "usr" / "sbin" / "inetd"
MESSAGE = b"Subject: by another door\r\n\r\nText\r\n"


def fetch_inetd():
    """It conflicts with xinetd as a package, so it is unpacked beside us. Needs the network, once."""
    if subprocess.run([REPO / "tests" / "unpack", UNPACKED, "openbsd-inetd"], check=False).returncode:
        sys.exit("0 passed, 1 failed")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(*argv):
    """A super-server in the foreground, for as long as it takes."""
    output = host.ROOT / "superserver.log"
    with open(output, "wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{argv[0]} said: {output.read_text()[-2000:]}") from failure
    finally:
        process.terminate()
        process.wait(host.SECONDS)


def one_message(port):
    def connected():
        with contextlib.suppress(ConnectionError):
            return host.Client(("127.0.0.1", port))

    with host.until(connected, f"an answer on port {port}") as client:
        client.start_message("user1@[127.0.0.1]")
        client.send(MESSAGE)
        client.say(".", "250 2.0.0")
        client.say("QUIT", "221 2.0.0")
        assert client.replies() == []
    fields = host.check_stored("user1", MESSAGE, "a@example.org")
    assert b"127.0.0.1" in fields["received"], fields["received"]


def sample_lines(port):
    """etc/inetd.conf.sample's line for IPv4, for a port and a program of ours."""
    sample = (REPO / "etc" / "inetd.conf.sample").read_text()
    sample = sample.replace("@libexecdir@", os.environ["MAILHOST_BIN"])
    return re.sub(r"^smtp\b", f"127.0.0.1:{port}", re.search(r"^smtp\s+stream\s+tcp\s.*\n", sample,
                                                              re.MULTILINE)[0])


def test_openbsd_inetd():
    """etc/inetd.conf.sample's line, under openbsd-inetd"""
    port = free_port()
    configuration = host.ROOT / "inetd.conf"
    configuration.write_text(sample_lines(port))
    with running(str(INETD), "-i", str(configuration)):
        one_message(port)


def test_systemd_socket_activate():
    """systemd-socket-activate --inetd -a, as a unit with Accept=yes would"""
    port = free_port()
    with running("systemd-socket-activate", "--inetd", "-a", f"--listen=127.0.0.1:{port}",
                 os.path.join(os.environ["MAILHOST_BIN"], "smtpd")):
        one_message(port)


def test_systemd_units():
    """systemd takes the units as they are installed"""
    folder = host.ROOT / "units"
    folder.mkdir()
    for unit in (REPO / "systemd").iterdir():
        text = unit.read_text().replace("@libexecdir@", os.environ["MAILHOST_BIN"])
        (folder / unit.name).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE))
    done = subprocess.run(["systemd-analyze", "verify", *folder.iterdir()], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr


def test_pipe():
    """A session by hand, as the README shows: printf ... | smtpd"""
    said = b"EHLO a\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<user1>\r\nDATA\r\n" + MESSAGE + b".\r\nQUIT\r\n"
    done = subprocess.run([os.path.join(os.environ["MAILHOST_BIN"], "smtpd")], input=said,
                          capture_output=True, timeout=host.SECONDS, check=True)
    assert done.stdout.splitlines()[-1].startswith(b"221 2.0.0"), done.stdout
    host.check_stored("user1", MESSAGE, "a@example.org")


if __name__ == "__main__":
    if "MAILHOST_ROOT" not in os.environ:
        fetch_inetd()
    host.main(globals())
