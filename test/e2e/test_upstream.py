"""Towards Odoo: workers are counted, no client holds one longer than its request runs, and what fails is told apart."""

import base64
import contextlib
import hashlib
import socket
import threading
import time

import pytest

import upstream
from http_client import HOST, Truncated, head, request
from patience import eventually, seconds
from servers import Gatehouse, closed_port, tenant
from sites import fields_of

OCTETS = ("Content-Type", "application/octet-stream")
PLAIN = ("Accept", "*/*")


def raw(text):
    return "/sim/raw?b64=" + base64.urlsafe_b64encode(text).decode().replace("=", "%3D").replace("-", "%2B").replace("_", "%2F")


# Workers


def test_two_hundred_clients_never_get_more_requests_in_flight_than_there_are_workers(start_site):
    site = start_site(sim={"service_time": "3ms"}, queue={"length": 512, "timeout": "60s"})
    connections = [site.connect(timeout=60) for _ in range(200)]
    for _ in range(3):
        for n, connection in enumerate(connections):
            connection.send(request("GET", "/odoo") if n % 2 else request("POST", "/web/login", body=b"login=a", fields=[OCTETS]))
        assert {connection.read().status for connection in connections} == {200}
    for connection in connections:
        connection.close()
    stats = site.sim.stats()
    assert stats["requests"] == 600 and stats["max_in_flight"] == 2
    assert stats["max_demand"] == 2, "some waited in the pod's backlog"
    assert eventually(lambda: site.edge.metrics("inflight", tenant="acme", pool="web") == 0)


def test_tenants_that_name_the_same_endpoint_share_its_workers(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, "a", ["a.localtest"]), tenant(sim, "b", ["b.localtest"])])
    connections = [edge.connect() for _ in range(10)]
    for n, connection in enumerate(connections):
        connection.send(request("GET", "/sim/sleep?ms=60", host="ab"[n % 2] + ".localtest"))
    assert {connection.read().status for connection in connections} == {200}
    assert sim.stats()["max_demand"] == 2


def test_a_worker_that_is_free_is_given_the_next_request_at_once(start_site):
    """One worker, twenty requests of 20 ms: no more than a little on top of 400 ms."""
    site = start_site(workers=1)
    connections = [site.connect() for _ in range(20)]
    begun = time.monotonic()
    for connection in connections:
        connection.send(request("GET", "/sim/sleep?ms=20"))
    assert {connection.read().status for connection in connections} == {200}
    assert time.monotonic() - begun < seconds(1.2)


def test_a_full_queue_answers_at_once(start_site):
    site = start_site(workers=1, queue={"length": 2, "timeout": "20s"})
    waiting = [site.connect() for _ in range(3)]
    for connection in waiting:
        connection.send(request("GET", "/sim/sleep?ms=700"))
        time.sleep(0.05)
    begun = time.monotonic()
    refused = site.ask("GET", "/odoo", fields=[PLAIN])
    assert refused.status == 503 and int(refused.get("Retry-After")) > 0
    assert time.monotonic() - begun < seconds(0.4)
    assert site.edge.log_of(refused)["cause"] == "queue_full"
    assert site.edge.metrics("shed_total", tenant="acme", reason="queue_full") == 1
    assert [connection.read().status for connection in waiting] == [200] * 3


