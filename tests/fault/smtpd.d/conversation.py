"""One SMTP session with a traced smtpd: two messages, what was told to the client, and what is in the mailbox."""
import dataclasses
import os
import socket

import host
import traced

# Three pieces of 64 KiB, as the spool and the delivery write them; and a message that one piece holds.
MESSAGES = (b"Subject: first\r\n\r\n" + b"0123456789abcdef\r\n" * 8000, b"Subject: second\r\n\r\nshort\r\n")
SENDER = "s@example.org"
REPLY_SECONDS = 5
MONITOR, SESSION, WORKER = range(3)  # in the order of forks; one worker delivers both messages


def path():
    return os.environ["MAILHOST_BIN"] + "/smtpd"


def begin(*options, trouble=None):
    """(client, traced smtpd)"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = host.Client(listener.getsockname(), seconds=REPLY_SECONDS)
        connection, _ = listener.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client, traced.Traced([path(), *options], connection, trouble)


def lasts(call):
    """The fsync after which a message is there for good."""
    return call.process >= WORKER and call.name == "fsync" and call.where.endswith("/Maildir/new")


class HungUp(Exception):
    pass


def ask(client, data):
    """The reply to `data`; HungUp when there is none."""
    try:
        if data:
            client.send(data)
        reply = client.reply()
    except ConnectionError:
        reply = ""
    if not reply or reply.startswith("421"):
        raise HungUp(reply)
    return reply


def send(client, message, recipients=("user1",)):
    """The last reply: the one to the end of the message, or the first refusal."""
    commands = [f"MAIL FROM:<{SENDER}>", *(f"RCPT TO:<{user}>" for user in recipients), "DATA"]
    for command in commands:
        reply = ask(client, command.encode() + b"\r\n")
        if reply[0] not in "23":
            ask(client, b"RSET\r\n")
            return reply
    return ask(client, message + b".\r\n")


@dataclasses.dataclass
class Told:
    """What the client heard of each message; "" is nothing at all."""
    replies: list
    went_on: bool = False  # to QUIT and its answer

    def __str__(self):
        return f"replies {self.replies}" + ("" if self.went_on else ", then hung up")


def converse(client, messages=MESSAGES):
    told = Told([])
    try:
        ask(client, b"")
        ask(client, b"EHLO client.example\r\n")
        for message in messages:
            told.replies.append(send(client, message))
        told.went_on = ask(client, b"QUIT\r\n").startswith("221")
    except HungUp:
        told.replies += [""] * (len(messages) - len(told.replies))
    return told


def run(*options, trouble=None, messages=MESSAGES):
    """(what was told, calls, the call that was hit) of a whole session, when every process has ended."""
    client, smtpd = begin(*options, trouble=trouble)
    with client:
        try:
            told = converse(client, messages)
        except TimeoutError:
            smtpd.end()
            raise
    calls, hit = smtpd.finish()
    host.no_process_left()
    return told, calls, hit


def copies(messages=MESSAGES, user="user1"):
    """How often each message is in new/; everything there is one of them, whole."""
    bodies = []
    for file in host.messages(user):
        text = file.read_bytes()
        host.check_name(file, text)
        fields = host.OWN_FIELDS.match(text)
        assert fields, f"half a message: {text[:300]!r}"
        bodies.append(text[fields.end():])
    wanted = [message.replace(b"\r\n", b"\n") for message in messages]
    for body in bodies:
        assert body in wanted, f"half a message of {len(body)} octets: {body[:100]!r} ... {body[-100:]!r}"
    return [bodies.count(message) for message in wanted]


def check_good(told):
    assert all(reply.startswith("250") for reply in told.replies) and told.went_on, told


def check_kept(told, may_be_there, messages=MESSAGES):
    """250 and the message are one. Without a 250 there is none of it, or where it `may_be_there`, one at most."""
    for reply, count in zip(told.replies, copies(messages)):
        if reply.startswith("250"):
            assert count == 1, f"{reply!r} and {count} messages"
        else:
            assert count <= may_be_there, f"{reply!r} and {count} messages"
    host.spool_is_empty()
    tmp = host.maildir("user1") / "tmp"
    assert not tmp.is_dir() or not list(tmp.iterdir()), f"left in tmp: {list(tmp.iterdir())}"
