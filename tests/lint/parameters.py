#!/usr/bin/python3
"""Parameters are said once: man/main.cf.5 and etc/main.cf hold to the table in lib/config/parameters.h,
and each parameter is used by some program.

tests/lint/parameters.py --write brings the list in the manual page up to date.
"""
import json
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[2]
PAGE = REPO / "man/main.cf.5"
SAMPLE = REPO / "etc/main.cf"
LIST = re.compile(r'(?<=^\.\\" PARAMETERS BEGIN\n).*?(?=^\.\\" PARAMETERS END\n)', re.MULTILINE | re.DOTALL)


def mayfly(*arguments):
    command = [REPO / "build/bin/mayfly", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout


def defaults():
    return {each["name"]: each for each in json.loads(mayfly("config", "-d", "--json"))}


def check_page():
    """man/main.cf.5 lists what the table has"""
    found = LIST.search(PAGE.read_text())
    assert found, f"{PAGE.name} has no list of parameters"
    assert found[0] == mayfly("config", "--mdoc"), \
        "the list of parameters is old: run tests/lint/parameters.py --write"


def check_every_parameter_documented():
    """each parameter is in man/main.cf.5 with its type, and no other"""
    listed = re.findall(r"^\.It Ic (\w+)\n\((\w+)", LIST.search(PAGE.read_text())[0], re.MULTILINE)
    assert listed == [(each["name"], each["type"]) for each in defaults().values()], listed


def check_sample():
    """etc/main.cf sets nothing, and shows parameters with their defaults"""
    table = defaults()
    for number, line in enumerate(SAMPLE.read_text().splitlines(), 1):
        assert line.startswith("#") or not line.strip(), f"{SAMPLE.name}:{number} sets something: {line}"
        if shown := re.fullmatch(r"#(\w+) = ?(.*)", line):
            name, value = shown.groups()
            assert name in table, f"{SAMPLE.name}:{number}: {name} is no parameter"
            assert value == table[name]["value"], f"{SAMPLE.name}:{number}: default is {table[name]['value']}"


def check_used():
    """each parameter is used in the code, or by the default of another one"""
    sources = [file for folder in ("lib", "smtpd", "deliver") for file in (REPO / folder).rglob("*.cc")]
    used = set(re.findall(r'get<"(\w+)">', "".join(file.read_text() for file in sources)))
    for each in defaults().values():
        used |= set(re.findall(r"\$(\w+)", each["default"]))
    unused = [name for name in defaults() if name not in used]
    assert not unused, f"documented, but without effect: {' '.join(unused)}"


def write():
    PAGE.write_text(LIST.sub(lambda _: mayfly("config", "--mdoc"), PAGE.read_text()))


def main():
    if sys.argv[1:] == ["--write"]:
        return write()
    failed = 0
    checks = (check_page, check_every_parameter_documented, check_sample, check_used)
    for check in checks:
        try:
            check()
        except AssertionError as wrong:
            failed += 1
            print(f"{check.__doc__}: {wrong}")
    print(f"{len(checks) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