def test_who_waits_too_long_is_told_so(start_site):
    site = start_site(workers=1, queue={"length": 10, "timeout": "500ms"})
    with site.connect() as busy:
        busy.send(request("GET", "/sim/sleep?ms=2000"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
        begun = time.monotonic()
        refused = site.ask("GET", "/odoo", fields=[PLAIN])
        assert refused.status == 503 and 0.4 < time.monotonic() - begun < seconds(1.4)
        line = site.edge.log_of(refused)
        assert line["cause"] == "queue_timeout" and line["queue_ms"] >= 400
        assert busy.read().status == 200


def test_who_leaves_the_queue_is_never_sent_upstream(start_site):
    site = start_site(workers=1)
    with site.connect() as busy:
        busy.send(request("GET", "/sim/sleep?ms=2500"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
        with site.connect() as leaving:
            leaving.send(request("GET", "/sim/echo"))
            assert eventually(lambda: site.edge.metrics("queue_depth", tenant="acme", pool="web") == 1)
        assert eventually(lambda: site.edge.metrics("queue_depth", tenant="acme", pool="web") == 0, within=2.2)
        assert busy.read().status == 200
    assert site.sim.stats()["accepted"] == 1


def test_a_client_that_leaves_does_not_free_the_worker_that_works_for_it(start_site):
    site = start_site(workers=1)
    with site.connect() as leaving:
        leaving.send(request("GET", "/sim/sleep?ms=1500"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
    begun = time.monotonic()
    assert site.edge.metrics("inflight", tenant="acme", pool="web") == 1
    assert site.ask("GET", "/sim/bytes?n=1").status == 200
    assert time.monotonic() - begun > 0.7, "a second request was given to a worker that was busy"
    assert site.sim.stats()["max_demand"] == 1
    assert eventually(lambda: site.edge.metrics("inflight", tenant="acme", pool="web") == 0)
    assert eventually(lambda: site.edge.metrics("endpoint_inflight", endpoint=site.sim.web) == 0)


def test_a_worker_that_is_late_is_not_given_a_second_request_until_it_is_free(start_site):
    site = start_site(workers=1, limits={"upstream": {"first_byte": "1s"}})
    begun = time.monotonic()
    late = site.ask("GET", "/sim/sleep?ms=2500", fields=[PLAIN])
    assert late.status == 504 and 0.9 < time.monotonic() - begun < seconds(2)
    assert site.edge.log_of(late)["cause"] == "upstream_timeout"
    assert site.edge.metrics("endpoint_inflight", endpoint=site.sim.web) == 1
    assert site.ask("GET", "/sim/bytes?n=1").status == 200
    assert time.monotonic() - begun > 2.3
    assert site.sim.stats()["max_demand"] == 1


def test_clients_that_come_and_go_leave_no_request_counted(start_site):
    """Resets at every stage: in the head, in the body, in the queue, while the worker works, while the answer comes."""
    site = start_site(workers=2, queue={"length": 500, "timeout": "30s"})
    messages = [
        b"GET / HTTP/1.1\r\nHo",
        head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", "100000")]) + b"x" * 5000,
        request("GET", "/sim/sleep?ms=30"),
        request("GET", "/sim/bytes?n=2000000"),
        request("GET", "/sim/eof?n=2000000"),
        request("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 100_000),
    ]
    for n in range(90):
        connection = site.connect()
        connection.send(messages[n % len(messages)])
        if n % 3 == 0:
            connection.silent(0.01)
        if n % 2:
            connection.reset()
        else:
            connection.close()
    assert eventually(lambda: site.edge.metrics("endpoint_inflight", endpoint=site.sim.web) == 0, within=15)
    assert site.sim.idle()
    assert site.sim.stats()["max_demand"] == 2
    assert site.edge.metrics("session_failures_total") == 0
    assert eventually(lambda: site.edge.metrics("connections", listener="web") == 0)
    assert site.edge.metrics("spool_bytes") == 0
    assert site.ask("GET", "/sim/bytes?n=1").status == 200


# Slow clients


def test_a_slow_reader_holds_no_worker_and_gets_every_byte(start_site):
    site = start_site(workers=1)
    size = 30_000_000
    wanted = hashlib.sha256(site.ask("GET", f"/sim/bytes?n={size}").body).hexdigest()
    with site.connect(receive_buffer=32_768) as connection:
        connection.send(request("GET", f"/sim/bytes?n={size}"))
        answer = connection.read_head()
        assert answer.get("Content-Length") == str(size)
        assert site.sim.idle(within=1), "the worker waits for the client"
        parts = []
        for _ in range(20):
            parts.append(connection.exactly(10_000))
            time.sleep(0.02)
            assert site.sim.stats()["in_flight"] == 0
        assert site.ask("GET", "/sim/bytes?n=1").status == 200, "the worker is free for others"
        parts.append(connection.exactly(size - 200_000))
        assert hashlib.sha256(b"".join(parts)).hexdigest() == wanted
    assert eventually(lambda: site.edge.metrics("spool_bytes") == 0)


def test_slow_uploads_hold_no_worker(start_site):
    site = start_site(workers=1)
    uploads = [site.connect() for _ in range(20)]
    body = b"y" * 40_000
    for connection in uploads:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", str(len(body)))]))
    for at in range(0, len(body), 10_000):
        for connection in uploads:
            assert site.sim.stats()["in_flight"] == 0 or at + 10_000 == len(body)
            connection.send(body[at : at + 10_000])
        if at + 10_000 < len(body):
            begun = time.monotonic()
            assert site.ask("GET", "/sim/bytes?n=1").status == 200
            assert time.monotonic() - begun < seconds(0.5)
    for connection in uploads:
        assert connection.read("POST").json()["body_len"] == len(body)
        connection.close()
    assert site.sim.stats()["idle_timeouts"] == 0, "the worker waited for a body"


def test_an_upload_larger_than_memory_is_whole_and_leaves_nothing_behind(start_site):
    site = start_site()
    body = hashlib.sha256(b"seed").digest() * 250_000
    echo = site.echo("POST", fields=[OCTETS], body=body)
    assert echo["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert eventually(lambda: site.edge.metrics("spool_bytes") == 0)
    assert list((site.edge.directory / "spool").iterdir()) == []


def test_answers_past_the_spool_s_bounds_go_on_at_the_client_s_pace_and_are_not_cut(start_site):
    spool = {"memory": "64KiB", "disk": "128KiB", "total": "1MiB"}
    site = start_site(config={"limits": {"spool": spool}})
    with site.connect(receive_buffer=32_768) as connection:
        connection.send(request("GET", "/sim/bytes?n=6000000"))
        time.sleep(0.3)
        assert len(connection.read().body) == 6_000_000
    assert site.edge.metrics("past_spool_total", tenant="acme") == 1


# Failures of the upstream


def test_a_killed_worker_is_a_502_with_its_own_cause(start_site):
    site = start_site()
    answer = site.ask("GET", "/sim/kill", fields=[PLAIN])
    line = site.edge.log_of(answer)
    assert (answer.status, line["cause"], line["fault"]) == (502, "upstream_worker_died", "upstream")
    assert "connection_terminated" in answer.get("Proxy-Status")
    assert site.sim.stats()["requests"] == 1, "it was sent again"
    assert site.edge.metrics("upstream_failures_total", tenant="acme", reason="upstream_worker_died") == 1
    for _ in range(8):
        assert site.ask("GET", "/sim/kill", fields=[PLAIN]).status == 502
    assert site.edge.metrics("endpoint_ejected", endpoint=site.sim.web) == 0
    assert site.ask("GET", "/sim/bytes?n=1").status == 200


def test_a_large_answer_that_breaks_off_breaks_off_for_the_client(start_site):
    site = start_site()
    for target in ("/sim/truncate?n=3000000&sent=1500000", "/sim/truncate?n=100000&sent=20000"):
        with site.connect() as connection:
            connection.send(request("GET", target))
            with pytest.raises(Truncated):
                connection.read()
    assert eventually(lambda: site.edge.metrics("truncated_total", tenant="acme") == 2)
    assert site.edge.logged(path="/sim/truncate?n=3000000&sent=1500000")["cause"] == "upstream_truncated"


def test_a_small_answer_that_breaks_off_is_a_502(start_site):
    site = start_site()
    answer = site.ask("GET", "/sim/truncate?n=1000&sent=500", fields=[PLAIN])
    assert answer.status == 502 and site.edge.log_of(answer)["cause"] == "upstream_truncated"


OK = b"HTTP/1.0 200 OK\r\n"
NONSENSE = {
    "a length and chunks": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a negative length": OK + b"Content-Length: -1\r\n\r\nhello",
    "a length that is no number": OK + b"Content-Length: abc\r\n\r\nhello",
    "a folded field": OK + b"A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "a NUL in a value": OK + b"A: b\0c\r\nContent-Length: 0\r\n\r\n",
    "a bare carriage return": OK + b"A: b\rc\r\nContent-Length: 0\r\n\r\n",
    "a space before a colon": OK + b"Content-Length : 5\r\n\r\nhello",
    "a field without a colon": OK + b"nonsense\r\nContent-Length: 0\r\n\r\n",
    "bare line feeds": b"HTTP/1.0 200 OK\nContent-Length: 0\n\n",
    "a 101 that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/0.9": b"<html>hello</html>",
    "a status of two digits": b"HTTP/1.0 20 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of letters": b"HTTP/1.0 abc OK\r\nContent-Length: 0\r\n\r\n",
    "a field of 300 KB": OK + b"A: " + b"b" * 300_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "half a head": OK + b"Content-Le",
    "an unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
}


@pytest.fixture(scope="module")
def nonsense_edge(tmp_path_factory):
    """Its upstream sends what the target names."""
    def serve(connection, request_head, body):
        connection.sendall(NONSENSE[bytes.fromhex(request_head.split()[1][1:]).decode()])
        return None

    with upstream.Upstream(serve) as odoo:
        limits = {"outlier": {"failures": 1000}, "client": {"connections_per_ip": 1000}}
        tenants = [{"id": "acme", "hosts": [HOST], **odoo.pool()}]
        with Gatehouse(tmp_path_factory.mktemp("edge"), tenants, {"limits": limits}) as edge:
            yield edge


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_of_the_upstream_is_a_502_and_not_relayed(nonsense_edge, name):
    answer = nonsense_edge.ask("GET", "/" + name.encode().hex(), fields=[PLAIN])
    assert answer.status == 502 and answer.get("Content-Type") == "application/problem+json"
    assert nonsense_edge.log_of(answer)["cause"] in ("upstream_malformed", "upstream_reset")


@pytest.mark.parametrize(
    "text",
    [OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", OK + b"A: b\r\n c\r\n\r\n", b"garbage"],
    ids=["two lengths", "a fold", "garbage"],
)
def test_nonsense_of_odoo_frees_its_worker(start_site, text):
    site = start_site(workers=1)
    assert site.ask("GET", raw(text), fields=[PLAIN]).status == 502
    assert site.ask("GET", "/sim/bytes?n=1").status == 200


def test_broken_chunks_of_the_upstream_break_the_answer_off(start_edge):
    def serve(connection, request_head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" + chunks[request_head.split()[1]])
        return None

    chunks = {
        "/no-end": b"5\r\nwor",
        "/overflow": b"FFFFFFFFFFFFFFFFF\r\nx",
        "/sign": b"-5\r\nworld\r\n0\r\n\r\n",
        "/spill": b"1\r\nworld\r\n0\r\n\r\n",
    }
    with upstream.Upstream(serve) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool()}])
        for target in chunks:
            with edge.connect() as connection:
                connection.send(request("GET", target, fields=[PLAIN]))
                try:
                    assert connection.read().status == 502, target
                except Truncated:
                    pass


def test_interim_answers_are_passed_on_but_not_without_end(start_edge):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"

    def serve(connection, request_head, body):
        connection.sendall(early * int(request_head.split()[1][1:]))
        return upstream.answer()

    with upstream.Upstream(serve) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool()}])
        answer = edge.ask("GET", "/2")
        assert (answer.status, [interim.status for interim in answer.interim]) == (200, [103, 103])
        assert answer.interim[0].get("Link") == "</a.css>; rel=preload"
        assert edge.ask("GET", "/2", version="HTTP/1.0").interim == []
        assert edge.ask("GET", "/100", fields=[PLAIN]).status == 502


def test_an_early_refusal_of_a_body_reaches_the_client(start_site):
    site = start_site()
    answer = site.ask("POST", "/sim/early413", fields=[OCTETS], body=b"x" * 5_000_000)
    assert answer.status == 413 and answer.get("Content-Type").startswith("text/html"), "Odoo's own answer"


def test_what_the_upstream_sends_behind_its_answer_is_nobody_s_answer(start_edge):
    """On a kept connection it would be taken for the answer to the next request, which may be another user's."""
    stray = upstream.answer(b"evil")
    kinds = {
        "/behind": lambda connection: upstream.answer() + stray,
        "/later": lambda connection: (connection.sendall(upstream.answer()), time.sleep(0.02), stray)[2],
        "/head": lambda connection: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + stray,
        "/204": lambda connection: b"HTTP/1.1 204 No Content\r\n\r\n" + stray,
        "/304": lambda connection: b"HTTP/1.1 304 Not Modified\r\n\r\n" + stray,
        "/chunked": lambda connection: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + stray,
        "/large": lambda connection: upstream.answer(b"x" * 200_000) + stray,
        "/clean": lambda connection: upstream.answer(),
    }
    with upstream.Upstream(lambda connection, text, body: kinds[text.split()[1]](connection), keep_alive=True) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool(keep_alive=True)}])
        with edge.connect() as connection:
            for target in kinds:
                for _ in range(3):
                    method = "HEAD" if target == "/head" else "GET"
                    answer = connection.ask(method, target)
                    assert b"evil" not in answer.body and answer.status in (200, 204, 304), target
                    time.sleep(0.1 if target == "/later" else 0)  # what comes after the next request cannot be told apart
                    assert connection.ask("GET", "/clean").text == "ok", target
            assert connection.silent()


def test_a_kept_connection_that_owes_a_body_is_not_given_the_next_request(start_edge):
    """The upstream refuses early and goes on reading: the next request would be taken for the rest of the body."""
    heads = []

    def serve(connection):
        text = b""
        while b"\r\n\r\n" not in text:
            text += connection.recv(4096)
        heads.append(text.split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno" if text.startswith(b"POST") else upstream.answer())
        time.sleep(0.5)  # the rest is read late, so that it cannot all be sent
        with contextlib.suppress(OSError):
            while connection.recv(1 << 20):
                pass
        connection.close()

    def listen(listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=listen, args=(listener,), daemon=True).start()
        web = {"endpoints": ["127.0.0.1:%d" % listener.getsockname()[1]], "keep_alive": True}
        edge = start_edge([{"id": "acme", "hosts": [HOST], "odoo": {"workers": 4}, "web": web}])
        assert edge.ask("POST", "/early", fields=[OCTETS], body=b"x" * 20_000_000).status == 401
        assert edge.ask("GET", "/next").text == "ok"
    assert [head.split()[1] for head in heads] == [b"/early", b"/next"]


def test_a_stream_reaches_the_client_as_it_comes(start_site):
    site = start_site()
    for kind in ("bytes", "eof"):
        with site.connect() as connection:
            begun = time.monotonic()
            connection.send(request("GET", f"/sim/{kind}?n=60000&chunk=20000&delay_ms=600"))
            connection.read_head()
            connection.exactly(15_000)
            first = time.monotonic() - begun
            assert first < 0.6 * seconds(1), "it was held back until it was whole"
            connection.exactly(40_000)
            assert time.monotonic() - begun > 1.0


def test_a_head_as_long_as_odoo_s_longest_passes(start_edge):
    cookie = ("Set-Cookie", "website=" + "x" * 4000)
    with upstream.Upstream(lambda *_: upstream.answer(fields=[cookie] * 3)) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool()}])
        answer = edge.ask("GET", "/x")
        assert answer.status == 200 and len(answer.all("Set-Cookie")) == 3 and answer.text == "ok"


