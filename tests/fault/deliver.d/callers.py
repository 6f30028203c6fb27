"""deliver's callers: root, the users themselves, other MTAs, fetchmail; and what is told to whom."""
import os
import re

import host
import program

MESSAGE = b"Subject: x\n\nbody\n"


def check_refused(done, status, code, user="user1"):
    assert done.status == status, f"exit status {done.status} instead of {status}: {done.said}"
    assert done.said.startswith(f"deliver: {user}: {code} "), done.said


def check_stored(user, text):
    assert program.stored(user) == [text], program.stored(user)
    host.check_modes(user, host.only_message(user))


def test_root():
    """CRLF becomes LF, our fields come first, a foreign Return-Path goes"""
    text = b"Return-Path: <old@x>\r\n (folded)\r\nSubject: x\r\n\r\nbare\rCR\r\nReturn-Path: y\r\n"
    assert program.run("-f", "<a@b.test>", "user1", text=text).status == 0
    check_stored("user1", program.fields("user1", "a@b.test") + b"Subject: x\n\nbare\rCR\nReturn-Path: y\n")


def test_message_as_file_and_from_an_offset():
    """The message begins where stdin stands"""
    file = host.ROOT / "message"
    file.write_bytes(b"not the message" + program.TEXT)
    for users in (["user1"], ["user1", "user2"]):
        host.empty_mailboxes()
        with open(file, "rb") as message:
            os.lseek(message.fileno(), 15, os.SEEK_SET)
            assert program.run("-f", program.SENDER, *users, stdin=message).status == 0
        for user in users:
            check_stored(user, program.fields(user) + program.STORED)
    file.unlink()


def test_several_users_from_a_pipe():
    """Each gets it; the worst result is the exit status; whoever can be served is served"""
    done = program.run("-f", program.SENDER, "user1", "nobody-here", "user2", "user3")
    check_refused(done, program.NO_USER, "5.1.1", "nobody-here")
    for user in host.USERS:
        check_stored(user, program.fields(user) + program.STORED)


def test_temporary_beats_permanent():
    (host.ROOT / "home" / "user2").rename(host.ROOT / "home" / "aside")
    try:
        done = program.run("nobody-here", "user2", "user1", text=MESSAGE)
    finally:
        (host.ROOT / "home" / "aside").rename(host.ROOT / "home" / "user2")
    assert done.status == program.NO_HOME and len(done.said.splitlines()) == 2, done.said
    assert len(program.stored("user1")) == 1


def test_status_descriptor():
    """One bounded line a user, in their order, and nothing on stderr"""
    done = program.run("--status-fd", "1", "--session", "abc123", "user1", "nobody-here", text=MESSAGE)
    lines = done.report.splitlines()
    assert [line.split()[:2] for line in lines] == [["delivered", "2.0.0"], ["permanent", "5.1.1"]], lines
    assert not done.said, done.said
    host.logged(r"^mail\.info \S*deliver.*session=abc123 event=delivered user=user1 ")
    host.logged(r"^mail\.warning \S*deliver.*session=abc123 event=deliver-failed user=nobody-here .*status=5\.1\.1")


def test_user_for_oneself():
    """As fetchmail's mda and getmail's MDA_external run it; without a sender a Return-Path stays"""
    text = b"Return-Path: <list@x>\n" + MESSAGE
    assert program.run("user1", text=text, user="user1").status == 0
    check_stored("user1", program.fields("user1", None) + text)


def test_user_for_somebody_else():
    check_refused(program.run("user2", text=MESSAGE, user="user1"), program.NOT_ALLOWED, "5.7.1", "user2")
    check_refused(program.run("root", text=MESSAGE, user="user1"), program.NOT_ALLOWED, "5.7.1", "root")
    host.nothing_stored()


def test_user_several_times():
    """Nothing needs root but becoming somebody else"""
    assert program.run("user1", "user1", text=MESSAGE, user="user1").status == 0
    assert len(program.stored("user1")) == 2


