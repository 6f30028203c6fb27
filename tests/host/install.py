#!/usr/bin/python3
"""make install on a host that is private down to its port 25: what it places, that mail comes in, and uninstall."""
import ctypes
import fcntl
import os
import pathlib
import pwd
import re
import shutil
import socket
import struct
import subprocess

import host

REPO = pathlib.Path(__file__).resolve().parents[2]
SOURCES = host.ROOT / "sources"  # the same, by a path that stays when /usr/local and /run are covered
PLACES = ("/usr/local", "/var/lib", "/var/spool", "/var/log", "/run")  # private, and empty
LIBEXEC = pathlib.Path("/usr/local/libexec/mayfly")
SERVICE = pathlib.Path("/etc/xinetd.d/mayfly-smtp")
MAIN_CF = pathlib.Path("/etc/mayfly/main.cf")
TLS = pathlib.Path("/etc/mayfly/tls")
USERS = ("mayfly", "mayfly-wire", "mayfly-tls", "mayfly-send")
MESSAGE = b"Subject: installed\r\n\r\nText\r\n"
CLONE_NEWNET, SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8913, 0x8914, 1  # <sched.h>, <linux/sockios.h>


def make(*words):
    """make, without building: what is installed is what was built."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", "-s", "-C", SOURCES, "-o", "all", *words], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, env=environment, check=False, timeout=host.SECONDS * 3)
    assert done.returncode == 0, f"make {' '.join(words)} ended with {done.returncode}: {done.stdout}"
    return done.stdout


def private_network():
    """A network of this process alone, with a loopback interface that is up: port 25 is free there."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare the network")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, name))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def bare_host():
    """No Mayfly here: neither its users nor its files. The mail host around us has both."""
    SOURCES.mkdir()
    subprocess.run(["mount", "--bind", REPO, SOURCES], check=True)
    for place in PLACES:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", place], check=True)
    for file in ("passwd", "shadow", "group", "gshadow"):
        path = pathlib.Path("/etc") / file
        kept = [line for line in path.read_text().splitlines() if not line.startswith("mayfly")]
        path.write_text("".join(f"{line}\n" for line in kept))
    shutil.rmtree("/etc/mayfly")
    for service in pathlib.Path("/etc/xinetd.d").glob("mayfly-*"):
        service.unlink()
    private_network()


