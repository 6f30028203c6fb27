#!/usr/bin/python3
"""Who may include whom: the layers of the code, and the folders that do no input or output."""
import re

import house

LEVELS = {"base": 0,
          "os": 1, "log": 1, "message": 1, "smtp": 1,
          "net": 2, "config": 2,
          "route": 3, "store": 3, "queue": 3, "sieve": 3,
          "privsep": 4, "serve": 4}
APART = {3}  # levels whose folders don't include each other
PURE = ("smtpd/wire", "smtpd/policy", "lib/base", "lib/smtp", "lib/message")
OUTSIDE = re.compile(r"sys/.*|unistd\.h|fcntl\.h|poll\.h|netinet/.*|netdb\.h|pwd\.h|grp\.h|syslog\.h"
                     r"|fstream|iostream|filesystem|lib/os/.*|lib/net/.*|lib/privsep/(?!messages).*")
# A foreign library, or a heavy header, has one door.
DOORS = {r"syslog\.h|sys/syslog\.h": ("lib/log/",),
         r"boost/.*": ("lib/serve/", "deliver/options", "mayfly/"),
         r"linux/(seccomp|filter|landlock|audit)\.h": ("lib/privsep/",),
         r"openssl/.*": ("tls/",), r"security/.*|sasl/.*": ("auth/",),
         r"resolv\.h|arpa/nameser\.h": ("lib/net/dns",), r"iostream": ("tests/",)}
INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')


def includes(file):
    for number, line in enumerate(house.lines(file), 1):
        if found := INCLUDE.match(line):
            yield number, found[1] == '"', found[2]


def layer_finding(file, header):
    """What is wrong with `file` including our own `header`."""
    own, other = file.parts[0], header.split("/")[0]
    if own in ("tests", "fuzz", "bench"):
        return None
    if other in house.PROGRAMS:
        return None if own == other else f"{own} must not include {other}'s headers"
    if other != "lib":
        return f"{header} is neither in lib nor in {own}"
    folder = header.split("/")[1]
    if folder not in LEVELS:
        return f"lib/{folder} has no level in tests/lint/layers.py"
    if own != "lib" or file.parts[1] == folder:
        return None
    mine, its = LEVELS[file.parts[1]], LEVELS[folder]
    if its > mine or (its == mine and mine in APART):
        return f"lib/{file.parts[1]} (level {mine}) must not include lib/{folder} (level {its})"
    return None


def findings(file):
    found = []
    for number, ours, header in includes(file):
        wrong = layer_finding(file, header) if ours else None
        if ours and not (house.REPO / header).is_file():
            wrong = f"{header}: paths start at the root of the sources"
        if str(file.parent) in PURE and OUTSIDE.fullmatch(header):
            wrong = f"{header}: no input or output in {file.parent}"
        for pattern, doors in DOORS.items():
            if re.fullmatch(pattern, header) and not str(file).startswith((*doors, "tests/", "fuzz/")):
                wrong = f"{header} only in {' '.join(doors)}"
        if wrong:
            found.append(f"{file}:{number}: {wrong}")
    if file.parts[0] == "lib" and file.parts[1] not in LEVELS:
        found.append(f"lib/{file.parts[1]} has no level in tests/lint/layers.py")
    return found


house.check(findings, [file for file in house.sources() if file.suffix != ".c"])
