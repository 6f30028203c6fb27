"""kill -9 before each system call in turn: never half a message, never success without a whole one."""
import shutil

import calls
import host
import program

ONE = ("-f", program.SENDER, "user1")
EVERYBODY = ("-f", program.SENDER, "user1", "user2", "user3")


def check_whole(status, users, call):
    for user in users:
        texts = program.stored(user)
        for text in texts:
            assert text == program.fields(user) + program.STORED, f"{call}: half a message for {user}"
        assert len(texts) <= 1, f"{call}: {len(texts)} messages for {user}"
        assert texts or status != 0, f"{call}: success without a message for {user}"


def empty(users):
    for user in users:
        for folder in ("new", "tmp"):
            for file in (host.maildir(user) / folder).iterdir():
                file.unlink()


def remove(users):
    for user in users:
        shutil.rmtree(host.maildir(user), ignore_errors=True)


def sweep(arguments, users, reset, also=()):
    """Kills before each call of a good delivery; `reset` restores what it starts from."""
    reset(users)
    made = calls.trace(*arguments, injections=also)
    # A call that several processes make stands for each of them: whoever comes to it first is killed.
    taken = {"execve", *(word.split("=")[1].split(":")[0] for word in also)}
    chosen = dict.fromkeys(call for call in made if call.name not in taken)
    assert len(chosen) > 50, f"only {len(chosen)} calls seen"
    killed = 0
    for call in chosen:
        reset(users)
        done = calls.injected([*also, call.inject("signal=KILL")], *arguments)
        killed += done.status != 0
        check_whole(done.status, users, call)
    assert killed > len(chosen) * 0.8, f"only {killed} of {len(chosen)} were killed"


def test_killed_at_every_call():
    program.run("user1")
    sweep(ONE, ["user1"], empty)


def test_killed_at_every_call_of_the_first_delivery():
    """The Maildir is made; whatever was left of it, the next delivery succeeds"""
    def redeliver_and_remove(users):
        for user in users:
            before = len(program.stored(user))
            assert program.run(user).status == 0, "the next delivery failed"
            assert len(program.stored(user)) == before + 1
            host.check_modes(user, host.messages(user)[-1])
        remove(users)

    sweep(ONE, ["user1"], redeliver_and_remove)


def test_killed_at_every_call_without_unnamed_files():
    """Where there is no O_TMPFILE: what is left in tmp/ is never shown"""
    program.run("user1")
    sweep(ONE, ["user1"], empty, [calls.no_unnamed_files(*ONE)])


def test_killed_at_every_call_with_several_users():
    """A message from a pipe, spooled for three: a temporary failure may leave some served, none by half"""
    for user in host.USERS:
        program.run(user)
    sweep(EVERYBODY, host.USERS, empty)
