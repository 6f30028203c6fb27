"""Real trouble, most of it under xinetd: full disks, homes gone or closed, one of two recipients, a slow delivery."""
import contextlib
import re
import time

import conversation
import homes
import host
import kills
import traced
from conversation import WORKER, lasts

SMALL = b"Subject: small\r\n\r\ntext\r\n"  # it may pass through memory
MEDIUM, LARGE = (b"Subject: x\r\n\r\n" + b"0123456789abcdef\r\n" * count for count in (5000, 100000))
INCOMING = host.ROOT / "spool" / "incoming"
LIMIT = 2  # seconds for a delivery, where it is to be reached


@contextlib.contextmanager
def greeted():
    with host.Client() as client:
        client.expect("220")
        client.say("EHLO client.example", "250")
        yield client


def refused(client, message, reply, recipients=("user1",)):
    got = conversation.send(client, message, recipients)
    assert got.startswith(reply), f"{got!r} instead of {reply}"


def accepted(client, message, recipients=("user1",)):
    refused(client, message, "250 2.0.0", recipients)


def check_there(user, message):
    host.check_stored(user, message, conversation.SENDER)


def test_full_spool():
    """The message is refused, and the session goes on: with what fits, and when there is room again"""
    with homes.mounted(INCOMING, "mayfly", "size=256k"):
        with greeted() as client:
            refused(client, LARGE, "452 4.3.1")
            accepted(client, MEDIUM)
            filler = homes.fill(INCOMING)
            refused(client, MEDIUM, "452 4.3.1")
            filler.unlink()
            accepted(client, MEDIUM)
        host.no_process_left()
        host.spool_is_empty()
    assert conversation.copies([MEDIUM]) == [2]


def test_no_inodes_in_the_spool():
    with homes.mounted(INCOMING, "mayfly", "nr_inodes=1"), greeted() as client:
        refused(client, MEDIUM, "452 4.3.1")
        refused(client, MEDIUM, "452 4.3.1")
        client.say("QUIT", "221")
        host.no_process_left()
    host.nothing_stored()


def test_full_home():
    """The same session can deliver when there is room again"""
    with homes.mounted(homes.home("user1"), "user1", "size=256k"), greeted() as client:
        refused(client, LARGE, "452 4.3.1")
        host.nothing_stored()
        accepted(client, SMALL)
        filler = homes.fill(homes.home("user1"))
        refused(client, SMALL, "452 4.3.1")
        filler.unlink()
        accepted(client, SMALL)
        assert conversation.copies([SMALL]) == [2]


def test_no_home():
    with greeted() as client:
        with homes.set_aside("user1"):
            refused(client, SMALL, "451 4.2.0")
            assert not homes.home("user1").exists(), "a home was made"
        accepted(client, SMALL)
    check_there("user1", SMALL)


def test_home_of_somebody_else():
    with greeted() as client:
        with homes.given_away("user1"):
            refused(client, SMALL, "451 4.3.0")
            homes.home("user1").chmod(0o755)
            refused(client, SMALL, "451 4.3.0")
        accepted(client, SMALL)
    check_there("user1", SMALL)


def test_home_without_permission():
    with greeted() as client:
        homes.home("user1").chmod(0o500)
        try:
            refused(client, SMALL, "451 4.3.0")
        finally:
            homes.home("user1").chmod(0o700)
        accepted(client, SMALL)
    check_there("user1", SMALL)


def check_second_refused(reply):
    """RCPT refuses the second recipient, user2, alone: user1 gets the message."""
    with greeted() as client:
        client.say(f"MAIL FROM:<{conversation.SENDER}>", "250")
        client.say("RCPT TO:<user1>", "250 2.1.5")
        client.say("RCPT TO:<user2>", reply)
        client.say("DATA", "354")
        client.send(SMALL + b".\r\n")
        client.expect("250 2.0.0")
    check_there("user1", SMALL)
    assert not host.messages("user2")


def test_second_recipient_without_home():
    with homes.set_aside("user2"):
        check_second_refused("451 4.2.0")


def test_second_recipient_closed():
    with homes.given_away("user2"):
        check_second_refused("451 4.3.0")


def test_second_recipient_full():
    with homes.mounted(homes.home("user2"), "user2", "size=64k"):
        homes.fill(homes.home("user2"))
        check_second_refused("452 4.3.1")


def test_second_recipient_fails_at_delivery():
    """There is room when RCPT asks, but not for this message: the sender tries again for both, user1 has it already"""
    with homes.mounted(homes.home("user2"), "user2", "size=256k"), greeted() as client:
        refused(client, LARGE, "452 4.3.1", ("user1", "user2"))
        check_there("user1", LARGE)
        assert not host.messages("user2") and not list((host.maildir("user2") / "tmp").iterdir())
        accepted(client, SMALL, ("user2", "user1"))
        check_there("user2", SMALL)
    host.logged(r"event=recipient-failed .*user=user2 .*452 4\.3\.1")


def standing_still(call):
    """What was told in a session whose worker stands still before the call."""
    host.empty_mailboxes()
    start = time.monotonic()
    told, _, hit = conversation.run("-o", f"smtpd_delivery_time_limit={LIMIT}s",
                                    trouble=traced.Trouble(WORKER, call.nth, "hold", call.name))
    seconds = time.monotonic() - start
    assert hit, f"{call} was never made"
    assert LIMIT <= seconds < LIMIT + 3, f"{seconds} s"
    assert re.match(r"451 4\..* too long", told.replies[0]), told
    assert told.replies[1].startswith("250") and told.went_on, told
    return told


def worker_calls():
    return [call for call in kills.calls_of_good_session() if call.process == WORKER]


def test_delivery_time_limit():
    """A delivery that stands still is killed at its limit and leaves nothing; the next message passes"""
    for name in ("setresuid", "linkat"):
        told = standing_still(next(call for call in worker_calls() if call.name == name))
        conversation.check_kept(told, may_be_there=0)
    host.logged(r'event=worker-died user=user1 status="signal 9"')


def test_delivery_stands_still_at_its_end():
    """Behind the last fsync: the sender tries again, though the message is there"""
    calls = worker_calls()
    behind = calls[next(at for at, call in enumerate(calls) if lasts(call)):]
    told = standing_still(next(call for call in behind if call.name == "sendmsg"))
    conversation.check_kept(told, may_be_there=1)
