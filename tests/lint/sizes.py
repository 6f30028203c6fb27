#!/usr/bin/python3
"""No file and no function grows beyond what a reader can hold; each main fits on a screen. style.md says why."""
import ast
import re

import house

LONGEST_FILE = 400
LONGEST_MAIN = 40
LONGEST_FUNCTION = 60
LONGEST_LINE = 120
# Text that is longer by its nature: one table, or one page for readers.
LONG_TABLES = {"mayfly/postfix_parameters.h", "mayfly/postfix_parameters.cc"}
SHELL_FUNCTION = re.compile(r"^(\w+)\(\) *[{(]$")


def python_functions(file):
    for node in ast.walk(ast.parse(house.text(file))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def shell_functions(file):
    start = None
    for number, line in enumerate(house.lines(file), 1):
        if found := SHELL_FUNCTION.match(line):
            start = (found[1], number)
        elif start and line in ("}", ")"):
            yield *start, number - start[1] + 1
            start = None


def functions(file):
    """(name, line, lines) of each function of a script; clang-tidy measures those of C++."""
    kinds = dict(house.scripts())
    if kinds.get(file) == "python3" or file.suffix == ".py":
        return python_functions(file)
    return shell_functions(file) if kinds.get(file) in ("sh", "bash") else ()


def findings(file):
    lines = house.lines(file)
    found = []
    limit = LONGEST_MAIN - 1 if file.name == "main.cc" and file.parts[0] in house.PROGRAMS else LONGEST_FILE
    if len(lines) > limit and str(file) not in LONG_TABLES:
        found.append(f"{len(lines)} lines, {limit} at most")
    found += [f"{file}:{line}: function {name} has {length} lines, {LONGEST_FUNCTION} at most"
              for name, line, length in functions(file) if length > LONGEST_FUNCTION]
    found += [f"{file}:{number}: {len(line)} characters, {LONGEST_LINE} at most"
              for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE and "http" not in line]
    return found


house.check(findings, sorted({*house.sources(), *(file for file, _ in house.scripts()),
                              *house.files("tests/**/*.py", "Makefile")}))
