"""Each system call failing in turn: the right exit status, nothing stored, nothing left behind."""
import shutil

import calls
import host
import program

ONE = ("-f", program.SENDER, "user1")
STATUS = {"ENOSPC": (program.TEMPORARY, "4.3.1"), "EIO": (program.TEMPORARY, "4.3.0"),
          "EDQUOT": (program.OVER_QUOTA, "5.2.2")}
STORING = {"openat", "write", "fsync", "linkat", "mkdir"}


def storing_calls(made):
    """Of the calls with the user's rights, those up to the last fsync, which makes the message last."""
    made = calls.as_user(made)
    last = max(i for i, call in enumerate(made) if call.name == "fsync")
    return [call for call in made[:last + 1] if call.name in STORING]


def check_stored_once():
    assert program.stored("user1") == [program.fields("user1") + program.STORED]
    tmp = host.maildir("user1") / "tmp"
    assert not list(tmp.iterdir()), "something left in tmp"


def remove():
    shutil.rmtree(host.maildir("user1"), ignore_errors=True)


def succeeds(*injections):
    remove()
    done = calls.injected(injections, *ONE)
    assert done.status == 0, f"{injections}: exit status {done.status}: {done.said}"
    check_stored_once()


def fails(status, code, *injections, user="user1"):
    remove()
    done = calls.injected(injections, *ONE)
    try:
        program.check_failed(done, status, code, user)
    except AssertionError as failure:
        raise AssertionError(f"{injections}: {failure}") from failure


def sweep(storing, also=()):
    for call in storing:
        for error, (status, code) in STATUS.items():
            fails(status, code, *also, call.inject(f"error={error}"))


def test_every_call_of_the_first_delivery_fails():
    """ENOSPC, EIO and EDQUOT at each open, mkdir, write, fsync and link"""
    storing = storing_calls(calls.trace(*ONE))
    assert STORING == {call.name for call in storing}, storing
    sweep(storing)


def test_every_call_of_a_later_delivery_fails():
    """The same where the Maildir is there already"""
    program.run("user1")
    storing = storing_calls(calls.trace(*ONE))
    assert {call.name for call in storing} == STORING - {"mkdir"}, storing
    for call in storing:
        for error, (status, code) in STATUS.items():
            for file in (host.maildir("user1") / "new").iterdir():
                file.unlink()
            program.check_failed(calls.injected([call.inject(f"error={error}")], *ONE), status, code)


def test_every_call_without_unnamed_files_fails():
    also = [calls.no_unnamed_files(*ONE)]
    remove()
    storing = storing_calls(calls.trace(*ONE, injections=also))
    sweep([call for call in storing if call.name != "openat"], also)


def test_close_fails():
    """After a good fsync a failing close takes nothing away"""
    remove()
    for call in calls.as_user(calls.trace(*ONE)):
        if call.name == "close":
            succeeds(call.inject("error=EIO"))


def test_reading_the_message_fails():
    remove()
    pieces = [call for call in calls.as_user(calls.trace(*ONE)) if call.text.startswith("0, ") and call.name == "read"]
    assert len(pieces) > 2, pieces
    for call in pieces:
        fails(program.TEMPORARY, "4.3.0", call.inject("error=EIO"))


def test_other_ways_to_store():
    """No O_TMPFILE, no /proc, no hard links, a name that is taken: the message is stored all the same"""
    succeeds("--inject=linkat:error=EEXIST:when=1")
    succeeds("--inject=linkat:error=ENOENT:when=1")
    succeeds("--inject=linkat:error=EPERM")
    succeeds("--inject=linkat:error=EPERM", "--inject=renameat2:error=EINVAL")
    remove()
    unnamed = calls.no_unnamed_files(*ONE)
    succeeds(unnamed)
    succeeds(unnamed, "--inject=linkat:error=EPERM")
    fails(program.TEMPORARY, "4.3.0", unnamed, "--inject=linkat:error=EXDEV")


def test_privileges_stay():
    """Root that cannot be given up, or comes back, delivers nothing"""
    for name in ("setgroups", "setresgid", "setresuid"):
        fails(program.TEMPORARY, "4.3.0", f"--inject={name}:error=EPERM")
    fails(program.TEMPORARY, "4.3.0", "--inject=setuid:retval=0")


def test_account_database_down():
    """An account database that cannot be read is no reason to bounce mail"""
    remove()
    accounts = next(call for call in calls.trace(*ONE) if "/etc/passwd" in call.text)
    for error in ("EIO", "EMFILE", "EACCES"):
        fails(program.TEMPORARY, "4.3.0", accounts.inject(f"error={error}"))


def test_no_process_to_be_had():
    """Several users and no fork: each is told of it"""
    for name in ("clone", "clone3", "fork", "vfork"):
        done = calls.injected([f"--inject={name}:error=EAGAIN"], "user1", "user2", stdin=open("/dev/null", "rb"))
        if done.status != 0:
            break
    assert done.status == program.TEMPORARY, f"exit status {done.status}"
    assert done.said.startswith("deliver: user1: 4.3.0 ") and "deliver: user2: 4.3.0 " in done.said, done.said
    host.nothing_stored()


def test_report_fails():
    """A caller that is gone takes nothing away"""
    remove()
    arguments = ("--status-fd", "1", *ONE)
    write = next(call for call in calls.trace(*arguments) if call.name == "write" and "delivered" in call.text)
    remove()
    assert calls.injected([write.inject("error=EPIPE")], *arguments).status == 0
    check_stored_once()
