"""/dev/log: appends each syslog datagram to a file as `mail.info ident[pid]: text`."""
import os
import re
import signal
import socket

FACILITIES = ("kern user mail daemon auth syslog lpr news uucp cron authpriv ftp"
              " ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7").split()
SEVERITIES = "emerg alert crit err warning notice info debug".split()
# RFC 3164: <priority>Mmm dd hh:mm:ss ident[pid]: text
MESSAGE = re.compile(rb"<(\d{1,3})>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?(.*)", re.DOTALL)


def line(datagram):
    match = MESSAGE.match(datagram)
    priority, text = (int(match[1]), match[2]) if match else (13, datagram)
    name = f"{FACILITIES[(priority >> 3) % len(FACILITIES)]}.{SEVERITIES[priority & 7]}"
    return name.encode() + b" " + text.rstrip(b"\n\0").replace(b"\n", b"\\n") + b"\n"


def _copy_until_stopped(sink, log):
    stopped = False

    def stop(*_):  # what is queued can still be read; then recv returns nothing
        nonlocal stopped
        stopped = True
        sink.shutdown(socket.SHUT_RD)

    signal.signal(signal.SIGTERM, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    while (datagram := sink.recv(65536)) or not stopped:
        os.write(log, line(datagram))


def start(path):
    """The sink's pid. On SIGTERM it writes what is still in its socket, and ends."""
    sink = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sink.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            _copy_until_stopped(sink, log)
        finally:
            os._exit(0)
    sink.close()
    os.close(log)
    return pid
