"""The repo's own xinetd services, rendered for loopback ports, and whether they answer."""
import dataclasses
import os
import pathlib
import socket
import time

from problem import Problem

REPO = pathlib.Path(__file__).resolve().parents[2]
UNLIMITED = {"instances": "UNLIMITED", "per_source": "UNLIMITED", "cps": "1000000 1",
             "rlimit_as": "UNLIMITED"}
ANSWER_SECONDS = 10


@dataclasses.dataclass
class Service:
    file: pathlib.Path
    attributes: dict
    port: int

    @property
    def stream(self):
        return self.attributes["socket_type"] == "stream"

    @property
    def tls(self):
        return "--tls" in self.attributes.get("server_args", "")

    @property
    def program(self):
        return pathlib.Path(self.attributes["server"]).name

    def render(self, folder, limits):
        changed = {"disable": "no", "type": "UNLISTED", "bind": "127.0.0.1", "port": str(self.port),
                   "server": f"{folder}/{self.program}"}
        flags = self.attributes.get("flags", "").split()
        changed["flags"] = " ".join(f for f in flags if f != "IPv6")
        attributes = self.attributes | changed | ({} if limits else UNLIMITED)
        body = "".join(f"\t{name} = {value}\n" for name, value in attributes.items())
        return f"service {self.file.name}\n{{\n{body}}}\n"


def binaries():
    return pathlib.Path(os.environ.get("MAILHOST_BIN") or REPO / "build" / "bin").resolve()


def _parse(file, port_base):
    lines = [line.strip() for line in file.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    attributes = {name.strip(): value.strip() for name, _, value in pairs}
    return Service(file, attributes, port_base + int(attributes["port"]))


def find(port_base):
    """The services whose program is there."""
    files = sorted((REPO / "xinetd.d").iterdir())
    found = [_parse(file, port_base) for file in files if not file.name.startswith(".")]
    there = [service for service in found if (binaries() / service.program).exists()]
    if not there:
        raise Problem(f"no service's program is in {binaries()}: run make first")
    return there


def _check_ports_free(offered):
    for service in offered:
        kind = socket.SOCK_STREAM if service.stream else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind) as probe:
            if service.stream:  # as xinetd does: connections that linger are no obstacle
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", service.port))
            except OSError as error:
                raise Problem(f"127.0.0.1 port {service.port} ({service.file.name}) cannot be had:"
                              f" {error.strerror}; try another --port-base, or any") from error


def _take(base):
    """(base, services, lock). The lock is an abstract socket: it goes when its process goes."""
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        lock.bind(f"\0mailhost.{base}")
    except OSError as error:
        raise Problem(f"another mailhost has the ports from {base}:"
                      " try another --port-base, or any") from error
    offered = find(base)
    _check_ports_free(offered)
    return base, offered, lock


def take_ports(wanted):
    if wanted != "any":
        return _take(int(wanted))
    for base in range(20000, 60000, 1000):
        try:
            return _take(base)
        except Problem:
            if base == 59000:
                raise


def configuration(offered, folder, limits):
    return "defaults\n{\n}\n" + "".join(s.render(folder, limits) for s in offered)


def _answers(service, deadline):
    """One try: a whole session, so that nothing of it lives on."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=deadline) as connection:
        if service.tls:
            return True
        first = connection.recv(512)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
        return bool(first)


def wait_until_answering(offered):
    end = time.monotonic() + ANSWER_SECONDS
    for service in (s for s in offered if s.stream):
        while True:
            try:
                if _answers(service, max(0.1, end - time.monotonic())):
                    break
                reason = "it closed the connection without a word"
            except OSError as error:
                reason = str(error)
            if time.monotonic() > end or "without a word" in reason:
                raise Problem(f"{service.program} does not answer on port {service.port}: {reason}")
            time.sleep(0.01)
