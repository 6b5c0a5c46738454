"""An upstream written in the test: each request goes to a function, which answers with the connection itself in hand."""

import contextlib
import socket
import threading


class Upstream:
    """Listens on a port of its own. `serve(connection, head, body)` returns bytes to send; None ends the connection.

    `requests` holds the heads that came, `connections` how many were accepted.
    """

    def __init__(self, serve, keep_alive=False):
        self._serve, self._keep_alive = serve, keep_alive
        self.requests, self.connections = [], 0
        self._open, self._lock, self._threads = set(), threading.Lock(), []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._spawn(self._accept)
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_connections()
        for thread in self._threads:
            thread.join(5)

    def close_connections(self):
        """As a restarted upstream does: what is kept open dies."""
        with self._lock:
            opened = list(self._open)
        for connection in opened:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def pool(self, **more):
        return {"web": {"endpoints": [self.address], **more}, "odoo": {"workers": 4}}

    def _spawn(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with self._lock:
                self._open.add(connection)
            self._spawn(self._run, connection)

    def _run(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(60)
            while self._one(connection) and self._keep_alive:
                pass
        with self._lock:
            self._open.discard(connection)

    def _one(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(1 << 16)
            if not piece:
                return False
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        while len(body) < length:
            piece = connection.recv(1 << 16)
            if not piece:
                return False
            body += piece
        self.requests.append(head.decode("latin-1"))
        answer = self._serve(connection, head.decode("latin-1"), body)
        if answer is None:
            return False
        connection.sendall(answer)
        return True


def answer(body=b"ok", status="200 OK", fields=(), version="HTTP/1.1"):
    lines = [f"{version} {status}", *(f"{name}: {value}" for name, value in fields), f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
