"""The text of a transcript: directives, then steps. transcripts/README.md describes it."""
import dataclasses
import re
import shlex

STEP = re.compile(r"(\d?)([CS][:!]|S\*:)(?: (.*))?$")
DIRECTIVE = re.compile(r"(args|as|over|pipelined|exit): *(.*)$")
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|\{(\d+)\*((?:[^\\}]|\\[^{])*)\}|(.))")
TOKEN = re.compile(r"(\\(?:x..|\{\d+\*(?:[^\\}]|\\[^{])*\}|.))|\$(\w+)|(\.\.\.)|([^\\$.]+|.)")
SIMPLE = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", "$": b"$", ".": b"."}
ACTIONS = {"C!": ("eof", "wait"), "S!": ("closed", "silence")}
USERS = {"root": ["root"], "user": ["user1"], "both": ["root", "user1"]}


class Bad(Exception):
    """A mistake in the transcript itself."""


@dataclasses.dataclass(frozen=True)
class Name:
    """$name: bound by the first S: line that has it."""
    text: str


class Anything:
    """... in an S: line: any text, or none."""


@dataclasses.dataclass
class Step:
    line: int
    connection: int
    kind: str  # send, expect, expect_any, eof, wait, closed, silence
    parts: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0


def escaped(text):
    """The bytes that one backslash sequence stands for."""
    match = ESCAPE.fullmatch(text)
    if match and match[1]:
        return bytes.fromhex(match[1])
    if match and match[2]:
        return int(match[2]) * b"".join(_plain(part) for part in TOKEN.findall(match[3]))
    if match and match[4] in SIMPLE:
        return SIMPLE[match[4]]
    raise Bad(f"{text}: no such escape; there are \\r \\n \\t \\0 \\\\ \\$ \\. \\xHH \\{{N*text}} \\c")


def _plain(token):
    escape, _, _, _ = token
    return escaped(escape) if escape else "".join(token[1:]).encode()


def parts(text, wildcards):
    """Bytes, Names and Anythings; in a C: line dots are dots."""
    result = []
    for escape, name, dots, plain in TOKEN.findall(text):
        if escape:
            result.append(escaped(escape))
        elif name:
            result.append(Name(name))
        elif dots and wildcards:
            result.append(Anything())
        else:
            result.append((dots or plain).encode())
    return result


class Script:
    def __init__(self, path):
        self.path, self.program = path, path.resolve().parent.name
        self.arguments, self.users, self.over = [], USERS["both"], "pipe"
        self.exit, self.steps, pipelined = 0, [], True
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                pipelined &= self._read(number, line) != "pipelined: no"
            except Bad as bad:
                raise Bad(f"{path}:{number}: {bad}") from None
        if not self.steps:
            raise Bad(f"{path}: it has no C: or S: line")
        self.can_be_pipelined = pipelined and all(map(self._works_at_once, self.steps))

    def _read(self, number, line):
        directive = DIRECTIVE.match(line)
        if directive and not self.steps:
            self._set(directive[1], directive[2].strip())
        else:
            self.steps.append(self._step(number, line))
        return line.strip()

    def _set(self, name, value):
        if name == "args":
            self.arguments += shlex.split(value)
        elif name == "as" and value in USERS:
            self.users = USERS[value]
        elif name == "over" and value in ("pipe", "socket", "tcp"):
            self.over = value
        elif name == "exit" and value.isdigit():
            self.exit = int(value)
        elif (name, value) != ("pipelined", "no"):
            raise Bad(f"{name}: {value}: not a value for {name}")

    @staticmethod
    def _step(number, line):
        match = STEP.match(line)
        if not match:
            raise Bad("expected C:, S:, S*:, C! or S!, a directive above all of them, or # a comment")
        connection, kind, text = int(match[1] or 1), match[2], match[3] or ""
        if kind == "C:":
            unended = text.endswith("\\c") and not text.endswith("\\\\c")
            data = parts(text[:-2], False) if unended else parts(text, False) + [b"\r\n"]
            return Step(number, connection, "send", data)
        if kind in ("S:", "S*:"):
            return Step(number, connection, "expect" if kind == "S:" else "expect_any", parts(text, True))
        action, _, seconds = text.strip().partition(" ")
        if action not in ACTIONS[kind]:
            raise Bad(f"{kind} {text}: expected one of {', '.join(ACTIONS[kind])}")
        return Step(number, connection, action, seconds=float(seconds or 0))

    @staticmethod
    def _works_at_once(step):
        """Whether a step means the same when all that the client says is sent in one write."""
        names = step.kind == "send" and any(isinstance(part, Name) for part in step.parts)
        return step.connection == 1 and step.kind not in ("wait", "silence") and not names
