#!/usr/bin/python3
"""The limits that are shipped: of the super-server, and of errors per session."""
import time

import host

PER_SOURCE = 50  # xinetd.d/mayfly-smtp


def test_largest_message():
    """50 MiB fit through a process with the shipped rlimit_as"""
    text = b"Subject: large\r\n\r\n" + (b"0123456789abcdef" * 4 + b"\r\n") * 794000
    assert 52_000_000 < len(text) < 52428800
    host.submit("a@example.org", ["user1"], text)
    host.check_stored("user1", text, "a@example.org")


def test_too_large_message():
    with host.Client() as client:
        client.start_message()
        client.send((b"0123456789abcdef" * 4 + b"\r\n") * 800000)
        client.say(".", "552 5.3.4")
        client.say("QUIT", "221")
    host.nothing_stored()


def test_hard_error_limit():
    """20 errors and the session is over; they are answered late from the tenth on"""
    with host.Client() as client:
        client.expect("220")
        client.send(b"XYZZY\r\n" * 30)
        start = time.monotonic()
        replies = client.replies()
    assert len(replies) == 21 and replies[-1].startswith("421 4.7.0"), replies
    assert all(reply.startswith("500 5.5.1") for reply in replies[:-1]), replies
    assert time.monotonic() - start > 3, "errors beyond smtpd_soft_error_limit were not slowed down"


def test_connections_per_source():
    """One client too many is turned away; when one goes there is room again"""
    clients = [host.Client() for _ in range(PER_SOURCE)]
    for client in clients:
        client.expect("220")
    with host.Client() as one_too_many:
        try:
            assert one_too_many.replies() == []
        except ConnectionError:
            pass
    for client in clients:
        client.say("QUIT", "221")
        client.__exit__()
    host.no_process_left()
    with host.Client() as client:
        client.expect("220")
        client.say("QUIT", "221")


def test_flood():
    """A flood of connections doesn't shut the service for long"""
    for _ in range(400):
        host.Client().__exit__()
    time.sleep(1.5)
    with host.Client() as client:
        client.expect("220")
        client.say("QUIT", "221")


if __name__ == "__main__":
    host.main(globals(), "--limits")
