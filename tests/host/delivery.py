#!/usr/bin/python3
"""A message comes in by SMTP under real xinetd, from common clients, and is in the mailbox, exactly."""
import concurrent.futures
import email.utils
import os
import re
import smtplib
import subprocess

import host

MESSAGE = (b"From: Ann <a@example.org>\r\nTo: user1@mail.example.test\r\nSubject: plain\r\n"
           b"Date: Fri, 1 Jan 2021 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nText\r\n")


def client(*argv, text=b""):
    done = subprocess.run(argv, input=text, capture_output=True, timeout=host.SECONDS, check=False)
    assert done.returncode == 0, f"{argv[0]} failed: {done.stdout.decode()}{done.stderr.decode()}"


def test_smtplib():
    """smtplib: stored byte for byte, with our fields on top, and logged"""
    host.submit("a@example.org", ["user1@mail.example.test"], MESSAGE)
    fields = host.check_stored("user1", MESSAGE, "a@example.org")
    assert fields["recipient"] == b"user1@mail.example.test", fields["recipient"]
    host.logged(r"^mail\.info .*delivered.*user1")


def test_received_field():
    """Received says from whom, by whom, how and when (RFC 5321 4.4)"""
    with smtplib.SMTP(*host.ADDRESS, local_hostname="client.example") as connection:
        connection.sendmail("a@example.org", ["user1"], MESSAGE)
    text = host.check_stored("user1", MESSAGE, "a@example.org")["received"].decode()
    text = re.sub(r"\n\s+", " ", text.strip())
    assert re.match(r"Received: from client\.example ", text), text
    assert "127.0.0.1" in text and " by mail.example.test " in text, text
    assert " with ESMTP " in text and re.search(r" id \S+", text), text
    date = email.utils.parsedate_to_datetime(text.rpartition(";")[2].strip())
    assert abs(date.timestamp() - host.only_message("user1").stat().st_mtime) < 60, text


def test_swaks():
    client("swaks", "--server", "127.0.0.1", "--port", str(host.PORT), "--from", "a@example.org",
           "--to", "user1@mail.example.test", "--h-Subject", "from swaks", "--body", "Text")
    stored = host.only_message("user1").read_bytes()
    assert b"\nSubject: from swaks\n" in stored and stored.rstrip().endswith(b"\n\nText"), stored


def test_swaks_pipelining():
    client("swaks", "--pipeline", "--server", "127.0.0.1", "--port", str(host.PORT),
           "--from", "a@example.org", "--to", "user1@localhost,user2@localhost")
    host.only_message("user1")
    host.only_message("user2")


def test_curl():
    client("curl", "-sS", f"smtp://127.0.0.1:{host.PORT}/client.example", "--mail-from", "a@example.org",
           "--mail-rcpt", "user1@localhost", "--upload-file", "-", text=MESSAGE)
    host.check_stored("user1", MESSAGE, "a@example.org")


def test_msmtp():
    client("msmtp", "--host=127.0.0.1", f"--port={host.PORT}", "--from=a@example.org", "user1@localhost",
           text=MESSAGE.replace(b"\r\n", b"\n"))
    host.check_stored("user1", MESSAGE, "a@example.org")


def test_null_sender():
    """A bounce's empty reverse-path is kept as such"""
    host.submit("", ["user1"], MESSAGE)
    host.check_stored("user1", MESSAGE, "")


def test_several_recipients():
    """One message for two people: each has a copy with the address that it was sent to"""
    host.submit("a@example.org", ["user1@localhost", "USER2@mail.example.test"], MESSAGE)
    for user in ("user1", "user2"):
        fields = host.check_stored(user, MESSAGE, "a@example.org")
        assert fields["recipient"].lower().startswith(user.encode()), fields["recipient"]


def test_same_recipient_twice():
    """Who is named twice gets one copy"""
    host.submit("a@example.org", ["user1", "user1@localhost"], MESSAGE)
    host.check_stored("user1", MESSAGE, "a@example.org")


def test_one_of_two_unknown():
    """An unknown recipient is refused at once; the other one has the message"""
    with smtplib.SMTP(*host.ADDRESS) as connection:
        refused = connection.sendmail("a@example.org", ["nobody-here", "user2"], MESSAGE)
    assert refused["nobody-here"][0] == 550, refused
    host.check_stored("user2", MESSAGE, "a@example.org")


def test_alias_to_two():
    """/etc/aliases is read when it is needed: edit, save, done"""
    with open("/etc/aliases", "a", encoding="ascii") as aliases:
        aliases.write("team: user1, user2\n")
    host.submit("a@example.org", ["Team@mail.example.test"], MESSAGE)
    for user in ("user1", "user2"):
        host.check_stored(user, MESSAGE, "a@example.org")


