"""An HTTP/1 client that sends exactly the bytes it is given and reads answers as strictly as RFC 9112 allows.

What a lenient client would repair (a missing length, a chunk too few, bytes after the end) is an error here: `Malformed`
when the answer breaks the rules, `Truncated` when it ends early.
"""

import contextlib
import dataclasses
import json
import re
import socket
import time

from patience import seconds

HOST = "acme.localtest"
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d) ([\t\x20-\x7e\x80-\xff]*)")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")


class Malformed(Exception):
    """The answer is not HTTP."""


class Truncated(Exception):
    """The connection ended, or was reset, in the middle of an answer."""


@dataclasses.dataclass
class Response:
    status: int
    minor: int
    reason: str
    fields: list
    body: bytes = b""
    framing: str = "none"  # none | length | chunked | close
    interim: list = dataclasses.field(default_factory=list)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name, default=None):
        values = self.all(name)
        assert len(values) <= 1, f"{name} is there {len(values)} times: {values}"
        return values[0] if values else default

    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    @property
    def keeps(self):
        """Does the answer promise that the connection stays?"""
        options = [word.strip().lower() for word in ",".join(self.all("Connection")).split(",")]
        return "close" not in options and self.framing != "close" and (self.minor == 1 or "keep-alive" in options)


def head(method="GET", target="/", host=HOST, fields=(), version="HTTP/1.1"):
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def request(method="GET", target="/", host=HOST, fields=(), body=None, version="HTTP/1.1"):
    """A whole request; a body gets its Content-Length."""
    fields = list(fields)
    if body is not None:
        fields.append(("Content-Length", len(body)))
    return head(method, target, host, fields, version) + (body or b"")


def chunked(*chunks, extension="", trailer=b""):
    frames = [f"{len(chunk):x}{extension}\r\n".encode() + chunk + b"\r\n" for chunk in chunks]
    return b"".join(frames) + b"0\r\n" + trailer + b"\r\n"


class Connection:
    """One TCP connection. Its buffer holds what has arrived and was not read as part of an answer."""

    def __init__(self, port, timeout=30, receive_buffer=None, source=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(seconds(timeout))
        self.buffer = b""
        try:
            self.socket.connect(("127.0.0.1", port))
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection as a crashed client does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_slowly(self, data, pause=0.0):
        """Byte by byte, each in a segment of its own."""
        for byte in data:
            self.socket.sendall(bytes([byte]))
            if pause:
                time.sleep(pause)

    def ask(self, method="GET", target="/", **more):
        self.send(request(method, target, **more))
        return self.read(method)

    # Reading

    def read(self, method="GET"):
        """The next final answer, with the interim ones before it."""
        interim = []
        while True:
            response = self.read_head()
            if response.status < 200 and response.status != 101:
                interim.append(response)
                continue
            response.interim = interim
            if response.status != 101:
                self._read_body(response, method)
            return response

    def read_head(self):
        lines = self._until(b"\r\n\r\n").split(b"\r\n")
        status = _STATUS_LINE.fullmatch(lines[0])
        if not status:
            raise Malformed(f"status line {lines[0]!r}")
        fields = []
        for line in lines[1:]:
            field = _FIELD.fullmatch(line)
            if not field:
                raise Malformed(f"field {line!r}")
            fields.append((field[1].decode(), field[2].decode("latin-1")))
        return Response(int(status[2]), int(status[1]), status[3].decode("latin-1"), fields)

    def _read_body(self, response, method):
        lengths, codings = response.all("Content-Length"), response.all("Transfer-Encoding")
        if lengths and codings:
            raise Malformed("both Content-Length and Transfer-Encoding")
        if len(lengths) > 1 or len(codings) > 1 or (lengths and not lengths[0].isdigit()):
            raise Malformed(f"framing {lengths} {codings}")
        if method == "HEAD" or response.status in (204, 304):
            if response.status == 204 and (lengths or codings):
                raise Malformed("a 204 with a length")
            return
        if codings:
            if codings[0] != "chunked" or response.minor == 0:
                raise Malformed(f"coding {codings[0]!r} in HTTP/1.{response.minor}")
            response.framing, response.body = "chunked", self._chunks()
        elif lengths:
            response.framing, response.body = "length", self.exactly(int(lengths[0]))
        else:
            response.framing, response.body = "close", self.rest()

    def _chunks(self):
        body = b""
        while True:
            size = self._until(b"\r\n")
            if not re.fullmatch(rb"[0-9a-fA-F]+", size):
                raise Malformed(f"chunk size {size!r}")
            chunk = self.exactly(int(size, 16))
            if self.exactly(2) != b"\r\n":
                raise Malformed("no line end after a chunk")
            if not chunk:
                return body
            body += chunk

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        found, self.buffer = self.buffer.split(mark, 1)
        return found

    def exactly(self, size):
        parts, have = [self.buffer], len(self.buffer)
        while have < size:
            self.buffer = b""
            self._more(min(size - have, 1 << 18))
            parts.append(self.buffer)
            have += len(self.buffer)
        data = b"".join(parts)
        self.buffer = data[size:]
        return data[:size]

    def rest(self):
        """All until the peer ends the connection in order; a reset is Truncated."""
        data = self.buffer
        self.buffer = b""
        with contextlib.suppress(EOFError):
            while True:
                self._more(eof=EOFError)
                data += self.buffer
                self.buffer = b""
        return data

    def _more(self, size=1 << 16, eof=Truncated):
        try:
            data = self.socket.recv(size)
        except ConnectionError as error:
            raise Truncated(f"{error} after {self.buffer[:200]!r}") from None
        if not data:
            raise eof(f"end after {self.buffer[:200]!r}")
        self.buffer += data

    # The connection's state

    def ended(self, within=5):
        """Does the peer end or reset the connection, without one more byte?"""
        if self.buffer:
            return False
        self.socket.settimeout(seconds(within))
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        self.buffer += data
        return not data

    def silent(self, during=0.2):
        """Nothing arrives, and nothing ends, for so long."""
        if self.buffer:
            return False
        before = self.socket.gettimeout()
        self.socket.settimeout(during)
        try:
            self.buffer += self.socket.recv(1 << 16)
            return False
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        finally:
            self.socket.settimeout(before)


def fetch(port, method="GET", target="/", timeout=30, **more):
    """One request on a connection of its own."""
    with Connection(port, timeout) as connection:
        return connection.ask(method, target, **more)
