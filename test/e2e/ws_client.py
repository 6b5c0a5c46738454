"""A websocket client (RFC 6455) on a plain Connection, for tests that look at single frames or hold hundreds open."""

import base64
import hashlib
import os
import struct

import http_client
from http_client import HOST, Connection, head

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def handshake(key, host=HOST, origin="http://" + HOST, cookie=None, target="/websocket?version=18.0-5", fields=()):
    all_fields = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key), *fields]
    if origin:
        all_fields.append(("Origin", origin))
    if cookie:
        all_fields.append(("Cookie", cookie))
    return head("GET", target, host, all_fields)


def ask(connection, **more):
    """The answer to a handshake on this connection, whatever it is."""
    key = base64.b64encode(os.urandom(16)).decode()
    connection.send(handshake(key, **more))
    answer = connection.read()
    if answer.status == 101:
        accept = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert answer.get("Sec-WebSocket-Accept") == base64.b64encode(accept).decode()
        assert answer.get("Upgrade").lower() == "websocket" and "upgrade" in answer.get("Connection").lower()
    return answer


class Refused(Exception):
    """No 101; `answer` is what came instead."""

    def __init__(self, answer):
        super().__init__(f"{answer.status} {answer.body[:200]!r}")
        self.answer = answer


class Websocket:
    def __init__(self, port, timeout=30, **more):
        self.connection = Connection(port, timeout)
        try:
            self.answer = ask(self.connection, **more)
            if self.answer.status != 101:
                raise Refused(self.answer)
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, payload, opcode=TEXT):
        payload = payload.encode() if isinstance(payload, str) else payload
        size = len(payload)
        if size < 126:
            length = bytes([0x80 | size])
        elif size < 1 << 16:
            length = b"\xfe" + struct.pack(">H", size)
        else:
            length = b"\xff" + struct.pack(">Q", size)
        mask = os.urandom(4)
        stream = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")
        self.connection.send(bytes([0x80 | opcode]) + length + mask + masked)

    def receive(self):
        """(opcode, payload) of the next frame; Truncated when there is none."""
        first, second = self.connection.exactly(2)
        if second & 0x80 or first & 0x70:
            raise http_client.Malformed(f"frame {first:02x} {second:02x}")
        size = second
        if size == 126:
            (size,) = struct.unpack(">H", self.connection.exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.connection.exactly(8))
        return first & 0x0F, self.connection.exactly(size)

    def echo(self, text):
        self.send(text)
        opcode, payload = self.receive()
        assert (opcode, payload.decode()) == (TEXT, text)

    def receive_close(self):
        """The code with which the peer says goodbye."""
        opcode, payload = self.receive()
        assert opcode == CLOSE, (opcode, payload)
        return int.from_bytes(payload[:2], "big") if payload else None