# Retries


def test_a_second_endpoint_answers_when_the_first_is_down(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, web={"endpoints": [f"127.0.0.1:{closed_port()}", sim.web]})])
    for n in range(20):
        method = "POST" if n % 2 else "GET"
        assert edge.ask(method, "/sim/echo", fields=[OCTETS], body=b"x" if n % 2 else None).status == 200
    assert sim.stats()["requests"] == 20
    assert edge.metrics("retries_total", tenant="acme") >= 1


def test_an_endpoint_that_fails_again_and_again_is_left_alone_for_a_while(start_sim, start_edge):
    sim = start_sim(4)
    down = f"127.0.0.1:{closed_port()}"
    limits = {"outlier": {"failures": 3, "eject": "60s"}, "client": {"connections_per_ip": 1000}}
    edge = start_edge([tenant(sim, web={"endpoints": [down, sim.web]})], {"limits": limits})

    def rush():
        """More at once than the one that is up has workers."""
        connections = [edge.connect() for _ in range(8)]
        for connection in connections:
            connection.send(request("GET", "/sim/sleep?ms=40"))
        assert {connection.read().status for connection in connections} == {200}
        for connection in connections:
            connection.close()

    rush(), rush(), rush()
    assert edge.metrics("endpoint_ejected", endpoint=down) == 1
    assert edge.metrics("endpoint_ejected", endpoint=sim.web) == 0
    retries = edge.metrics("retries_total", tenant="acme")
    rush(), rush()
    assert edge.metrics("retries_total", tenant="acme") == retries
    assert sim.stats()["requests"] == 40


