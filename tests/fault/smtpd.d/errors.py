"""Each system call failing in turn: a temporary failure for that message, nothing stored, and the next one passes."""
import errno

import conversation
import homes
import host
import kills
import sweep
import traced
from conversation import MONITOR, SESSION, WORKER, lasts

ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT)
# What the client hears when it is the user's mailbox, and when it is the spool.
MAILBOX = {errno.ENOSPC: "452 4.3.1", errno.EIO: "451 4.3.0", errno.EDQUOT: "552 5.2.2"}
SPOOL = {errno.ENOSPC: "452 4.3.1", errno.EIO: "451 4.3.0", errno.EDQUOT: "452 4.3.1"}
# Linux closes even when close says otherwise, and a child can be killed; the others have no errors.
CANNOT_FAIL = {"close", "exit_group", "geteuid", "getpid", "gettid", "kill", "rt_sigreturn", "set_robust_list", "umask"}
# An answer may be lost in these: then nobody knows what became of the message.
ANSWERS = {"recvmsg", "sendmsg", "poll"}


def keeps(call):
    """The calls in which the session keeps a message until it is delivered: in the spool's folder, or in memory."""
    return call.process == SESSION and (call.name in ("write", "memfd_create") or call.where == ".")


def fills(call):
    """The calls with the user's rights in which a message gets into the mailbox."""
    return call.process >= WORKER and call.uid != 0 and (call.name == "linkat" or "/home/" in call.where) and \
        call.name in sweep.STORING


def greets(call):
    """A greeting that gets lost while the client is there: no error of a socket means that."""
    return call.process == MONITOR and call.name == "write" and call.where.startswith("socket:")


def cases(process, names=None):
    """(process, name, nth, error, where): those that matter with every error, of the others one error each."""
    calls = [call for call in kills.calls_of_good_session() if call.process == process]
    found = []
    for at, call in enumerate(calls):
        if call.name in CANNOT_FAIL or (names and call.name not in names) or greets(call):
            continue
        of_message = keeps(call) or "/home/" in call.where
        errors = ERRORS if sweep.everything() or of_message else [ERRORS[at % len(ERRORS)]]
        found += [(process, call.name, call.nth, error, call.where) for error in errors]
    return found


def check_copies(told, hit, before):
    """250 and the message are one; without it none is there, unless the failure came too late to take it back."""
    lost = hit.name in ANSWERS and hit.process in (MONITOR, SESSION)
    for number, (reply, copies) in enumerate(zip(told.replies, conversation.copies())):
        assert not reply.startswith("5") or reply.startswith(MAILBOX[errno.EDQUOT]), told
        least = 1 if reply.startswith("250") else 0
        most = 1 if reply[:3] in ("", "250") or number < before or lost else 0
        assert least <= copies <= most, f"{told}: message {number + 1} is there {copies} times"
    conversation.check_kept(told, may_be_there=1)


def check(process, name, nth, what, _):
    host.empty_mailboxes()
    told, calls, hit = conversation.run(trouble=traced.Trouble(process, nth, what, name))
    if not hit:  # how often it reads, the network decides
        return conversation.check_good(told)
    # How many messages were there for good before the call: of the next one it must be told what went wrong.
    before = sum(lasts(call) for call in calls[:calls.index(hit)])
    check_copies(told, hit, before)
    if keeps(hit):
        assert told.went_on and told.replies[before].startswith(SPOOL[what]), told
    if fills(hit):
        assert told.replies[before].startswith(MAILBOX[what]), told
    if process == WORKER:
        assert told.went_on and sum(reply.startswith("250") for reply in told.replies) >= 1, told


def test_worker_fails():
    """The first message makes the Maildir, the second finds it; whichever fails, the other one passes"""
    sweep.each(cases(WORKER, None if sweep.everything() else sweep.STORING | sweep.PASSING), check)


def test_session_fails():
    sweep.each(cases(SESSION, None if sweep.everything() else sweep.STORING | sweep.PASSING), check)


def test_monitor_fails():
    sweep.each(cases(MONITOR, None if sweep.everything() else sweep.STORING | sweep.PASSING), check)


def test_no_unnamed_files():
    """A file system without O_TMPFILE: the message passes all the same"""
    for process, where in ((SESSION, "."), (WORKER, "/Maildir/tmp")):
        call = next(call for call in kills.calls_of_good_session()
                    if call.process == process and call.name == "openat" and call.where.endswith(where))
        host.empty_mailboxes()
        told, _, hit = conversation.run(trouble=traced.Trouble(process, call.nth, errno.EOPNOTSUPP, "openat"))
        assert hit and told.replies[0].startswith("250") and told.went_on, told
        conversation.check_kept(told, may_be_there=0)


def test_answer_of_another_message():
    """An answer that the session could not read is never taken for the next message's"""
    call = next(call for call in kills.calls_of_good_session() if call.process == SESSION and call.name == "recvmsg")
    with homes.set_aside("user2"):
        client, smtpd = conversation.begin(trouble=traced.Trouble(SESSION, call.nth, errno.ENOMEM, "recvmsg"))
        with client:
            client.expect("220")
            client.say("EHLO client.example", "250")
            first = conversation.send(client, conversation.MESSAGES[0])
            host.until(lambda: host.messages("user1"), "the first message")
            second = conversation.send(client, conversation.MESSAGES[1], ["user2"])
        smtpd.finish()
    assert first.startswith("45"), first
    assert second.startswith("45"), f"{second!r}, and there is no such mailbox"


def test_no_worker_to_be_had():
    """No process, no socket for it: each message is refused, the session goes on"""
    for name in ("clone", "socketpair"):
        host.empty_mailboxes()
        told, _, hit = conversation.run(trouble=traced.Trouble(MONITOR, 2, errno.EAGAIN, name, lasting=True))
        assert hit and told.went_on, told
        assert all(reply.startswith("451 4.3.0") for reply in told.replies), told
        host.nothing_stored()
