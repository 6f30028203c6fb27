#!/usr/bin/python3
"""Fifty clients at once, some of which vanish within a message: what got 250 is there once, whole, and no more."""
import concurrent.futures
import dataclasses
import hashlib
import random
import smtplib
import socket
import struct

import host

CLIENTS = 50
MESSAGES = 2000  # sent to their end, by all of them together
TO_A_CONNECTION = (1, 1, 3, 20)
SIZES = (0, 100, 1000, 4000, 4000, 20000, 66000, 300000)
SENDER = "crowd@example.org"
ACCEPTED, BROKEN, UNHEARD = "accepted", "broken", "unheard"


@dataclasses.dataclass
class Sent:
    """One message as a client sees it: 250, a connection broken before its end, or none left to hear the reply."""
    user: str
    digest: bytes
    fate: str


def digest(body):
    return hashlib.sha256(body).digest()


class Crowd:
    """One of the clients, with a random course of its own that is the same in every run."""

    def __init__(self, number):
        self._number = number
        self._random = random.Random(number)
        self._count = 0
        self.sent = []

    def run(self):
        left = MESSAGES // CLIENTS
        while left:
            messages = min(left, self._random.choice(TO_A_CONNECTION))
            self._connect(messages)
            left -= messages
        return self.sent

    def _connect(self, messages):
        with smtplib.SMTP(*host.ADDRESS, local_hostname="client.example", timeout=host.SECONDS) as client:
            for _ in range(messages):
                user, text = self._message()
                client.sendmail(SENDER, [user], text)  # raises an error unless it gets 250
                self._note(user, text, ACCEPTED)
            if self._random.randrange(3) == 0:
                self._vanish(client)

    def _message(self):
        self._count += 1
        body = self._random.randbytes(self._random.choice(SIZES) // 2).hex().encode()
        lines = b"".join(body[at:at + 76] + b"\r\n" for at in range(0, len(body), 76))
        head = f"Subject: {self._number}/{self._count}\r\n\r\n".encode()
        return self._random.choice(host.USERS), head + lines

    def _note(self, user, text, fate):
        self.sent.append(Sent(user, digest(text.replace(b"\r\n", b"\n")), fate))

    def _vanish(self, client):
        """Somewhere in a message, with a close or a reset; now and then right behind the final dot."""
        user, text = self._message()
        client.mail(SENDER)
        client.rcpt(user)
        client.docmd("DATA")
        whole = self._random.randrange(4) == 0
        client.sock.sendall(text + b".\r\n" if whole else text[:self._random.randrange(len(text))])
        if self._random.randrange(2):
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        self._note(user, text, UNHEARD if whole else BROKEN)


def stored_digests(user):
    """What is in the user's new/, each file whole as far as its name tells, with our fields taken off."""
    digests = []
    for file in host.messages(user):
        text = file.read_bytes()
        host.check_name(file, text)
        fields = host.OWN_FIELDS.match(text)
        assert fields, f"not Return-Path, Delivered-To, Received on top: {text[:300]!r}"
        assert fields["sender"].decode() == SENDER, fields["sender"]
        digests.append(digest(text[fields.end():]))
    return digests


def check_mailbox(user, sent):
    stored = stored_digests(user)
    assert len(stored) == len(set(stored)), f"{user} has a message twice"
    there = set(stored)
    accepted = {message.digest for message in sent if message.fate == ACCEPTED}
    unheard = {message.digest for message in sent if message.fate == UNHEARD}
    assert not accepted - there, f"{user}: {len(accepted - there)} messages got 250 and are not there"
    assert not there - accepted - unheard, f"{user}: {len(there - accepted - unheard)} messages nobody finished sending"
    tmp = host.maildir(user) / "tmp"
    assert not list(tmp.iterdir()), f"left in {tmp}: {list(tmp.iterdir())}"


def test_crowd():
    """Each message that got 250 is there exactly once, in its user's mailbox; none is there that was broken off"""
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(Crowd(number).run) for number in range(CLIENTS)]
        sent = [message for client in clients for message in client.result()]
    host.no_process_left()
    fates = [message.fate for message in sent]
    assert fates.count(ACCEPTED) == MESSAGES and fates.count(BROKEN) > 50 and fates.count(UNHEARD) > 10, len(sent)
    for user in host.USERS:
        check_mailbox(user, [message for message in sent if message.user == user])
    host.spool_is_empty()


if __name__ == "__main__":
    host.main(globals(), "--users", "7")