def test_the_last_endpoint_is_never_ejected(start_sim, start_edge):
    sim = start_sim()
    port = sim.web.rsplit(":", 1)[1]
    limits = {"outlier": {"failures": 2, "eject": "60s"}, "client": {"connections_per_ip": 1000}}
    edge = start_edge([tenant(sim)], {"limits": limits})
    assert edge.ask("GET", "/sim/bytes?n=1").status == 200
    sim.process.kill()
    for _ in range(6):
        assert edge.ask("GET", "/sim/bytes?n=1", fields=[PLAIN]).status in (502, 503)
    start_sim(web="127.0.0.1:" + port)
    assert edge.ask("GET", "/sim/bytes?n=1").status == 200


def test_a_request_that_was_written_is_not_repeated(start_edge):
    """The upstream takes it and closes: nobody knows what it has done by then."""
    with upstream.Upstream(lambda *_: None) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool()}])
        for number, method in enumerate(("POST", "PUT", "GET"), 1):
            answer = edge.ask(method, "/x", fields=[OCTETS, PLAIN], body=b"x")
            assert answer.status == 502 and edge.log_of(answer)["cause"] == "upstream_worker_died"
            assert len(odoo.requests) == number


def test_kept_connections_are_used_again(start_edge):
    with upstream.Upstream(lambda *_: upstream.answer(), keep_alive=True) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool(keep_alive=True)}])
        with edge.connect() as connection:
            for _ in range(20):
                assert connection.ask("POST", "/x", fields=[OCTETS], body=b"abc").text == "ok"
        assert (odoo.connections, len(odoo.requests)) == (1, 20)
        assert "connection: close" not in odoo.requests[0].lower()


