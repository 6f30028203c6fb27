"""Plays a script against connections and compares what comes back."""
import re
import time

from connection import SECONDS
from script import Anything, Name

SHOWN = 200  # bytes of a line in a report


class Mismatch(Exception):
    pass


class Dialogue:
    """What was said, for reports."""

    def __init__(self):
        self.lines, self.line = [], 0

    def add(self, number, who, data):
        prefix = str(number) if number > 1 else ""
        self.lines += [f"{prefix}{who}: {show(line)}" for line in data.splitlines(keepends=True)[:5]]


def show(data):
    """A line as one would write it in a transcript."""
    text = data.removesuffix(b"\r\n")
    cut = text[:SHOWN].decode("latin-1")
    readable = "".join(c if " " <= c <= "~" else f"\\x{ord(c):02x}" for c in cut)
    readable = readable.replace("\\x0d", "\\r").replace("\\x0a", "\\n").replace("\\x00", "\\0")
    more = f" [{len(text)} bytes]" if len(text) > SHOWN else ""
    return readable + more + ("" if data.endswith(b"\r\n") else "\\c")


class Player:
    def __init__(self, connect, pipelined):
        self._connect, self._pipelined = connect, pipelined
        self._connections, self._names = {}, {}
        self.dialogue = Dialogue()

    def play(self, script):
        if self._pipelined:
            self._send_everything(script)
        for step in script.steps:
            self.dialogue.line = step.line
            if not (self._pipelined and step.kind in ("send", "eof")):
                getattr(self, f"_{step.kind}")(step)
        for number, connection in sorted(self._connections.items()):
            self._finish(number, connection, script.exit)

    def close(self):
        for connection in self._connections.values():
            connection.close()

    def _on(self, step):
        if step.connection not in self._connections:
            self._connections[step.connection] = self._connect()
        return self._connections[step.connection]

    def _send_everything(self, script):
        sent = [step for step in script.steps if step.kind == "send"]
        if sent:
            data = b"".join(self._bytes(step) for step in sent)
            self._on(sent[0]).send(data)
            self.dialogue.add(1, "C", data)
        if any(step.kind == "eof" for step in script.steps):
            self._on(script.steps[0]).half_close()

    def _bytes(self, step):
        return b"".join(self._value(p) if isinstance(p, Name) else p for p in step.parts)

    def _value(self, name):
        if name.text not in self._names:
            raise Mismatch(f"${name.text} is not bound by an S: line above")
        return self._names[name.text]

    def _send(self, step):
        data = self._bytes(step)
        self.dialogue.add(step.connection, "C", data)
        self._on(step).send(data)

    def _eof(self, step):
        self._on(step).half_close()

    def _wait(self, step):
        time.sleep(step.seconds)

    def _pattern(self, step):
        pattern, new = b"", set()
        for part in step.parts:
            if isinstance(part, Anything):
                pattern += b".*"
            elif not isinstance(part, Name):
                pattern += re.escape(part)
            elif part.text in self._names:
                pattern += re.escape(self._names[part.text])
            elif part.text in new:
                pattern += b"(?P=%s)" % part.text.encode()
            else:
                pattern += rb"(?P<%s>\S+)" % part.text.encode()
                new.add(part.text)
        return re.compile(pattern + b"\r\n", re.DOTALL)

    def _matches(self, step, line):
        match = self._pattern(step).fullmatch(line)
        self._names |= match.groupdict() if match else {}
        return match is not None

    def _expect(self, step):
        line = self._on(step).line()
        if line:
            self.dialogue.add(step.connection, "S", line)
        if not line or not self._matches(step, line):
            raise Mismatch(f"- S: {written(step)}\n+ {received(line)}{self._stderr(step)}")

    def _stderr(self, step):
        said = self._on(step).complaints()
        return f"\nstderr: {said}" if said else ""

    def _expect_any(self, step):
        connection = self._on(step)
        while line := connection.line():
            if not self._matches(step, line):
                connection.unread(line)
                return
            self.dialogue.add(step.connection, "S", line)

    def _silence(self, step):
        line = self._on(step).line(step.seconds)
        if line is not None:
            raise Mismatch(f"- (nothing for {step.seconds} s)\n+ {received(line)}")

    def _closed(self, step):
        line = self._on(step).line()
        if line != b"":
            raise Mismatch(f"- (the program closes the connection)\n+ {received(line)}")

    def _finish(self, number, connection, wanted):
        """Hangs up; nothing more may be said, and the program ends as it should."""
        connection.half_close()
        line = connection.line()
        if line != b"":
            raise Mismatch(f"connection {number}, at its end\n- (nothing more)\n+ {received(line)}")
        status, said = connection.end()
        if "runtime error:" in said or "Sanitizer:" in said:
            raise Mismatch(f"connection {number}: a sanitizer found something\nstderr: {said}")
        if status != wanted:
            raise Mismatch(f"connection {number}: exit status {status} instead of {wanted}"
                           + (f"\nstderr: {said}" if said else ""))


def received(line):
    if line is None:
        return f"(nothing for {SECONDS} s)"
    return f"S: {show(line)}" if line else "(the program closed the connection)"


def written(step):
    shown = {Anything: lambda p: "...", Name: lambda p: f"${p.text}"}
    return "".join(shown.get(type(p), lambda p: show(p + b"\r\n"))(p) for p in step.parts)
