#!/usr/bin/python3
"""Every script can be read by its interpreter, says which one at its head, and may be run."""
import ast
import os

import house

INTERPRETERS = {"python3", "sh", "bash"}


def python_findings(file):
    try:
        ast.parse(house.text(file), str(file))
    except SyntaxError as error:
        return [f"{file}:{error.lineno}: {error.msg}"]
    return []


def findings(file):
    kind = dict(house.scripts()).get(file)
    found = []
    if kind and not os.access(house.REPO / file, os.X_OK):
        found.append(f"{file} begins with #! and is not executable: chmod +x")
    if kind and kind not in INTERPRETERS:
        found.append(f"{file} is for {kind}; here scripts are for {' '.join(sorted(INTERPRETERS))}")
    if kind in ("sh", "bash"):
        status, said = house.output_of(kind, "-n", file)
        found += said.splitlines() if status else []
    if kind == "python3" or file.suffix == ".py":
        found += python_findings(file)
    return found


house.check(findings, sorted({*(file for file, _ in house.scripts()), *house.files("tests/**/*.py")}))