def test_a_kept_connection_that_died_is_noticed_before_it_is_used(start_edge):
    with upstream.Upstream(lambda *_: upstream.answer(), keep_alive=True) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool(keep_alive=True)}])
        with edge.connect() as connection:
            for method in ("GET", "POST", "GET", "POST"):
                assert connection.ask(method, "/x", fields=[OCTETS], body=b"abc").status == 200
                odoo.close_connections()
                time.sleep(0.05)
        assert len(odoo.requests) == 4


def test_only_what_may_be_repeated_is_repeated_when_a_kept_connection_dies_under_it(start_edge):
    """The connection dies when its second request arrives."""
    served = set()

    def serve(connection, request_head, body):
        if connection in served:
            return None
        served.add(connection)
        return upstream.answer()

    with upstream.Upstream(serve, keep_alive=True) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool(keep_alive=True)}])
        with edge.connect() as connection:
            assert connection.ask("GET", "/first").status == 200
            assert connection.ask("GET", "/repeated").status == 200
            assert sum("/repeated" in text for text in odoo.requests) == 2
        with edge.connect() as connection:
            connection.ask("GET", "/first", fields=[PLAIN])
        with edge.connect() as connection:
            answers = [connection.ask("POST", f"/once-{n}", fields=[OCTETS, PLAIN], body=b"x") for n in range(4)]
        assert 502 in {answer.status for answer in answers} <= {200, 502}
        for n in range(4):
            assert sum(f"/once-{n}" in text for text in odoo.requests) == 1


