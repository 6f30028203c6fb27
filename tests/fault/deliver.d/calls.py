"""deliver under strace(1): which system calls it makes, and what happens when one fails or kills it."""
import collections
import dataclasses
import re

import host
import program

START = re.compile(r"(\d+) +(\w+)\((.*)")


@dataclasses.dataclass(frozen=True)
class Call:
    """The nth call of that name in its process."""
    name: str
    nth: int
    text: str = dataclasses.field(compare=False)

    def inject(self, what):
        return f"--inject={self.name}:{what}:when={self.nth}"


def trace(*arguments, injections=()):
    """Every call of a delivery that goes well, in order."""
    file = host.ROOT / "strace"
    done = program.run(*arguments, before=["strace", "-f", "-o", file, *injections])
    assert done.status == 0, f"exit status {done.status}: {done.said}"
    counts, calls = collections.Counter(), []
    for line in file.read_text(errors="replace").splitlines():
        if found := START.match(line):
            pid, name, text = found.groups()
            counts[pid, name] += 1
            calls.append(Call(name, counts[pid, name], text))
    return calls


def injected(injections, *arguments, **more):
    """The delivery with `injections`. Where two are for one call's name, strace heeds the last."""
    return program.run(*arguments, before=["strace", "-f", "-qq", "-o", "/dev/null", *injections], **more)


def no_unnamed_files(*arguments):
    """The injection that makes the file system one without O_TMPFILE."""
    return next(call for call in trace(*arguments) if "O_TMPFILE" in call.text).inject("error=EOPNOTSUPP")


def as_user(calls):
    """The calls after root was given up: setuid(0) has proved it."""
    return calls[next(i for i, call in enumerate(calls) if call.name == "setuid") + 1:]
