"""What the checks of the house share: which files there are, and how findings are counted and shown."""
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

REPO = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = sorted(main.parent.name for main in REPO.glob("*/main.cc"))
SHOWN = 8  # findings of one subject


def files(*patterns):
    """Files of the sources, as paths from the root of the repo, sorted."""
    found = {file.relative_to(REPO) for pattern in patterns for file in REPO.glob(pattern) if file.is_file()}
    return sorted(file for file in found if file.parts[0] != "build" and "__pycache__" not in file.parts)


def sources():
    folders = ["lib", "tests", "fuzz", "bench", *PROGRAMS]
    return files(*(f"{folder}/**/*{end}" for folder in folders for end in (".cc", ".h", ".c")))


def scripts():
    """[(file, interpreter)] of everything that begins with #!"""
    found = []
    for file in files("tests/**/*", "etc/*", "bench/*", ".ci/*"):
        with open(REPO / file, "rb") as opened:
            first = opened.readline(80)
        if first.startswith(b"#!"):
            found.append((file, first[2:].decode().split()[0].rpartition("/")[2]))
    return found


def text(file):
    return (REPO / file).read_text(encoding="utf-8")


def lines(file):
    return text(file).splitlines()


def output_of(*argv):
    """(exit status, everything it said)"""
    done = subprocess.run([str(a) for a in argv], cwd=REPO, stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    return done.returncode, done.stdout


def check(findings_of, subjects):
    """Ends the program: findings_of(subject) gives what is wrong with each subject, as a list of texts.
    They run side by side."""
    with ThreadPoolExecutor() as pool:
        results = list(zip(subjects, pool.map(findings_of, subjects)))
    failed = 0
    for subject, findings in results:
        failed += bool(findings)
        if findings:
            print(f"FAIL {subject}")
            print("".join(f"  {finding}\n" for finding in findings[:SHOWN]), end="")
        if len(findings) > SHOWN:
            print(f"  and {len(findings) - SHOWN} more")
    print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
