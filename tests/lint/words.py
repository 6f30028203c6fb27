#!/usr/bin/python3
"""Words that have no place in the sources: unfinished business, paths of one machine, tabs and blanks at line ends."""
import re

import house

TEXT = ("", ".cc", ".h", ".c", ".py", ".txt", ".md", ".cf", ".5", ".7", ".8", ".socket", ".service", ".sample")
BANNED = {
    "unfinished business": re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b"),
    "a path of one machine": re.compile(r"(?<![\w.$}])/(work|root|home/\w+|tmp)/\w"),
    "blanks at the end of a line": re.compile(r"[ \t]+$"),
    "a conflict marker": re.compile(r"^(<{7}|={7}|>{7})( |$)"),
}
# Paths that are what the text is about: a place where nothing may be, a template for mkstemp.
MEANT = re.compile(r"/root/Maildir|/home/(?:user\d?|ann)\b|/tmp/\S*XXXXXX")


def findings(file):
    found = []
    for number, line in enumerate(house.lines(file), 1):
        for what, pattern in BANNED.items():
            if pattern.search(MEANT.sub("", line)) and not (file.suffix == ".txt" and what.startswith("blanks")):
                found.append(f"{file}:{number}: {what}: {line.strip()[:100]}")
    if not house.text(file).endswith("\n") and house.text(file):
        found.append(f"{file}: the last line has no end")
    return found


wanted = [file for file in house.files("*", ".c*/*", ".clang-*", "*/**/*") if file.suffix in TEXT
          and file.parts[0] not in (".git",)]
house.check(findings, wanted)
