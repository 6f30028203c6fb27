#!/usr/bin/python3
"""What is logged: the table in lib/log/events.h, the calls in the code and the page mail-log(5) agree."""
import re

import house

TABLE = re.compile(r'inline constexpr Event (\w+)\{"([\w-]+)", Severity::(\w+),\s*"([^"]*)"\};')
USE = re.compile(r"log::events::(\w+),\s*\{")
KEY = re.compile(r'\{"([\w-]+)",')
PAGE = "man/mail-log.5"


def table():
    """{C++ name: (name, severity, keys)}"""
    return {cpp: (name, severity, keys.split())
            for cpp, name, severity, keys in TABLE.findall(house.text("lib/log/events.h"))}


def braces(text, start):
    """What stands between the brace at `start` and the one that closes it."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[start + 1:at]
    return text[start + 1:]


def uses():
    """[(C++ name, keys, where)] of every call."""
    for file in house.sources():
        if file.parts[0] == "tests" or file.name == "events.h":
            continue
        text = house.text(file)
        for found in USE.finditer(text):
            where = f"{file}:{text[:found.start()].count(chr(10)) + 1}"
            yield found[1], KEY.findall(braces(text, found.end() - 1)), where


def plain(roff):
    """The text of a line without its escapes."""
    return roff.replace(r"\(dq", '"').replace(r"\&", "").replace(r"\e", "\\")


def documented():
    """{name: (severity, keys, example lines)} of the page: .It Ic name Pq severity, .It Va key …, .Dl example"""
    events = {}
    parts = re.split(r"^\.It Ic ([\w-]+) Pq (\w+)\n", house.text(PAGE), flags=re.MULTILINE)
    for name, severity, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        body = body.partition("\n.Sh ")[0]
        keys = re.findall(r"^\.It Va ([\w-]+)", body, re.MULTILINE)
        examples = [plain(line) for line in re.findall(r"^\.Dl (.*)", body, re.MULTILINE)]
        events[name] = (severity, keys, examples)
    return events


EVENTS, CALLS = table(), list(uses())
PAGES = documented() if (house.REPO / PAGE).is_file() else {}


def example_findings(name, keys, examples):
    found = [] if examples else [f"{PAGE}: {name} has no example line"]
    for example in examples:
        if f"event={name} " not in example + " ":
            found.append(f"{PAGE}: the example of {name} is of another event: {example}")
        shown = re.findall(r' ([\w-]+)=(?:"(?:\\.|[^"\\])*"|\S*)', example.partition("event=")[2])
        found += [f"{PAGE}: the example of {name} has the key {key}, which it never has"
                  for key in shown if key not in keys]
    return found


def findings(cpp):
    name, severity, keys = EVENTS[cpp]
    found = []
    calls = [(used, where) for event, used, where in CALLS if event == cpp]
    if not calls:
        found.append(f"lib/log/events.h: nothing logs {name}")
    for used, where in calls:
        found += [f"{where}: key {key} is not declared for {name}" for key in used if key not in keys]
    found += [f"lib/log/events.h: no call gives {name} its key {key}" for key in keys
              if not any(key in used for used, _ in calls)]
    if name not in PAGES:
        return [*found, f"{PAGE} does not say what {name} is"]
    its_severity, its_keys, examples = PAGES[name]
    if its_severity != severity:
        found.append(f"{PAGE}: {name} is {its_severity} there and {severity} in the table")
    if sorted(its_keys) != sorted(keys):
        found.append(f"{PAGE}: {name} has the keys {its_keys} there and {keys} in the table")
    return found + example_findings(name, keys, examples)


def other_findings(_):
    known = {name for name, _, _ in EVENTS.values()}
    return [f"{PAGE}: {name} is an event that nothing logs" for name in PAGES if name not in known] + [
        f"{where}: {cpp} is not in lib/log/events.h" for cpp, _, where in CALLS if cpp not in EVENTS]


house.check(lambda subject: findings(subject) if subject in EVENTS else other_findings(subject),
            [*EVENTS, "events beyond the table"])