def test_an_answer_that_says_close_is_the_last_of_its_connection(start_edge):
    with upstream.Upstream(lambda *_: upstream.answer(fields=[("Connection", "close")]), keep_alive=True) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool(keep_alive=True)}])
        with edge.connect() as connection:
            for _ in range(3):
                answer = connection.ask("GET", "/x")
                assert answer.status == 200 and answer.keeps, "the client's connection is another matter"
        assert odoo.connections == 3


# Reports


def test_reports_leave_one_worker_to_the_rest(start_site):
    site = start_site(workers=2)
    reports = [site.connect() for _ in range(4)]
    for connection in reports:
        connection.send(request("GET", "/report/pdf/x?ms=400"))
    assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
    begun = time.monotonic()
    for _ in range(5):
        assert site.ask("GET", "/sim/bytes?n=1").status == 200
    assert time.monotonic() - begun < seconds(0.4)
    site.sim.reset()
    assert [connection.read().status for connection in reports] == [200] * 4
    assert site.sim.stats()["max_in_flight"] == 1


def test_reports_that_fetch_their_assets_through_the_edge_finish(start_sim, start_edge):
    """wkhtmltopdf in the pod holds one worker and needs another; with both printing, or others first, it would hang."""
    placeholder = {"id": "acme", "hosts": [HOST], "odoo": {"workers": 2}, "web": {"endpoints": [f"127.0.0.1:{closed_port()}"]}}
    edge = start_edge([placeholder])
    sim = start_sim(2, edge=f"127.0.0.1:{edge.port}")
    edge.change_tenants([tenant(sim, queue={"length": 200, "timeout": "60s"})])
    reports = [edge.connect() for _ in range(3)]
    others = [edge.connect() for _ in range(30)]
    for connection in reports:
        connection.send(request("GET", "/report/pdf/x", host=HOST))
    for connection in others:
        connection.send(request("GET", "/sim/sleep?ms=40"))
    answers = [connection.read() for connection in reports]
    assert [answer.status for answer in answers] == [200] * 3, answers[0].body
    assert {connection.read().status for connection in others} == {200}
    for connection in reports + others:
        connection.close()
    assert sim.stats()["max_demand"] == 2
    assert edge.logged(**{"class": "hairpin", "status": 200})


