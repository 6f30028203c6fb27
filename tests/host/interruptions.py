#!/usr/bin/python3
"""Clients that vanish or fall silent, at each point of a session: no half message, no process left."""
import os
import signal
import socket
import struct

import host

TIMEOUT_SECONDS = 2

# What has been said when it happens, and how many replies that has.
POINTS = [
    (b"", 1),
    (b"EH", 1),
    (b"EHLO client.example\r\n", 2),
    (b"EHLO client.example\r\nMAIL FROM:<a@exam", 2),
    (b"EHLO client.example\r\nMAIL FROM:<a@example.org>\r\n", 3),
    (b"EHLO client.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<user1>\r", 3),
    (b"EHLO client.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<user1>\r\n", 4),
]
MESSAGE_STARTED = POINTS[-1][0] + b"DATA\r\n"
POINTS += [(MESSAGE_STARTED + text, 5) for text in (
    b"", b"Subj", b"Subject: half\r\n", b"Subject: half\r\n\r\nText", b"Subject: half\r\n\r\nText\r",
    b"Subject: half\r\n\r\nText\r\n", b"Subject: half\r\n\r\nText\r\n.", b"Subject: half\r\n\r\nText\r\n.\r",
    b"Subject: half\r\n\r\n" + b"0123456789abcdef" * 100000)]


def at(point):
    said, replies = point
    client = host.Client()
    client.send(said)
    for _ in range(replies):
        assert client.reply()[:1] in "23", said
    return client


def test_half_close():
    """The client closes its side: so does the server, without a word"""
    for point in POINTS:
        with at(point) as client:
            client.socket.shutdown(socket.SHUT_WR)
            assert client.replies() == [], point
    host.nothing_stored()


def test_close():
    for point in POINTS:
        at(point).__exit__()
    host.no_process_left()
    host.nothing_stored()


def test_reset():
    """The connection breaks"""
    for point in POINTS:
        client = at(point)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.__exit__()
    host.no_process_left()
    host.nothing_stored()


def test_silence():
    """After smtpd_timeout: 421 4.4.2, and the end"""
    clients = [at(point) for point in POINTS]
    for client, point in zip(clients, POINTS):
        replies = client.replies()
        assert len(replies) == 1 and replies[0].startswith("421 4.4.2"), (point, replies)
        client.__exit__()
    host.no_process_left()
    host.nothing_stored()


def test_vanishing_before_the_reply():
    """Who hangs up right after the end of a message may find it delivered once, whole, or not at all"""
    for _ in range(20):
        host.empty_mailboxes()
        client = at((MESSAGE_STARTED, 5))
        client.send(b"Subject: whole\r\n\r\nText\r\n.\r\n")
        client.__exit__()
        host.no_process_left()
        stored = host.messages("user1")
        assert len(stored) <= 1, stored
        assert not stored or stored[0].read_bytes().endswith(b"Subject: whole\n\nText\n")


def test_killed_session():
    """Killed from outside, a session leaves nothing behind"""
    for point in POINTS[::4]:
        with at(point) as client:
            for pid in host.running("smtpd"):
                os.kill(pid, signal.SIGKILL)
            assert client.replies() == []
        host.no_process_left()
    host.nothing_stored()


if __name__ == "__main__":
    host.main(globals(), "--set", f"smtpd_timeout={TIMEOUT_SECONDS}s")