def test_postmaster_without_a_person():
    """Nobody reads root's mail: it goes to the mayfly user's Maildir, with a warning"""
    for name in ("postmaster", "POSTMASTER@mail.example.test", "root@localhost"):
        host.submit("", [name], MESSAGE)
    assert len(host.messages("mayfly")) == 3, host.messages("mayfly")
    for file in host.messages("mayfly"):
        assert file.read_bytes().endswith(MESSAGE.replace(b"\r\n", b"\n"))
        host.check_modes("mayfly", file)
    host.logged(r"^mail\.warning .*event=system-mail")
    assert not os.path.exists("/root/Maildir/new"), "something was delivered as root"


def test_postmaster_is_a_person():
    """root: user1 in /etc/aliases is followed from postmaster on"""
    before = open("/etc/aliases", encoding="ascii").read()
    with open("/etc/aliases", "a", encoding="ascii") as aliases:
        aliases.write("root: user1\n")
    try:
        host.submit("", ["postmaster"], MESSAGE)
        host.check_stored("user1", MESSAGE, "")
    finally:
        with open("/etc/aliases", "w", encoding="ascii") as aliases:
            aliases.write(before)


def test_system_account():
    """An account below first_valid_uid has no mailbox of its own"""
    host.submit("a@example.org", ["daemon"], MESSAGE)
    assert len(host.messages("mayfly")) == 1


def body(text):
    return b"Subject: body\r\n\r\n" + text


def exactly(text):
    host.submit("a@example.org", ["user1"], body(text))
    host.check_stored("user1", body(text), "a@example.org")


def test_eight_bit():
    exactly("Grüße\r\n".encode() + bytes(range(0x80, 0x100)) + b"\r\n")


def test_dots():
    """Dot-stuffing is undone, wherever the dots are"""
    exactly(b".\r\n..\r\n.a\r\na.\r\n\r\n.\r\n...\r\n")


def test_long_lines():
    exactly(b"x" * 998 + b"\r\n" + b"y" * 1000000 + b"\r\n" + b"." * 5000 + b"\r\n")


def test_from_lines():
    """A Maildir has no mbox quoting"""
    exactly(b"From here on\r\n\r\nFrom a@b Fri Jan 1 00:00:00 2021\r\n>From\r\n")


def test_empty_message():
    with host.Client() as connection:
        connection.start_message()
        connection.say(".", "250 2.0.0")
        connection.say("QUIT", "221")
    host.check_stored("user1", b"", "a@example.org")


def test_message_without_header():
    with host.Client() as connection:
        connection.start_message()
        connection.send(b"\r\n\r\nText: of no header\r\n")
        connection.say(".", "250 2.0.0")
    host.check_stored("user1", b"\r\n\r\nText: of no header\r\n", "a@example.org")


def test_foreign_return_path():
    """Only the envelope says what Return-Path is (RFC 5321 4.4)"""
    host.submit("a@example.org", ["user1"], b"Return-Path: <x@example.org>\r\n" + MESSAGE)
    host.check_stored("user1", MESSAGE, "a@example.org")


def test_one_mebibyte():
    exactly((b"0123456789abcdef" * 4 + b"\r\n") * (2**20 // 66))


def test_twenty_mebibytes():
    exactly((b"0123456789abcdef" * 4 + b"\r\n") * (20 * 2**20 // 66))


def test_size_limit():
    """SIZE refuses at MAIL what would be refused after DATA"""
    with smtplib.SMTP(*host.ADDRESS) as connection:
        connection.ehlo()
        code, text = connection.mail("a@example.org", ["SIZE=52428801"])
    assert code == 552 and text.startswith(b"5.3.4"), (code, text)


def test_twenty_in_one_session():
    with smtplib.SMTP(*host.ADDRESS) as connection:
        for n in range(20):
            connection.sendmail("a@example.org", ["user1"], body(b"%d\r\n" % n))
    # In any order: two can have one clock tick.
    assert sorted(int(file.read_bytes().split()[-1]) for file in host.messages("user1")) == list(range(20))


def test_received_field_of_a_later_message():
    """The greeting is remembered for the whole session"""
    with smtplib.SMTP(*host.ADDRESS, local_hostname="client.example") as connection:
        for user in ("user1", "user2"):
            connection.sendmail("a@example.org", [user], MESSAGE)
    for user in ("user1", "user2"):
        fields = host.check_stored(user, MESSAGE, "a@example.org")
        assert fields["received"].startswith(b"Received: from client.example "), (user, fields["received"])


def test_sixty_at_once():
    """Eight clients at a time: every message arrives once"""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: host.submit("a@example.org", [f"user{n % 2 + 1}"],
                                            body(b"%d\r\n" % n)), range(60)))
    stored = host.messages("user1") + host.messages("user2")
    assert sorted(int(file.read_bytes().split()[-1]) for file in stored) == list(range(60))


if __name__ == "__main__":
    host.main(globals())
