#!/usr/bin/python3
"""What no client should send, against real xinetd: a clear error, a clean end, nothing stored."""
import random
import shlex
import socket
import time

import host


def test_overlong_line():
    """A command without end is refused once, in little memory, and the session goes on"""
    with host.Client() as client:
        client.expect("220")
        client.send(b"NOOP " + b"a" * 10_000_000 + b"\r\n")
        client.expect("500 5.5.2")
        client.say("NOOP", "250 2.0.0")
        client.say("QUIT", "221 2.0.0")


def test_nul():
    with host.Client() as client:
        client.expect("220")
        for line in ("\0", "NOOP\0", "MAIL FROM:<a\0@example.org>", "\0QUIT"):
            reply = client.say(line, "")
            assert reply.startswith(("500 5.5.2", "221 2.7.0")), (line, reply)
            if reply.startswith("221"):
                break


def test_bare_newlines_in_commands():
    with host.Client() as client:
        client.expect("220")
        client.send(b"NOOP\nNOOP\r\n")
        client.expect("500 5.5.2")
        replies = client.say("QUIT", "")
        assert replies.startswith(("221", "250", "500")), replies


def test_commands_out_of_order():
    with host.Client() as client:
        client.expect("220")
        for line, code in (("RCPT TO:<user1>", "503"), ("DATA", "503"), ("EHLO a", "250"),
                           ("RCPT TO:<user1>", "503"), ("MAIL FROM:<a@example.org>", "250"),
                           ("DATA", "503"), ("MAIL FROM:<a@example.org>", "503"),
                           ("RCPT TO:<user1>", "250"), ("EHLO b", "250"), ("DATA", "503"),
                           ("QUIT", "221")):
            client.say(line, code)
    host.nothing_stored()


def test_garbage():
    """Random bytes: replies of the protocol's form, and an end"""
    chance = random.Random(5321)
    for _ in range(20):
        with host.Client() as client:
            client.expect("220")
            client.send(chance.randbytes(3000) + b"\r\nQUIT\r\n")
            client.socket.shutdown(socket.SHUT_WR)
            for reply in client.replies():
                assert reply[:3] in ("500", "501", "502", "503", "221", "421"), reply
    host.nothing_stored()


def test_http_client():
    with host.Client() as client:
        client.expect("220")
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nMAIL FROM:<a@example.org>\r\n"
                    b"RCPT TO:<user1>\r\nDATA\r\ntext\r\n.\r\n")
        client.expect("221 2.7.0")
        assert client.replies() == []
    host.nothing_stored()


def test_deaf_client():
    """A client that only sends cannot make the server hold its answers in memory for ever"""
    with host.Client() as client:
        client.expect("220")
        client.socket.setblocking(False)
        sent, end = 0, time.monotonic() + 3
        try:
            while sent < 50_000_000 and time.monotonic() < end:
                try:
                    sent += client.socket.send(b"NOOP\r\n" * 10000)
                except BlockingIOError:
                    time.sleep(0.05)
        except ConnectionError:
            pass
        assert sent < 50_000_000, "the server went on reading though nobody reads its answers"


def test_log_injection():
    """What a client says can't make lines, fields or control characters in the log"""
    mark = len(host.log())
    with host.Client() as client:
        client.expect("220")
        client.say("EHLO a\x1b[2J", "")
        client.say("MAIL FROM:<\"a b=c\"@example.org>", "250")
        client.say("RCPT TO:<\"x event=delivered\\\" event=delivered\"@localhost>", "550")
        client.say("QUIT", "221")
    host.no_process_left()
    host.logged("event=refused.*RCPT")
    for line in host.log()[mark:].splitlines():
        assert line.isprintable(), f"control characters in {line!r}"
        events = [word for word in shlex.split(line) if word.startswith("event=")]
        assert len(events) == 1 and events != ["event=delivered"], line


if __name__ == "__main__":
    host.main(globals())
