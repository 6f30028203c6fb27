"""The host's private /etc and folders: accounts, configuration, certificate, homes, spool, state."""
import os
import shutil
import subprocess

from problem import Problem

HOST = "mail.example.test"
PASSWORD = "secret"
# crypt(3) of PASSWORD, SHA-256 with the fewest rounds there are: tests log in often
HASH = "$5$rounds=1000$mayfly$mcF1HG0V7TPWVh8IWQuQE.5WUd75cIIZkrLltdvQXt6"
SYSTEM_USERS = {"mayfly": 801, "mayfly-wire": 802, "mayfly-tls": 803, "mayfly-send": 804}
DROP_GROUP, DROP_GID = "mayfly-drop", 805
FIRST_UID = 2001

# Without --limits a test may make as many mistakes as it likes, and is not slowed down for them.
NO_LIMITS = {"smtpd_soft_error_limit": "1000000", "smtpd_hard_error_limit": "1000000",
             "smtpd_junk_command_limit": "1000000", "smtpd_error_sleep_time": "0s"}


def user_names(count):
    return [f"user{n}" for n in range(1, count + 1)]


def _people(count):
    return {name: FIRST_UID + n for n, name in enumerate(user_names(count))}


def _append(path, lines, numbers=None):
    """Adds account lines, in place of those with the same name or number."""
    names = {line.split(":")[0] for line in lines}
    numbers = numbers or set()

    def stays(line):
        fields = line.split(":")
        return fields[0] not in names and not (numbers and fields[2:3] and fields[2] in numbers)

    old = [line for line in path.read_text().splitlines() if line and stays(line)]
    path.write_text("\n".join(old + lines) + "\n")


def _accounts(etc, root, users):
    people = _people(users)
    everybody = SYSTEM_USERS | people
    numbers = {str(n) for n in everybody.values()} | {str(DROP_GID)}
    system = [f"{name}:x:{uid}:{uid}:Mayfly:{root}/state:/usr/sbin/nologin"
              for name, uid in SYSTEM_USERS.items()]
    persons = [f"{name}:x:{uid}:{uid}:{name.capitalize()}:{root}/home/{name}:/bin/sh"
               for name, uid in people.items()]
    groups = [f"{name}:x:{gid}:" for name, gid in (everybody | {DROP_GROUP: DROP_GID}).items()]
    shadow = ([f"{name}:!:19000::::::" for name in SYSTEM_USERS]
              + [f"{name}:{HASH}:19000:0:99999:7:::" for name in people])
    _append(etc / "passwd", system + persons, numbers)
    _append(etc / "group", groups, numbers)
    _append(etc / "shadow", shadow)


def _main_cf(root, options):
    given = dict(line.partition("=")[::2] for line in options.set)
    given = {name.strip(): value.strip() for name, value in given.items()}
    lines = {"myhostname": HOST, "mydestination": "$myhostname, localhost",
             "queue_directory": f"{root}/spool", "data_directory": f"{root}/state"}
    lines |= {} if options.limits else NO_LIMITS
    return "".join(f"{name} = {value}\n" for name, value in (lines | given).items())


def _certificate(folder):
    folder.mkdir(mode=0o755)
    made = subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "30", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-subj", f"/CN={HOST}", "-addext",
         f"subjectAltName=DNS:{HOST},DNS:localhost,IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Problem(f"openssl made no certificate: {made.stderr.strip()}")
    (folder / "key.pem").chmod(0o600)


def _settings(etc, root, options):
    mayfly = etc / "mayfly"
    shutil.rmtree(mayfly, ignore_errors=True)
    mayfly.mkdir()
    (mayfly / "main.cf").write_text(_main_cf(root, options))
    _certificate(mayfly / "tls")
    (etc / "aliases").unlink(missing_ok=True)
    (etc / "aliases").write_text("postmaster: root\n")
    with open(etc / "hosts", "a", encoding="ascii") as hosts:
        hosts.write(f"127.0.0.1 {HOST}\n")
    # The accounts are those of this file, whatever directory service the host asks.
    (etc / "nsswitch.conf").write_text(
        "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\n")


def _folder(path, mode, uid=0, gid=0):
    path.mkdir()
    path.chmod(mode)
    os.chown(path, uid, gid)


def _folders(root, users):
    mayfly = SYSTEM_USERS["mayfly"]
    _folder(root / "home", 0o711)
    for name, uid in _people(users).items():
        _folder(root / "home" / name, 0o700, uid, uid)
    _folder(root / "spool", 0o711, mayfly, mayfly)
    for name in ("incoming", "active", "deferred", "hold", "corrupt"):
        _folder(root / "spool" / name, 0o700, mayfly, mayfly)
    _folder(root / "spool" / "drop", 0o730, mayfly, DROP_GID)
    _folder(root / "state", 0o755)
    _folder(root / "state" / "empty", 0o755)
    _folder(root / "state" / "Maildir", 0o700, mayfly, mayfly)


def furnish(root, options):
    """Copies the host's /etc to root/etc and makes a mail host of it."""
    subprocess.run(["cp", "-a", "/etc", root / "etc"], check=True)
    _accounts(root / "etc", root, options.users)
    _settings(root / "etc", root, options)
    _folders(root, options.users)
