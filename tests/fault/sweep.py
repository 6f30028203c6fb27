"""How much of a sweep over system calls is done: a part of a minute, or with --all everything."""
import os
import sys

# The calls in which a message is stored, and those in which one process speaks to another or makes it.
STORING = {"openat", "mkdir", "write", "fsync", "linkat"}
PASSING = {"clone", "clone3", "fork", "vfork", "pipe2", "socketpair", "sendmsg", "recvmsg", "memfd_create"}
SOME = 6
MOST_TOLD = 12


def take_option():
    """Takes --all from the command line; the environment carries it into the mail host."""
    if "--all" in sys.argv[1:]:
        sys.argv.remove("--all")
        os.environ["FAULT_SWEEP"] = "all"


def everything():
    return os.environ.get("FAULT_SWEEP") == "all"


def chosen(calls):
    """Of one process's calls those that matter, and some of the others: [(position from 1, call)]."""
    return [(at, call) for at, call in enumerate(calls, 1)
            if everything() or call.name in STORING | PASSING or at % SOME == 0]


def each(cases, check):
    """Runs check(*case) for every case, whatever the one before came to, and tells what failed together."""
    problems = []
    for case in cases:
        try:
            check(*case)
        except (AssertionError, OSError) as problem:
            problems.append(f"{' '.join(str(part) for part in case)}: {problem}")
    assert not problems, f"{len(problems)} of {len(cases)} failed:\n" + "\n".join(problems[:MOST_TOLD])