def state_of(path):
    """owner:group mode, as the architecture writes it."""
    done = subprocess.run(["stat", "-c", "%U:%G %a", path], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def everything():
    """{path: content} of all that is installed, and the accounts."""
    roots = ["/usr/local", "/etc/mayfly", "/etc/xinetd.d", "/var/spool/mayfly", "/var/lib/mayfly"]
    files = {file: file.read_bytes() for root in roots for file in pathlib.Path(root).rglob("*") if file.is_file()}
    return files | {file: pathlib.Path(file).read_bytes() for file in ("/etc/passwd", "/etc/group", "/etc/shadow")}


def test_install():
    """Programs, pages, services, users, folders, certificate; nothing enabled, and how to do it said"""
    bare_host()
    said = make("install")
    for word in ("nothing is enabled", "xinetd", "inetd.conf", "systemctl enable --now mayfly-smtp.socket"):
        assert word in said, said
    assert "Another program serves port 25" not in said, said
    for program in (LIBEXEC / "smtpd", LIBEXEC / "deliver", "/usr/local/sbin/mayfly"):
        assert state_of(program) == "root:root 755", program
    for page in (SOURCES / "man").iterdir():
        assert pathlib.Path(f"/usr/local/share/man/man{page.suffix[1:]}", page.name).is_file(), page
    assert re.search(r"disable\s*=\s*yes", SERVICE.read_text())
    units = [unit.read_text() for unit in pathlib.Path("/usr/local/lib/systemd/system").iterdir()]
    assert any(f"ExecStart={LIBEXEC}/smtpd" in unit for unit in units), units
    assert not any("@" in line for line in SERVICE.read_text().splitlines()), "a placeholder is left"


def test_users_and_folders():
    for user in USERS:
        account = pwd.getpwnam(user)
        assert 0 < account.pw_uid < 1000 and account.pw_dir == "/var/lib/mayfly", account
        assert account.pw_shell == "/usr/sbin/nologin", account
    for path, wanted in {
            "/var/spool/mayfly": "mayfly:mayfly 711", "/var/spool/mayfly/drop": "mayfly:mayfly-drop 730",
            **{f"/var/spool/mayfly/{name}": "mayfly:mayfly 700"
               for name in ("incoming", "active", "deferred", "hold", "corrupt")},
            "/var/lib/mayfly": "root:root 755", "/var/lib/mayfly/empty": "root:root 755",
            "/var/lib/mayfly/Maildir": "mayfly:mayfly 700", MAIN_CF: "root:root 644", TLS: "root:root 755",
            TLS / "cert.pem": "root:root 644", TLS / "key.pem": "root:root 600"}.items():
        assert state_of(path) == wanted, f"{path}: {state_of(path)}"
    subject = subprocess.run(["openssl", "x509", "-in", TLS / "cert.pem", "-noout", "-ext", "subjectAltName"],
                             capture_output=True, text=True, check=True).stdout
    assert f"DNS:{socket.gethostname()}\n" in subject, subject


def test_again():
    """A second install changes nothing"""
    before = everything()
    make("install")
    after = everything()
    assert after == before, {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}


def test_mail_under_xinetd():
    """Enabled as the text says, on port 25, IPv4 and IPv6; to a user, and to root where no alias is"""
    SERVICE.write_text(re.sub(r"(disable\s*=) yes", r"\1 no", SERVICE.read_text()))
    configuration = host.ROOT / "installed.conf"
    configuration.write_text("defaults\n{\n}\nincludedir /etc/xinetd.d\n")
    xinetd = subprocess.Popen(["xinetd", "-dontfork", "-f", configuration, "-filelog", host.ROOT / "installed.log",
                               "-pidfile", host.ROOT / "installed.pid"], stdin=subprocess.DEVNULL)
    try:
        host.until(lambda: socket.socket().connect_ex(("127.0.0.1", 25)) == 0, "an answer on port 25")
        assert "Another program serves port 25" in make("install"), "a port in use was not noticed"
        for address, user in (("127.0.0.1", "user1"), ("::1", "user2")):
            send((address, 25), user)
            host.check_stored(user, MESSAGE, "a@example.org")
        send(("127.0.0.1", 25), "postmaster")
        system_mail = list(pathlib.Path("/var/lib/mayfly/Maildir/new").iterdir())
        assert len(system_mail) == 1 and state_of(system_mail[0]) == "mayfly:mayfly 600", system_mail
    finally:
        xinetd.terminate()
        xinetd.wait(host.SECONDS)


def send(address, user):
    with host.Client(address) as client:
        client.start_message(user)
        client.send(MESSAGE)
        client.say(".", "250 2.0.0")
        client.say("QUIT", "221 2.0.0")


def test_upgrade():
    """What an administrator has changed stays; the new version lies beside it"""
    assert re.search(r"disable\s*=\s*no", SERVICE.read_text()), "the service was disabled again"
    assert not SERVICE.with_name("mayfly-smtp.new").exists(), "enabling it counts as a change"
    MAIN_CF.write_text("message_size_limit = 1000\n")
    SERVICE.write_text(SERVICE.read_text().replace("500", "50"))
    key = (TLS / "key.pem").read_bytes()
    said = make("install")
    assert MAIN_CF.read_text() == "message_size_limit = 1000\n" and "main.cf.new" in said, said
    assert "= 50\n" in SERVICE.read_text() and SERVICE.with_name("mayfly-smtp.new").exists(), said
    assert (TLS / "key.pem").read_bytes() == key


def test_configuration_is_read():
    done = subprocess.run(["/usr/local/sbin/mayfly", "config", "-n"], capture_output=True, text=True, check=True)
    assert done.stdout == "message_size_limit = 1000\n", done


def test_uninstall():
    """Programs, pages and services go; mail, queue, configuration and users stay"""
    said = make("uninstall")
    left = [file for file in pathlib.Path("/usr/local").rglob("*") if file.is_file()]
    assert not left, left
    assert not list(pathlib.Path("/etc/xinetd.d").glob("mayfly*"))
    assert MAIN_CF.exists() and (TLS / "key.pem").exists() and "Kept" in said, said
    assert len(list(pathlib.Path("/var/lib/mayfly/Maildir/new").iterdir())) == 1
    assert pathlib.Path("/var/spool/mayfly/incoming").is_dir()
    for user in USERS:
        pwd.getpwnam(user)


def test_destdir():
    """Only files, below that folder; nothing on the host; and it can be taken away again"""
    before = everything()
    target = host.ROOT / "package"
    make("install", f"DESTDIR={target}", "PREFIX=/usr", "SYSCONFDIR=/etc")
    for file in ("usr/libexec/mayfly/smtpd", "usr/sbin/mayfly", "usr/share/man/man8/smtpd.8", "etc/mayfly/main.cf",
                 "etc/xinetd.d/mayfly-smtp", "usr/lib/systemd/system/mayfly-smtp.socket"):
        assert (target / file).is_file(), file
    assert "/usr/libexec/mayfly/smtpd" in (target / "etc/xinetd.d/mayfly-smtp").read_text()
    assert not (target / "var").exists() and not (target / "etc/mayfly/tls").exists()
    assert everything() == before
    make("uninstall", f"DESTDIR={target}", "PREFIX=/usr", "SYSCONFDIR=/etc")
    left = [file for file in target.rglob("*") if file.is_file()]
    assert left == [target / "etc/mayfly/main.cf"], left


def test_ordinary_user():
    """Who may not install is told so before anything happens"""
    nobody = pwd.getpwnam("user1")
    done = subprocess.run(["sh", SOURCES / "etc" / "install", "--bin", os.environ["MAILHOST_BIN"]], check=False,
                          capture_output=True, text=True, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    assert done.returncode == 1 and "must be run as root" in done.stderr, done


if __name__ == "__main__":
    host.main(globals())