# What the client is given


def test_the_client_is_not_shown_what_is_between_us_and_odoo(start_edge):
    fields = [
        ("X-Accel-Redirect", "/web/filestore/x"), ("Keep-Alive", "timeout=5"), ("Proxy-Authenticate", "Basic"),
        ("Connection", "X-Nominated"), ("X-Nominated", "1"), ("Set-Cookie", "session_id=abc; HttpOnly; Path=/"),
        ("Set-Cookie", "frontend_lang=en_US; Path=/"), ("X-Kept", "1"), ("X-Request-Id", "theirs"),
    ]  # fmt: skip
    with upstream.Upstream(lambda *_: upstream.answer(fields=fields)) as odoo:
        edge = start_edge([{"id": "acme", "hosts": [HOST], **odoo.pool()}])
        answer = edge.ask("GET", "/x")
    for name in ("X-Accel-Redirect", "Keep-Alive", "X-Nominated"):
        assert answer.all(name) == [], name
    assert answer.get("X-Kept") == "1" and answer.get("X-Request-Id") != "theirs"
    session, language = answer.all("Set-Cookie")
    assert session == "session_id=abc; HttpOnly; Path=/; SameSite=Lax" and language == "frontend_lang=en_US; Path=/"


def test_a_session_cookie_is_secure_when_the_client_came_over_tls(start_site):
    site = start_site(config={"trusted_proxies": ["127.0.0.1"]})
    (cookie,) = site.ask("GET", "/web/login", fields=[("X-Forwarded-Proto", "https")]).all("Set-Cookie")
    assert "; Secure" in cookie and "; SameSite=Lax" in cookie
    (cookie,) = site.ask("GET", "/web/login").all("Set-Cookie")
    assert "; Secure" not in cookie


def test_many_answers_at_once_are_not_mixed_up(start_site):
    site = start_site(workers=4, queue={"length": 500, "timeout": "30s"})
    wrong = []

    def work(seed):
        with site.connect() as connection:
            for n in range(15):
                body = bytes([seed]) * (1 + 3000 * n)
                echo = connection.ask("POST", f"/sim/echo?{seed}-{n}", fields=[OCTETS, ("X-Seed", seed)], body=body).json()
                right = (f"/sim/echo?{seed}-{n}", hashlib.sha256(body).hexdigest(), [str(seed)])
                if (echo["target"], echo["body_sha256"], fields_of(echo, "X-Seed")) != right:
                    wrong.append(echo)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and site.sim.stats()["requests"] == 16 * 15
