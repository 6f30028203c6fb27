#!/usr/bin/python3
"""Every RFC that the code names is in mail.7's index, and what the index claims is named by the code or a page."""
import re

import house

PAGE = "man/mail.7"
MENTION = re.compile(r"RFCs? *(\d+)")
BY_OTHER_NAMES = {"2920": "PIPELINING", "2142": "postmaster"}  # the code says what they are about


def mentions():
    """{number: [file, ...]}"""
    found = {}
    for file in house.sources():
        if file.parts[0] in ("lib", *house.PROGRAMS):
            for number in MENTION.findall(house.text(file)):
                found.setdefault(number, []).append(str(file))
    return found


NAMED = mentions()
INDEX = set(re.findall(r"^\.It RFC (\d+) Ta", house.text(PAGE), re.MULTILINE))
CODE = "".join(house.text(file) for file in house.sources() if file.parts[0] in ("lib", *house.PROGRAMS))


def findings(number):
    if number not in INDEX:
        return [f"{PAGE} has no RFC {number}, which {' '.join(NAMED[number])} names"]
    if number not in NAMED and BY_OTHER_NAMES.get(number, "\0") not in CODE:
        return [f"{PAGE} claims RFC {number}, and nothing in the code names it"]
    return []


house.check(findings, sorted(INDEX | set(NAMED), key=int))
