#!/usr/bin/python3
"""What each built program is linked with, and how it is hardened: read from the file itself, by readelf."""
import os
import re

import house

BUILT = house.REPO / "build" / "bin"
# libc is dynamic, since NSS needs it; everything else that a connection would pay for is static or absent.
LIBC = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
MAY_LINK = {program: LIBC for program in ("smtpd", "deliver", "mayfly")}


def needed(dynamic):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))


def findings(program):
    path = BUILT / program
    if not path.exists():
        return [f"{path.relative_to(house.REPO)} is not there: run make first"]
    _, dynamic = house.output_of("readelf", "-W", "-d", path)
    _, header = house.output_of("readelf", "-W", "-h", path)
    _, segments = house.output_of("readelf", "-W", "-l", path)
    _, symbols = house.output_of("readelf", "-W", "--dyn-syms", path)
    found = []
    if program not in MAY_LINK:
        found.append("tests/lint/links.py does not say what it may be linked with")
    for library in sorted(needed(dynamic) - MAY_LINK.get(program, LIBC)):
        found.append(f"is linked with {library}")
    stack = re.search(r"GNU_STACK\s.*\s(R\S*)\s", segments)
    hardening = {
        "no position independent executable (-pie)": re.search(r"Type:\s+DYN", header) and "(FLAGS_1)" in dynamic
                                                     and re.search(r"FLAGS_1\).*\bPIE\b", dynamic),
        "no RELRO segment (-z relro)": "GNU_RELRO" in segments,
        "relocations stay writable (-z now)": re.search(r"FLAGS_1\).*\bNOW\b", dynamic),
        "an executable stack": stack and "E" not in stack[1],
        "a segment both writable and executable": not re.search(r"LOAD\s.*\sRWE\s", segments),
        "no stack protector": "__stack_chk_fail" in symbols,
        "no fortified calls (_FORTIFY_SOURCE)": re.search(r"\s__\w+_chk@", symbols),
        "a search path for libraries": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
    }
    return found + [f"has {lack}" for lack, good in hardening.items() if not good]


def other_findings(subject):
    """Nothing is built that is no program of ours, and no set-id bit came from anywhere."""
    built = sorted(os.listdir(BUILT)) if BUILT.is_dir() else []
    return [f"build/bin/{name} is no program of the sources: make clean" for name in built
            if name not in house.PROGRAMS]


house.check(lambda subject: other_findings(subject) if subject == "build/bin" else findings(subject),
            [*house.PROGRAMS, "build/bin"])
