"""The programs under test as context managers. Each asks the kernel for its ports and is stopped by its pid."""

import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import http_client
from patience import eventually, seconds

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program(variable, name):
    path = os.environ.get(variable) or str(ROOT / "build" / "dev" / name)
    assert os.access(path, os.X_OK), f"{path} is not there: set {variable}, or run ./dev test"
    return path


def gatehouse_bin():
    return program("GATEHOUSE_BIN", "gatehouse")


def closed_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Process:
    """A child whose two outputs are collected line by line."""

    def __init__(self, command, **more):
        self.lines, self.errors = [], []
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **more
        )
        pairs = ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        self._readers = [threading.Thread(target=self._collect, args=pair, daemon=True) for pair in pairs]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _collect(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))
        stream.close()

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, within=30):
        code = self.process.wait(seconds(within))
        for reader in self._readers:
            reader.join(seconds(5))
        return code

    def stop(self, within=30):
        """The exit status after SIGTERM."""
        if self.alive():
            self.signal(signal.SIGTERM)
        try:
            return self.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.wait()
            raise AssertionError("did not stop:\n" + "\n".join(self.errors[-50:])) from None

    def kill(self):
        if self.alive():
            self.process.kill()
        self.wait()


class OdooSim:
    """The stand-in for one Odoo: `workers` requests at once on `web`, websockets on `websocket`."""

    def __init__(self, workers=2, **options):
        command = [program("ODOO_SIM_BIN", "odoo_sim"), "--workers", str(workers)]
        options = {"web": "127.0.0.1:0", "websocket": "127.0.0.1:0", "control": "127.0.0.1:0", **options}
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        self.workers = workers
        self._command = command

    def __enter__(self):
        self.process = Process(self._command)
        ready = eventually(lambda: self._ready() or not self.process.alive(), within=20)
        if not ready or not self.process.alive():
            self.process.kill()
            raise AssertionError("odoo_sim does not start:\n" + "\n".join(self.process.lines + self.process.errors))
        addresses = dict(word.split("=", 1) for word in self._ready().split() if "=" in word)
        self.web, self.websocket, self.control = addresses["web"], addresses["websocket"], addresses["control"]
        return self

    def __exit__(self, *_):
        self.process.kill()

    def _ready(self):
        return next((line for line in list(self.process.lines) if line.startswith("ready ")), None)

    def _control(self, method, target):
        port = int(self.control.rsplit(":", 1)[1])
        return http_client.fetch(port, method, target, body=b"" if method == "POST" else None)

    def stats(self):
        """Counters of both its ports; those in flight are the web port's. The control port takes no worker."""
        return self._control("GET", "/stats").json()

    def reset(self):
        assert self._control("POST", "/reset").status in (200, 204)

    def idle(self, within=5):
        return eventually(lambda: self.stats()["in_flight"] == 0, within)

    def pool(self, **more):
        """A tenant's place to send requests to."""
        return {
            "odoo": {"workers": self.workers},
            "web": {"endpoints": [self.web]},
            "websocket": {"endpoints": [self.websocket]},
            **more,
        }


