"""kill -9 before each system call of each process: never half a message, never a 250 without a whole one."""
import functools
import os
import re

import conversation
import host
import sweep
import traced
from conversation import MONITOR, SESSION, WORKER


@functools.cache
def calls_of_good_session():
    told, calls, _ = conversation.run()
    conversation.check_good(told)
    return calls


def killed(process, at):
    """(what was told, the call that was hit, the log) of a session one of whose processes is killed."""
    host.empty_mailboxes()
    mark = os.path.getsize(os.environ["MAILHOST_LOG"])
    told, _, hit = conversation.run(trouble=traced.Trouble(process, at, "kill"))
    conversation.check_kept(told, may_be_there=1)
    return told, hit, mark


def logged_since(mark, pattern):
    def found():
        with open(os.environ["MAILHOST_LOG"], "rb") as log:
            log.seek(mark)
            return re.search(pattern, log.read().decode(errors="replace"), re.MULTILINE)

    host.until(found, f"log: {pattern}")


def over(process, check):
    calls = [call for call in calls_of_good_session() if call.process == process]
    assert len(calls) > 30, f"only {len(calls)} calls seen"
    sweep.each([(at, call.name, call.where) for at, call in sweep.chosen(calls)], check)


def test_worker_killed():
    """The client hears a temporary failure for the message at hand; another worker takes the next one"""
    def check(at, *_):
        told, hit, mark = killed(WORKER, at)
        failed = [reply for reply in told.replies if not reply.startswith("250")]
        assert told.went_on and len(failed) <= (1 if hit else 0), told
        for reply in failed:
            assert reply.startswith("451 4.3.0"), told
            logged_since(mark, r"event=recipient-failed .*user=user1 .*451 4\.3\.0")
            logged_since(mark, r'event=worker-died user=user1 status="signal 9"')

    over(WORKER, check)


def test_session_killed():
    """The connection ends at once, and the log says so"""
    def check(at, *_):
        told, hit, mark = killed(SESSION, at)
        if hit:
            logged_since(mark, r'event=session-died status="signal 9"')
            assert not told.went_on or hit.name in ("getpid", "sendto", "close", "brk", "exit_group"), told

    over(SESSION, check)


def test_monitor_killed():
    """The session ends with it; a delivery that runs may go on to its end"""
    def check(at, *_):
        told, _, _ = killed(MONITOR, at)
        for reply in told.replies:
            assert reply[:1] in ("", "2", "4"), told

    over(MONITOR, check)
