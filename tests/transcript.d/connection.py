"""One program on a pipe or a socket, with a deadline on everything."""
import os
import pwd
import select
import socket
import subprocess
import tempfile
import time

SECONDS = 10  # more than any program may take for one answer
PATH = "/usr/local/bin:/usr/bin:/bin"


class Trouble(Exception):
    """The program did not behave as a process should."""


def _pipes():
    program_in, ours_out = os.pipe()
    ours_in, program_out = os.pipe()
    return program_in, program_out, ours_in, ours_out


def _socket_ends(over):
    if over == "socket":
        ours, program = socket.socketpair()
    else:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ours = socket.create_connection(listener.getsockname())
            program = listener.accept()[0]
    return program.detach(), ours


class Connection:
    def __init__(self, argv, user, over):
        self._socket, self._received, self._unsent = None, b"", b""
        self._eof = self._half_closed = self._deaf = False
        if over == "pipe":
            stdin, stdout, self._in, self._out = _pipes()
        else:
            stdin, self._socket = _socket_ends(over)
            stdout, self._in, self._out = stdin, self._socket.fileno(), self._socket.fileno()
        os.set_blocking(self._out, False)
        self._stderr = tempfile.TemporaryFile()
        self._process = self._start(argv, user, stdin, stdout)
        for descriptor in {stdin, stdout}:
            os.close(descriptor)

    def _start(self, argv, user, stdin, stdout):
        account = pwd.getpwnam(user)
        environment = {"PATH": PATH, "HOME": account.pw_dir, "USER": user, "LOGNAME": user}
        environment |= {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
        try:
            return subprocess.Popen(
                argv, stdin=stdin, stdout=stdout, stderr=self._stderr, env=environment, cwd="/",
                user=account.pw_uid, group=account.pw_gid, extra_groups=[])
        except OSError as error:
            raise Trouble(f"{argv[0]} cannot be run: {error.strerror}") from error

    def send(self, data):
        self._unsent += data
        self._pump(0)

    def half_close(self):
        """Tells the program that nothing more will come, once all is sent."""
        end = time.monotonic() + SECONDS
        while self._unsent and not self._deaf and time.monotonic() < end:
            self._pump(end - time.monotonic())
        if not self._half_closed:
            self._half_closed = True
            if self._socket:
                self._shutdown()
            else:
                os.close(self._out)

    def _shutdown(self):
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the program has closed both sides already

    def line(self, seconds=SECONDS):
        """The next line with its CRLF; what is left at the end of file; None when nothing comes."""
        end = time.monotonic() + seconds
        while b"\n" not in self._received and not self._eof:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._pump(left)
        line, newline, self._received = self._received.partition(b"\n")
        return line + newline

    def unread(self, line):
        self._received = line + self._received

    def _pump(self, seconds):
        """Waits until something can be read or written, and does so."""
        writers = [self._out] if self._unsent and not self._half_closed and not self._deaf else []
        readable, writable, _ = select.select([] if self._eof else [self._in], writers, [], seconds)
        if writable:
            self._write()
        if readable:
            self._read()

    def _write(self):
        try:
            self._unsent = self._unsent[os.write(self._out, self._unsent):]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            self._deaf = True  # it has stopped listening, perhaps as expected

    def _read(self):
        try:
            data = os.read(self._in, 65536)
        except ConnectionResetError:  # it closed with some of our words unread
            data = b""
        self._received += data
        self._eof = not data

    def end(self):
        """Waits until the program ends by itself. Its exit status and what it wrote to stderr."""
        try:
            status = self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise Trouble(f"the program did not end in {SECONDS} s") from None
        return status, self.complaints()

    def complaints(self):
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace").strip()

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._stderr.close()
        if self._socket:
            self._socket.close()
            return
        os.close(self._in)
        if not self._half_closed:
            os.close(self._out)
