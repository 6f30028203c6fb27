#!/usr/bin/python3
"""SMTP smuggling: nothing but CRLF.CRLF ends a message, whatever some other server takes for an end."""
import os
import subprocess

import host

# Every sequence that was ever published as taken for the end of a message by some server.
SEQUENCES = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n",
    b"\n\n.\r\n", b"\r\n\n.\n", b"\r\n\n.\r\n", b"\r\r\n.\r\r\n", b"\r\n\r.\r\n", b"\r\r.\r\r",
    b"\r\n.\r\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\0\n", b"\r\n. \r\n", b"\r\n .\r\n",
    b"\r\n..\r\n", b"\r\n.\x0b\r\n", b"\r\n.\x85", b"\n.\n\r\n", b"\r\n.\t\r\n",
]
SMUGGLED = (b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<user2>\r\nDATA\r\nSubject: smuggled\r\n"
            b"\r\nText")
BEFORE = b"Subject: outer\r\n\r\nText"
COMMANDS = [b"EHLO client.example\r\n", b"MAIL FROM:<a@example.org>\r\n", b"RCPT TO:<user1>\r\n",
            b"DATA\r\n"]


def check_one_message(replies, what):
    """One reply to the message, one to NOOP, one to QUIT, and nothing for the smuggled recipient."""
    codes = [reply[:3] for reply in replies]
    assert codes[:5] == ["220", "250", "250", "250", "354"], (what, replies)
    assert codes[5] in ("250", "550") and codes[6:] == ["250", "221"], (what, replies)
    assert not host.messages("user2"), f"{what} split the message"
    stored = len(host.messages("user1"))
    assert stored == (codes[5] == "250"), f"{what}: {stored} messages after {codes[5]}"
    return codes[5]


def by_xinetd(sequence):
    with host.Client() as client:
        client.start_message()
        client.send(BEFORE + sequence + SMUGGLED + b"\r\n.\r\nNOOP\r\nQUIT\r\n")
        replies = ["220", "250", "250", "250", "354", *client.replies()]
    return check_one_message(replies, repr(sequence))


def by_pipe(sequence, setting):
    """The whole session in one write, the program on two pipes."""
    program = os.path.join(os.environ["MAILHOST_BIN"], "smtpd")
    said = b"".join(COMMANDS) + BEFORE + sequence + SMUGGLED + b"\r\n.\r\nNOOP\r\nQUIT\r\n"
    done = subprocess.run([program, "-o", f"smtpd_forbid_bare_newline={setting}"], input=said,
                          capture_output=True, timeout=host.SECONDS, check=True)
    replies = [line for line in done.stdout.decode().splitlines() if line[3:4] == " "]
    return check_one_message(replies, f"{sequence!r} with {setting}")


def is_bare(sequence):
    rest = (sequence + b"M").replace(b"\r\n", b"")
    return b"\r" in rest or b"\n" in rest


def test_each_sequence():
    """By default: one reply, and a refusal where a CR or LF stands alone"""
    for sequence in SEQUENCES:
        host.empty_mailboxes()
        code = by_xinetd(sequence)
        assert code == "550" or not is_bare(sequence), f"{sequence!r} was accepted"


def test_each_sequence_normalized():
    """smtpd_forbid_bare_newline = normalize: stored with line ends, in one piece"""
    for sequence in SEQUENCES:
        host.empty_mailboxes()
        code = by_pipe(sequence, "normalize")
        if code == "250":
            stored = host.only_message("user1").read_bytes()
            assert b"evil@example.org" in stored and stored.endswith(b"\nText\n"), stored


def test_each_sequence_allowed():
    """smtpd_forbid_bare_newline = no: even then only CRLF.CRLF is the end"""
    for sequence in SEQUENCES:
        host.empty_mailboxes()
        by_pipe(sequence, "no")


def test_cut_anywhere():
    """The real end is found wherever the packets are cut; a false one isn't"""
    for text in (b"text\r\n.\r\nNOOP\r\n", b"text\n.\r\n\r\n.\r\nNOOP\r\n"):
        for cut in range(1, len(text)):
            host.empty_mailboxes()
            with host.Client() as client:
                client.start_message()
                client.send(text[:cut])
                client.send(text[cut:])
                client.expect("250" if text.startswith(b"text\r") else "550")
                client.expect("250")
                client.say("QUIT", "221")


def test_after_mail():
    """Commands sent with the message's end are the next commands, once"""
    with host.Client() as client:
        client.start_message()
        client.send(b"text\r\n.\r\n" + b"".join(COMMANDS[1:]) + b"more\r\n.\r\nQUIT\r\n")
        codes = [reply[:3] for reply in client.replies()]
    assert codes == ["250", "250", "250", "354", "250", "221"], codes
    assert len(host.messages("user1")) == 2


if __name__ == "__main__":
    host.main(globals())
