"""Load that does not forgive: clients on kept connections, each request answered as it should be or written down."""

import threading
import time

from http_client import Connection, Malformed, Truncated


class Load:
    """Runs `clients` threads until told to stop. `failures` says what went wrong; `done` counts good answers.

    A kept connection that ends before the first byte of an answer is no failure when `forgiving`: RFC 9112 §9.3.1 lets
    a server close an idle connection, and the client repeats the request on a new one.
    """

    def __init__(self, port, clients=8, target="/sim/bytes?n=2000", pause=0.0, forgiving=False):
        self.port, self.target, self.pause, self.forgiving = port, target, pause, forgiving
        self.failures, self.done, self.refused = [], 0, 0
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._client, args=(n,), daemon=True) for n in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """No request starts after this; those that have started are waited for."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def more(self, number, within=20):
        """Waits for so many more answers."""
        wanted, until = self.done + number, time.monotonic() + within
        while self.done < wanted and time.monotonic() < until and not self.failures:
            time.sleep(0.01)

    def _client(self, number):
        connection, n = None, 0
        while not self._stop.is_set():
            n += 1
            fresh = connection is None
            try:
                connection = connection or Connection(self.port)
            except OSError:
                self.refused += 1
                return  # nobody listens any more
            kept = self._one(connection, f"{self.target}&client={number}&n={n}", fresh)
            if not kept:
                connection.close()
                connection = None
            if self.pause:
                time.sleep(self.pause)
        if connection:
            connection.close()

    def _one(self, connection, target, fresh):
        try:
            answer = connection.ask("GET", target)
        except (Truncated, Malformed, OSError) as problem:
            untouched = not fresh and not connection.buffer and isinstance(problem, (Truncated, ConnectionError))
            if not (self.forgiving and untouched):
                self.failures.append(f"{target}: {problem!r}")
            return False
        with self._lock:
            self.done += 1
        if answer.status != 200:
            self.failures.append(f"{target}: {answer.status} {answer.body[:200]!r}")
        return answer.keeps
