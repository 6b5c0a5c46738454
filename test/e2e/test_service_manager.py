"""What systemd does with a service: it hands over sockets, waits for readiness, and is told of the end."""

import os
import socket
import subprocess

import pytest

import http_client
from patience import eventually, seconds
from servers import Gatehouse, gatehouse_bin, tenant


def datagrams(path):
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(path)
    receiver.settimeout(seconds(10))
    return receiver


@pytest.mark.parametrize("abstract", [False, True], ids=["a path", "an abstract name"])
def test_readiness_and_the_end_are_told(start_sim, tmp_path, abstract):
    name = f"gatehouse-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with datagrams("\0" + name if abstract else name) as manager:
        environment = {"NOTIFY_SOCKET": "@" + name if abstract else name}
        with Gatehouse(tmp_path / "edge", [tenant(start_sim())], environment=environment) as edge:
            assert manager.recv(100) == b"READY=1"
            assert edge.ask("GET", "/sim/bytes?n=3").status == 200, "ready means that requests are served"
        assert manager.recv(100) == b"STOPPING=1"


def test_a_socket_that_the_manager_opened_is_taken_over(start_sim, tmp_path):
    """What connects before the service runs, and between two runs of it, waits and is answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        port = listener.getsockname()[1]
        node = Gatehouse(tmp_path, [tenant(start_sim())], {"listeners": [{"name": "web", "address": f"127.0.0.1:{port}"}]})
        # LISTEN_PID is the service's own: a shell knows it before it becomes the service. Descriptor 3 is the first.
        command = f'exec 3<&{listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "{gatehouse_bin()}" serve --config "{node.config_file}"'
        for _ in range(2):
            with http_client.Connection(port) as early:
                early.send(http_client.request("GET", "/sim/bytes?n=7"))
                with open(tmp_path / "stderr", "w") as errors:
                    service = subprocess.Popen(["bash", "-c", command], pass_fds=[listener.fileno()], stderr=errors)
                try:
                    assert len(early.read().body) == 7, (tmp_path / "stderr").read_text()
                finally:
                    service.terminate()
                    assert service.wait(seconds(15)) == 0


def test_an_endpoint_by_name_is_resolved(start_sim, start_edge):
    sim = start_sim()
    port = sim.web.rsplit(":", 1)[1]
    edge = start_edge([tenant(sim, web={"endpoints": [f"localhost:{port}"], "max_in_flight": 2})])
    assert eventually(lambda: edge.ask("GET", "/sim/bytes?n=3").status == 200, within=5)


def test_a_name_that_does_not_resolve_is_told_apart(start_sim, start_edge):
    edge = start_edge([tenant(start_sim(), web={"endpoints": ["no-such-name.invalid:8069"], "max_in_flight": 2})])
    answer = edge.ask("GET", "/sim/bytes?n=3")
    assert answer.status in (502, 503) and "dns_failed" in answer.get("Proxy-Status")