class Gatehouse:
    """`gatehouse serve` in a directory of its own.

    `tenants` are documents (a list), `config` is merged over the base section by section.
    """

    def __init__(self, directory, tenants, config=None, files=None, environment=None):
        self.directory = pathlib.Path(directory)
        self.config_file = self.directory / "gatehouse.yaml"
        self.tenants_file = self.directory / "tenants.yaml"
        self.access_log = self.directory / "access.log"
        (self.directory / "spool").mkdir(parents=True, exist_ok=True)
        self.config = self._base()
        for key, value in (config or {}).items():
            merge = isinstance(value, dict) and isinstance(self.config.get(key), dict)
            self.config[key] = {**self.config[key], **value} if merge else value
        self.config["limits"].setdefault("spool", {}).setdefault("directory", str(self.directory / "spool"))
        self.write_config()
        self.write_tenants(tenants)
        self._files = files
        self._environment = environment

    def _base(self):
        return {
            "listeners": [{"name": "web", "address": "127.0.0.1:0", "health": "/.gatehouse/health"}],
            "admin": {"address": "127.0.0.1:0"},
            "registry": {"type": "file", "path": "tenants.yaml"},
            "limits": {"client": {"connections_per_ip": 10000}},
            "log": {"access": {"path": str(self.access_log)}},
            "drain": {"grace": "0ms", "limit": "10s"},
            "threads": 2,
        }

    # Files. JSON is YAML.

    def write_config(self):
        self.config_file.write_text(json.dumps(self.config, indent=1))

    def write_tenants(self, tenants, by_rename=False):
        text = tenants if isinstance(tenants, str) else json.dumps({"schema": 1, "tenants": tenants}, indent=1)
        if by_rename:
            aside = self.directory / "tenants.new"
            aside.write_text(text)
            aside.rename(self.tenants_file)
        else:
            self.tenants_file.write_text(text)

    # Its life

    def start(self):
        """Without waiting for readiness."""
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (self._files, self._files))) if self._files else None
        environment = {**os.environ, **(self._environment or {})}
        command = [gatehouse_bin(), "serve", "--config", str(self.config_file)]
        self.process = Process(command, preexec_fn=limit, env=environment)
        return self

    def wait_ready(self):
        ready = eventually(lambda: self.event("ready") or not self.process.alive(), within=20)
        if not ready or not self.process.alive():
            self.process.kill()
            raise AssertionError("gatehouse does not start:\n" + "\n".join(self.process.errors[-50:]))
        listening = self.event("ready")["listening"]
        self.ports = {name: int(port) for name, port in re.findall(r"(\S+) 127\.0\.0\.1:(\d+)", listening)}
        self.port, self.admin_port = self.ports["web"], self.ports["admin"]
        return self

    def __enter__(self):
        return self.start().wait_ready()

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
            print("\n".join(self.process.errors[-60:]))
            return
        code = self.process.stop()
        assert code == 0, f"exit status {code}:\n" + "\n".join(self.process.errors[-50:])
        failed = [line for line in self.process.errors if '"exchange failed"' in line or '"drain failed"' in line]
        assert not failed, failed

    def signal(self, number):
        self.process.signal(number)

    def events(self, name=None):
        """The log's lines."""
        found = []
        for line in list(self.process.errors):
            if line.startswith("{"):
                entry = json.loads(line)
                if name in (None, entry["event"]):
                    found.append(entry)
        return found

    def event(self, name):
        return next(iter(self.events(name)), None)

    def reload(self, good=True):
        """SIGHUP, and how it ended."""
        name = "configuration reloaded" if good else "configuration kept as it was"
        before = len(self.events(name))
        self.signal(signal.SIGHUP)
        assert eventually(lambda: len(self.events(name)) > before, within=10), "\n".join(self.process.errors[-20:])

    def change_tenants(self, tenants, by_rename=False, within=3):
        """Writes the tenants' file and waits until it is live; the time that it took."""
        before, begun = len(self.events("tenants changed")), time.monotonic()
        self.write_tenants(tenants, by_rename)
        assert eventually(lambda: len(self.events("tenants changed")) > before, within), "\n".join(self.process.errors[-20:])
        return time.monotonic() - begun

    # What it says

    def ask(self, method="GET", target="/", **more):
        return http_client.fetch(self.port, method, target, **more)

    def connect(self, **more):
        return http_client.Connection(self.port, **more)

    def admin(self, target, method="GET"):
        return http_client.fetch(self.admin_port, method, target, host="localhost")

    def series(self):
        """All series of /metrics: (name, labels, value)."""
        found = []
        for line in self.admin("/metrics").text.splitlines():
            sample = re.fullmatch(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)", line)
            if sample and not line.startswith("#"):
                found.append((sample[1], dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or "")), float(sample[3])))
        return found

    def metrics(self, name, **labels):
        """The sum of the series with this name and these labels."""
        return sum(
            value
            for key, have, value in self.series()
            if key == "gatehouse_" + name and all(have.get(label) == wanted for label, wanted in labels.items())
        )

    def log_lines(self):
        return self.access_log.read_text().splitlines() if self.access_log.exists() else []

    def logged(self, within=5, **wanted):
        """The first line of the access log with these values; waits for it."""

        def find():
            for line in self.log_lines():
                entry = json.loads(line)
                if all(entry.get(key) == value for key, value in wanted.items()):
                    return entry
            return None

        return eventually(find, within)

    def log_of(self, response):
        """The access log's line about this answer."""
        entry = self.logged(request_id=response.get("X-Request-Id"))
        assert entry, "no line in the access log about " + str(response.fields)
        return entry


def tenant(sim, id="acme", hosts=(http_client.HOST,), **more):
    return {"id": id, "hosts": list(hosts), **sim.pool(), **more}
