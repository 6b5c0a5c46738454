"""What operators see: the admin listener, metrics that Prometheus reads, and an access log without secrets."""

import json
import re
import shutil
import signal
import subprocess
import time

import pytest

from http_client import HOST, Connection, head, request
from patience import eventually
from servers import Gatehouse, tenant
from ws_client import Websocket

PLAIN = ("Accept", "*/*")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


# The admin listener


def test_healthz_and_readyz_need_no_token(site):
    assert (site.edge.admin("/healthz").status, site.edge.admin("/healthz").text) == (200, "ok\n")
    assert (site.edge.admin("/readyz").status, site.edge.admin("/readyz").text) == (200, "ready\n")


def test_the_admin_listener_serves_no_tenants_and_the_others_no_metrics(site):
    assert site.edge.admin("/").status == 404 and site.edge.admin("/sim/echo").status == 404
    assert "gatehouse_" not in site.ask("GET", "/metrics").text


def test_the_admin_listener_survives_nonsense(site):
    for message in (b"nonsense\r\n\r\n", b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n", b"\0" * 100):
        with Connection(site.edge.admin_port) as connection:
            try:
                connection.send(message)
                connection.read()
            except Exception:
                pass
    assert site.edge.admin("/healthz").status == 200
    assert site.edge.admin("/healthz", method="POST").status == 405
    assert site.edge.admin("/healthz", method="HEAD").status == 200


def test_metrics_are_there_while_many_idle_admin_connections_are(site):
    idle = [Connection(site.edge.admin_port) for _ in range(30)]
    assert site.edge.admin("/metrics").status == 200
    for connection in idle:
        connection.close()


# Metrics

NAMES = [
    "requests_total", "request_duration_seconds_bucket", "upstream_duration_seconds_bucket", "queue_wait_seconds_bucket", "queue_depth",
    "inflight", "saturation_ratio", "websockets", "connections", "worker_seconds_total", "bytes_total",
    "registry_tenants", "registry_hosts", "registry_age_seconds", "registry_synced", "build_info",
]  # fmt: skip


def test_the_metrics_of_the_contract_are_there(site):
    assert site.ask("GET", "/sim/bytes?n=1000").status == 200
    with Websocket(site.edge.port) as ws:
        ws.echo("hello")
        assert eventually(lambda: site.edge.metrics("requests_total", tenant="acme"))
        have = {name for name, _, _ in site.edge.series()}
    assert [name for name in NAMES if "gatehouse_" + name not in have] == []


def test_promtool_finds_nothing_wrong_with_the_metrics(site):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("NOT TESTED: promtool is not installed")
    site.ask("GET", "/sim/bytes?n=1")
    text = site.edge.admin("/metrics").body
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, timeout=30)
    assert checked.returncode == 0 and checked.stderr == b"", checked.stderr.decode()


def test_requests_are_counted_by_what_the_client_was_told(start_site):
    site = start_site()
    for _ in range(3):
        site.ask("GET", "/sim/bytes?n=100")
    site.ask("GET", "/sim/status?code=404")
    site.ask("POST", "/web/login", fields=[FORM], body=b"login=a")
    site.ask("GET", "/", host="nobody.localtest")
    count = lambda **labels: site.edge.metrics("requests_total", **labels)  # noqa: E731
    assert eventually(lambda: count(tenant="acme", pool="web", **{"class": "page"}, code="200") == 3)
    assert count(tenant="acme", code="404") == 1 and count(tenant="acme", **{"class": "login"}) == 1
    assert count(code="404") == 2
    assert not any(labels.get("tenant") == "nobody.localtest" for _, labels, _ in site.edge.series())
    assert site.edge.metrics("request_duration_seconds_count", tenant="acme", pool="web") == 5
    assert site.edge.metrics("bytes_total", tenant="acme", direction="in") == len(b"login=a")
    assert site.edge.metrics("bytes_total", tenant="acme", direction="out") > 300


