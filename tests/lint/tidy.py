#!/usr/bin/python3
"""clang-tidy, as .clang-tidy says, over everything but the unit tests (Catch2's macros take minutes)."""
import os
import re

import house

FLAGS = ["-std=c++23", "-I.", '-DMAYFLY_VERSION="0"']
FINDING = re.compile(r"(?:/\S*?/)?(\S+:\d+:\d+: (?:warning|error): .*)")


def findings(file):
    status, said = house.output_of("clang-tidy-19", "--quiet", file, "--", *FLAGS)
    found = [line.removeprefix(f"{house.REPO}/") for line in said.splitlines() if FINDING.match(line)]
    return found or ([said] if status else [])


# With one thread a core, the long ones first: no core is left waiting for the last file.
wanted = [file for file in house.sources() if file.suffix == ".cc" and file.parts[:2] != ("tests", "unit")]
wanted.sort(key=lambda file: -os.stat(house.REPO / file).st_size)
house.check(findings, wanted)
