"""Recorded traffic of a real Odoo 18, replayed through the edge: every request is answered as it was recorded."""

import subprocess

import pytest

from http_client import HOST
from patience import SANITIZED, seconds
from servers import ROOT, program, tenant

RECORDING = ROOT / "test" / "data" / "odoo18-requests.jsonl.gz"


def replay(start_sim, start_edge, speed, workers):
    sim = start_sim(workers, recording=RECORDING, speed=speed, websocket_burst=0)
    edge = start_edge([tenant(sim, queue={"length": 500, "timeout": "60s"})])
    command = [program("REPLAY_BIN", "replay"), "--to", f"127.0.0.1:{edge.port}", "--host", HOST]
    command += ["--recording", str(RECORDING), "--speed", str(speed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds(120))
    print(done.stdout[-5000:], done.stderr[-5000:])
    assert done.returncode == 0
    stats = sim.stats()
    assert stats["max_demand"] <= workers, "some waited in the pod's backlog"
    assert edge.metrics("session_failures_total") == 0
    assert edge.metrics("upstream_failures_total") == 0
    return sim, edge


def test_recorded_traffic_is_answered_as_it_was_recorded(start_sim, start_edge):
    speed = 10 if SANITIZED else 20
    sim, edge = replay(start_sim, start_edge, speed, workers=2)
    assert sim.stats()["requests"] >= 1900


@pytest.mark.skipif(SANITIZED, reason="a matter of speed")
def test_recorded_traffic_in_a_hurry_waits_and_fails_nowhere(start_sim, start_edge):
    sim, edge = replay(start_sim, start_edge, 100, workers=6)
    assert edge.metrics("shed_total") == 0