def test_load_is_seen_while_it_lasts(start_site):
    site = start_site(workers=2)
    connections = [site.connect() for _ in range(5)]
    for connection in connections:
        connection.send(request("GET", "/sim/sleep?ms=1000"))
    assert eventually(lambda: site.edge.metrics("queue_depth", tenant="acme", pool="web") == 3)
    assert site.edge.metrics("inflight", tenant="acme", pool="web") == 2
    assert site.edge.metrics("saturation_ratio", tenant="acme", pool="web") == 2.5
    assert site.edge.metrics("connections", listener="web") == 5
    assert [connection.read().status for connection in connections] == [200] * 5
    assert eventually(lambda: site.edge.metrics("inflight", tenant="acme", pool="web") == 0)
    assert site.edge.metrics("queue_depth", tenant="acme", pool="web") == 0
    assert 4.9 < site.edge.metrics("worker_seconds_total", tenant="acme") < 8
    assert site.edge.metrics("queue_wait_seconds_count", tenant="acme", pool="web") >= 3


def test_the_tenants_with_series_are_bounded(start_sim, start_edge):
    sim = start_sim()
    tenants = [tenant(sim, f"t{n}", [f"t{n}.localtest"]) for n in range(6)]
    edge = start_edge(tenants, {"metrics": {"tenants": 3}})
    for n in range(6):
        edge.ask("GET", "/web/health", host=f"t{n}.localtest")
    assert eventually(lambda: edge.metrics("requests_total") == 6)
    named = {labels["tenant"] for name, labels, _ in edge.series() if name == "gatehouse_requests_total"}
    assert len(named) == 4 and "other" in named