def test_postfix_mailbox_command():
    """As the user, with a From_ line and Postfix's own fields on top"""
    text = (b"From a@b.test  Mon Jan  1 00:00:00 2024\nReturn-Path: <a@b.test>\nX-Original-To: user1\n"
            b"Delivered-To: user1@mail.example.test\n" + MESSAGE)
    stored = text[text.index(b"X-Original-To"):]
    assert program.run("-a", "", "-d", "user1", text=text, user="user1").status == 0
    check_stored("user1", program.fields("user1", "a@b.test") + stored)
    host.empty_mailboxes()
    text = text.replace(b"a@b.test  Mon", b"MAILER-DAEMON  Mon").replace(b"<a@b.test>", b"<>")
    assert program.run("-f", "", "-a", "list", "-d", "user1", text=text, user="user1").status == 0
    check_stored("user1", program.fields("user1", "") + stored)


def test_extension_and_recipient():
    options = ("-o", "recipient_delimiter=+-", "-o", "myorigin=origin.test", "-f", "")
    assert program.run(*options, "-a", "list", "user1", text=MESSAGE).status == 0
    check_stored("user1", program.fields("user1", "", "user1+list@origin.test") + MESSAGE)
    host.empty_mailboxes()
    assert program.run(*options, "-r", "<info@x.test>", "user1", text=MESSAGE).status == 0
    check_stored("user1", program.fields("user1", "", "info@x.test") + MESSAGE)


def test_system_accounts():
    """Mail for root and its like goes to the mail system's own mailbox, with a warning"""
    for user in ("root", "daemon", "mayfly"):
        host.empty_mailboxes()
        assert program.run("-f", "", user, text=MESSAGE).status == 0, user
        check_stored("mayfly", program.fields(user, "") + MESSAGE)
        if user != "mayfly":
            host.logged(rf"^mail\.warning .*event=system-mail user=mayfly for={user}$")
    done = program.run("-o", "mail_owner=root", "root", text=MESSAGE)
    check_refused(done, program.MISCONFIGURED, "4.3.5", "root")


def test_uid_0_under_another_name():
    """Not even where first_valid_uid would let it"""
    with open("/etc/passwd", "a", encoding="ascii") as accounts:
        accounts.write(f"toor:x:0:0::{host.ROOT}/home:/bin/sh\n")
    assert program.run("toor", text=MESSAGE).status == 0
    assert not (host.ROOT / "home" / "Maildir").exists()
    assert len(program.stored("mayfly")) == 1


def test_unknown_users():
    for user in ("nobody-here", "user1/", "../user1", "user1\n", "x" * 5000):
        done = program.run("--", user, text=MESSAGE)
        assert done.status == program.NO_USER and len(done.said) <= 512, (user, done.said)
    host.nothing_stored()


def test_check():
    """It makes nothing, reads nothing, and says nothing where all is well"""
    for user in (None, "user1"):
        done = program.run("--check", "user1", user=user, stdin=None)
        assert (done.status, done.said) == (0, ""), done.said
    assert not host.maildir("user1").exists()
    program.run("user1", text=MESSAGE)
    assert program.run("--check", "--status-fd", "1", "user1").report.startswith("delivered 2.0.0 ")
    assert len(program.stored("user1")) == 1
    check_refused(program.run("--check", "nobody-here"), program.NO_USER, "5.1.1", "nobody-here")
    check_refused(program.run("--check", "user2", user="user1"), program.NOT_ALLOWED, "5.7.1", "user2")


def test_mistakes():
    """Each says what is wrong, and where"""
    for arguments, status, words in (
            ((), 64, "command line: "), (("-f", "a\nX: y", "user1"), 64, "-f"),
            (("--status-fd", "77", "user1"), 64, "--status-fd"), (("--session", "a b", "user1"), 64, "--session"),
            (("--no-such-option", "user1"), 64, "no-such-option"),
            (("-o", "home_mailbox=mbox", "user1"), 78, "home_mailbox"),
            (("-c", "/no/such/file", "user1"), 78, "/no/such/file")):
        done = program.run(*arguments, text=MESSAGE)
        assert done.status == status and words in done.said, (arguments, done.status, done.said)
        assert re.match(r"deliver: ", done.said), done.said
    host.nothing_stored()
