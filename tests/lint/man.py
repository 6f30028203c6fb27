#!/usr/bin/python3
"""The manual pages: mandoc finds nothing wrong with them, each program has one, and every page referred to exists."""
import re

import house

# Pages of other packages that ours may send the reader to; ours are those in man/.
FOREIGN = {"aliases(5)", "fetchmail(1)", "getpwnam(3)", "hostname(1)", "inetd(8)", "landlock(7)", "logger(1)",
           "openssl(1)", "procmail(1)", "seccomp(2)", "syslog(3)", "systemd.socket(5)", "systemctl(1)",
           "sysexits(3)", "xinetd.conf(5)", "xinetd(8)", "proc(5)", "mbox(5)", "maildir(5)", "postconf(5)",
           "postconf(1)", "newaliases(1)", "hier(7)", "local(8)", "mdoc(7)", "mutt(1)", "passwd(5)", "printf(1)",
           "journalctl(1)", "getmailrc(5)", "telnet(1)", "nc(1)", "kill(1)", "group(5)", "hosts(5)",
           "strftime(3)", "fsync(2)", "link(2)", "sysexits.h(3head)", "nsswitch.conf(5)"}
PAGES = {f"{page.stem}({page.suffix[1:]})" for page in house.files("man/*")}
REFERENCE = re.compile(r"^\.Xr (\S+) (\w+)", re.MULTILINE)


def page_findings(page):
    status, said = house.output_of("mandoc", "-T", "lint", "-W", "style", page)
    found = [line.removeprefix("mandoc: ") for line in said.splitlines()
             if "referenced manual not found" not in line and "outdated mandoc.db" not in line]
    if status and not found and "not found" not in said:
        found.append(f"mandoc ended with status {status}")
    for name, section in REFERENCE.findall(house.text(page)):
        if f"{name}({section})" not in PAGES | FOREIGN:
            found.append(f"{page}: refers to {name}({section}), which is not here")
    return found


def program_findings(program):
    page = f"man/{program}.8"
    if not (house.REPO / page).is_file():
        return [f"{page} is not there"]
    text = house.text(page)
    return [f"{page} says nothing of --{option}" for short, option in options_of(program)
            if not re.search(rf"-{option}\b|Fl {short or '--'}\b", text)]


def options_of(program):
    """[(short name or "", long name)] of the options that its --help lists."""
    _, said = house.output_of(f"build/bin/{program}", "--help")
    # Boost's name for what stands without an option is none that anybody would type.
    return [pair for pair in re.findall(r"^ +(?:-(\w) \[ )?--(\w[\w-]*)", said, re.MULTILINE)
            if pair[1] not in ("user", "words")]


house.check(lambda subject: program_findings(subject) if subject in house.PROGRAMS else page_findings(subject),
            [*house.files("man/*"), *house.PROGRAMS])