def test_a_tenant_without_a_cap_is_counted(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([{"id": "acme", "hosts": [HOST], "web": {"endpoints": [sim.web]}}])
    assert edge.metrics("tenants_uncapped") == 1
    assert any("odoo.workers" in line for line in edge.process.errors)
    assert edge.ask("GET", "/sim/bytes?n=1").status == 200


# The access log


def test_a_line_says_who_asked_what_and_how_it_went(site):
    answer = site.ask("POST", "/sim/echo?a=b", fields=[("User-Agent", 'curl/8 "x"\\'), ("Content-Type", "a/b")], body=b"12345")
    line = site.edge.log_of(answer)
    wanted = {
        "tenant": "acme", "host": HOST, "client": "127.0.0.1", "listener": "web", "method": "POST", "path": "/sim/echo?a=b",
        "protocol": "HTTP/1.1", "class": "page", "status": 200, "bytes_in": 5, "bytes_out": len(answer.body), "pool": "web",
        "endpoint": site.sim.web, "retries": 0, "user_agent": 'curl/8 "x"\\',
    }  # fmt: skip
    assert {key: line.get(key) for key in wanted} == wanted
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert line["duration_ms"] >= line["upstream_ms"] > 0 and line["queue_ms"] >= 0
    assert "cause" not in line


def test_a_request_whose_head_was_refused_is_in_the_log(site):
    with site.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
        line = site.edge.log_of(connection.read())
    assert line["status"] == 400 and line["fault"] == "client" and line["cause"] in ("bad_request", "bad_host")


def test_a_client_that_left_is_in_the_log_as_gone(start_site):
    site = start_site()
    with site.connect() as connection:
        connection.send(head("GET", "/sim/bytes?n=50000000"))
        connection.exactly(1000)
        connection.reset()
    assert site.edge.logged(path="/sim/bytes?n=50000000", cause="client_gone", within=10)
    assert site.edge.metrics("client_gone_total", tenant="acme") == 1


def test_the_log_holds_no_secrets(start_site):
    """Nor do the log of the program and the metrics."""
    site = start_site(config={"log": {"level": "debug"}})
    secrets = ["s3cr3t-cookie", "s3cr3t-bearer", "s3cr3t-body", "s3cr3t-query"]
    fields = [FORM, ("Cookie", "session_id=s3cr3t-cookie"), ("Authorization", "Bearer s3cr3t-bearer")]
    for path in ("/web/login?password", "/web/reset_password?token", "/jsonrpc?x", "/web/session/authenticate?p"):
        target = path + "=s3cr3t-query"
        site.ask("POST", target, fields=fields, body=b"login=a&password=s3cr3t-body")
        site.ask("GET", target, fields=fields)
    with site.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nCookie: session_id=s3cr3t-cookie\r\nbroken line\r\n\r\n")
        site.edge.log_of(connection.read())
    with Websocket(site.edge.port, cookie="session_id=s3cr3t-cookie"):
        pass
    assert eventually(lambda: len(site.edge.log_lines()) >= 10)
    told = "\n".join(site.edge.log_lines() + site.edge.process.errors) + site.edge.admin("/metrics").text
    assert [secret for secret in secrets if secret in told] == []


def test_what_a_client_sends_cannot_break_a_line(site):
    answer = site.ask("GET", "/sim/bytes?n=1&x=%0a%22%5c", fields=[("User-Agent", 'a"b\\c\xff\x7f'.replace("\x7f", ""))])
    assert site.edge.log_of(answer)
    for line in site.edge.log_lines():
        json.loads(line)


def test_traefik_s_format_has_traefik_s_names(start_site):
    site = start_site(config={"log": {"access": {"format": "traefik", "path": "access.log"}}})
    answer = site.ask("GET", "/sim/bytes?n=7")
    line = site.edge.logged(**{"downstream_X-Request-Id": answer.get("X-Request-Id")})
    assert (line["DownstreamStatus"], line["RequestHost"], line["RequestMethod"], line["DownstreamContentSize"]) == (200, HOST, "GET", 7)
    assert line["ServiceName"] == "acme-web@gatehouse" and line["entryPointName"] == "web"
    assert line["Duration"] > line["OriginDuration"] > 0


def test_the_combined_format_is_apache_s(start_site):
    site = start_site(config={"log": {"access": {"format": "combined", "path": "access.log"}}})
    site.ask("GET", "/sim/bytes?n=7", fields=[("Referer", "https://x.test/page?token=1"), ("User-Agent", 'a "b"')])
    assert eventually(site.edge.log_lines)
    who, what = r"127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}(:\d\d){3} [+-]\d{4}\]", r'"GET /sim/bytes\?n=7 HTTP/1\.1" 200 7'
    pattern = who + " " + what + r' "https://x\.test/page" "a \\"b\\""'
    assert re.fullmatch(pattern, site.edge.log_lines()[0]), site.edge.log_lines()


def test_a_sample_drops_successes_and_never_failures(start_site):
    site = start_site(config={"log": {"access": {"sample": 0.0, "path": "access.log"}}})
    for code in (200, 404, 200, 500):
        site.ask("GET", f"/sim/status?code={code}")
    assert eventually(lambda: len(site.edge.log_lines()) == 2)
    assert {json.loads(line)["status"] for line in site.edge.log_lines()} == {404, 500}


def test_sigusr1_reopens_a_log_that_was_moved_and_no_line_is_lost(start_site):
    site = start_site()
    site.ask("GET", "/sim/bytes?n=1")
    assert eventually(lambda: len(site.edge.log_lines()) == 1)
    moved = site.edge.access_log.rename(site.edge.access_log.with_suffix(".1"))
    site.ask("GET", "/sim/bytes?n=2")
    assert eventually(lambda: len(moved.read_text().splitlines()) == 2)
    site.edge.signal(signal.SIGUSR1)
    assert eventually(site.edge.access_log.exists)
    site.ask("GET", "/sim/bytes?n=3")
    assert site.edge.logged(path="/sim/bytes?n=3")
    assert len(moved.read_text().splitlines()) == 2


def test_standard_output_is_the_default_of_the_access_log(start_site):
    site = start_site(config={"log": {"access": {"path": "-"}}})
    site.ask("GET", "/sim/bytes?n=1")
    assert eventually(lambda: any('"path":"/sim/bytes?n=1"' in line for line in site.edge.process.lines))


def test_a_full_disk_under_the_access_log_stops_nobody(start_site):
    site = start_site(config={"log": {"access": {"path": "/dev/full"}}})
    for _ in range(50):
        assert site.ask("GET", "/web/health").status == 200
    assert eventually(lambda: site.edge.metrics("access_log_dropped_total") > 0)


def test_the_log_as_text_is_for_people(start_sim, tmp_path):
    edge = Gatehouse(tmp_path, [tenant(start_sim())], {"log": {"format": "text", "access": {"path": ""}}}).start()
    try:
        assert eventually(lambda: any(re.match(r"\S+ info ready ", line) for line in edge.process.errors), within=20)
    finally:
        assert edge.process.stop() == 0


def test_time_is_measured_in_the_queue_and_upstream_apart(start_site):
    site = start_site(workers=1)
    with site.connect() as first:
        first.send(request("GET", "/sim/sleep?ms=600"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
        begun = time.monotonic()
        line = site.edge.log_of(site.ask("GET", "/sim/sleep?ms=200"))
        waited = (time.monotonic() - begun) * 1000
        first.read()
    assert 100 < line["queue_ms"] < 700 and 190 < line["upstream_ms"] < 600
    assert line["queue_ms"] + line["upstream_ms"] <= line["duration_ms"] + 5 <= waited + 50
