"""Websockets: who may open one, how many, how long they live, and that frames pass untouched."""

import asyncio
import json
import signal
import time

import pytest
import websockets

import ws_client
from http_client import HOST, Truncated, request
from patience import eventually, seconds
from servers import tenant
from sites import running_site
from ws_client import PING, PONG, Refused, Websocket

SESSION = "frontend_lang=en_US; session_id=abcdef"
FREE = {"websocket_burst": 0, "max_websockets": 2000}  # of the stand-in: no limit of its own


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("site"), sim=FREE) as started:
        yield started


def test_text_is_echoed_by_the_websocket_pool(site):
    with Websocket(site.edge.port) as ws:
        for n in range(20):
            ws.echo(f"message {n}")
        ws.send(b"mark", PING)
        assert ws.receive() == (PONG, b"mark")


def test_the_websockets_library_finds_nothing_wrong(site):
    async def talk():
        uri = f"ws://{HOST}/websocket?version=18.0-5"
        async with websockets.connect(uri, host="127.0.0.1", port=site.edge.port, origin=f"http://{HOST}") as ws:
            for text in ("one", "two", "ü" * 5000):
                await ws.send(text)
                assert await ws.recv() == text
            await (await ws.ping())
            await ws.send(json.dumps({"close": 4001}))
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await ws.recv()
            return closed.value.rcvd.code

    assert asyncio.run(asyncio.wait_for(talk(), seconds(20))) == 4001


def test_large_messages_and_many_at_once_pass_whole(site):
    with Websocket(site.edge.port) as ws:
        for size in (125, 126, 65_535, 65_536, 900_000):
            ws.echo("x" * size)
        texts = [f"{n}:" + "y" * (n % 300) for n in range(500)]
        for text in texts:
            ws.send(text)
        assert [ws.receive()[1].decode() for _ in texts] == texts


def test_frames_right_behind_the_handshake_are_not_lost(site):
    """Sent before the 101 has come."""
    with site.connect() as connection:
        hello = b"\x81\x85\0\0\0\0hello"
        connection.send(ws_client.handshake("dGhlIHNhbXBsZSBub25jZQ==") + hello)
        assert connection.read().status == 101
        assert connection.exactly(7) == b"\x81\x05hello"


def test_the_codes_of_odoo_reach_the_client(site):
    with Websocket(site.edge.port) as ws:
        ws.send(json.dumps({"close": 4002}))
        assert ws.receive_close() == 4002


def test_open_websockets_are_counted_and_in_the_log_when_they_end(site):
    assert eventually(lambda: site.edge.metrics("websockets", tenant="acme") == 0)
    with Websocket(site.edge.port) as ws:
        ws.echo("here")
        assert site.edge.metrics("websockets", tenant="acme") == 1
        request_id = ws.answer.get("X-Request-Id")
    assert eventually(lambda: site.edge.metrics("websockets", tenant="acme") == 0)
    line = site.edge.logged(request_id=request_id)
    assert (line["status"], line["pool"], line["class"], line["tenant"]) == (101, "websocket", "websocket", "acme")


@pytest.mark.parametrize("reset", [False, True], ids=["end", "reset"])
def test_the_upstream_learns_that_the_client_has_left(site, reset):
    assert eventually(lambda: site.sim.stats()["websockets_open"] == 0)
    ws = Websocket(site.edge.port)
    assert eventually(lambda: site.sim.stats()["websockets_open"] == 1)
    ws.connection.reset() if reset else ws.connection.close()
    assert eventually(lambda: site.sim.stats()["websockets_open"] == 0, within=8)


def test_the_client_learns_that_the_upstream_has_gone(start_site):
    site = start_site()
    with Websocket(site.edge.port) as ws:
        ws.echo("here")
        site.sim.process.kill()
        with pytest.raises(Truncated):
            ws.receive()


# Who may


def test_a_foreign_page_cannot_use_the_visitor_s_session(site):
    before = site.sim.stats()["websockets_total"]
    for origin in ("https://evil.test", f"https://{HOST}.evil.test", "null"):
        with pytest.raises(Refused) as refused:
            Websocket(site.edge.port, origin=origin, cookie=SESSION)
        assert refused.value.answer.status == 403
        assert site.edge.log_of(refused.value.answer)["cause"] == "origin_denied"
    assert site.sim.stats()["websockets_total"] == before


def test_without_a_session_any_page_may_embed_the_live_chat(site):
    for cookie in (None, "frontend_lang=en_US", "my_session_id=x"):
        with Websocket(site.edge.port, origin="https://customer.test", cookie=cookie) as ws:
            ws.echo("hello")


@pytest.mark.parametrize(
    "origin", [f"http://{HOST}", f"https://{HOST}", f"https://{HOST}:8443", f"https://{HOST.upper()}", "https://alias.localtest"]
)
def test_the_tenant_s_own_pages_may_whatever_the_scheme(start_sim, start_edge, origin):
    sim = start_sim()
    edge = start_edge([tenant(sim, hosts=[HOST, "alias.localtest"])])
    with Websocket(edge.port, origin=origin, cookie=SESSION) as ws:
        ws.echo("hello")


def test_a_page_that_the_tenant_allows_may(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, middlewares=[{"origin_check": {"allow": ["https://portal.example.com"]}}])])
    with Websocket(edge.port, origin="https://portal.example.com", cookie=SESSION) as ws:
        ws.echo("hello")
    with pytest.raises(Refused):
        Websocket(edge.port, origin="https://other.example.com", cookie=SESSION)


def test_a_late_101_does_not_overwrite_the_session(site):
    """Odoo sends a new session with every 101."""
    with Websocket(site.edge.port, cookie=SESSION) as ws:
        assert ws.answer.all("Set-Cookie") == []
    with Websocket(site.edge.port) as ws:
        (cookie,) = ws.answer.all("Set-Cookie")
        assert cookie.startswith("session_id=") and "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "wrong, statuses",
    [
        ([("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")], {426, 400}),
        ([("Sec-WebSocket-Version", "13")], {400}),
        ([("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "short")], {400}),
    ],
    ids=["version", "no key", "key"],
)
def test_a_handshake_that_is_wrong_opens_no_tunnel(site, wrong, statuses):
    before = site.sim.stats()["websockets_total"]
    with site.connect() as connection:
        fields = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Origin", f"http://{HOST}"), *wrong]
        assert connection.ask("GET", "/websocket", fields=fields).status in statuses
    assert site.sim.stats()["websockets_total"] == before


def test_an_upgrade_on_another_path_is_an_ordinary_request(site):
    with site.connect() as connection:
        connection.send(ws_client.handshake("dGhlIHNhbXBsZSBub25jZQ==", target="/sim/bytes?n=5"))
        assert connection.read().status in (200, 400)
    assert site.ask("GET", "/sim/bytes?n=1").status == 200


# How many


def test_a_tenant_has_so_many_websockets_and_no_more(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, websocket={"endpoints": [sim.websocket], "max_sockets": 3})])
    opened = [Websocket(edge.port) for _ in range(3)]
    with pytest.raises(Refused) as refused:
        Websocket(edge.port)
    answer = refused.value.answer
    assert answer.status == 503 and edge.log_of(answer)["cause"] == "too_many_sockets"
    assert edge.metrics("shed_total", tenant="acme", reason="too_many_sockets") == 1
    assert edge.ask("POST", "/websocket/peek_notifications", body=b"").status != 503, "it is no websocket"
    opened.pop().connection.close()

    def opens():
        try:
            opened.append(Websocket(edge.port))
            return True
        except Refused:
            return False

    assert eventually(opens)
    for ws in opened:
        ws.connection.close()


def test_websockets_take_no_workers(start_site):
    site = start_site(workers=1, sim=FREE)
    opened = [Websocket(site.edge.port) for _ in range(30)]
    assert site.ask("GET", "/sim/bytes?n=1").status == 200
    for ws in opened:
        ws.echo("still here")
        ws.connection.close()


def test_threaded_odoo_gets_websockets_on_its_one_port(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([{"id": "acme", "hosts": [HOST], "odoo": {"threaded": True, "workers": 2}, "web": {"endpoints": [sim.websocket]}}])
    with Websocket(edge.port) as ws:
        ws.echo("hello")
        assert edge.ask("GET", "/sim/echo").json()["port"] == "websocket"


# How long


def test_a_silent_websocket_ends_and_one_with_traffic_does_not(start_sim, start_edge):
    sim = start_sim(websocket_burst=0)
    edge = start_edge([tenant(sim, websocket={"endpoints": [sim.websocket], "idle": "1s"})])
    with Websocket(edge.port) as silent, Websocket(edge.port) as busy:
        begun = time.monotonic()
        for _ in range(8):
            busy.echo("here")
            time.sleep(0.25)
        with pytest.raises(Truncated):
            silent.receive()
        assert time.monotonic() - begun < seconds(4)
        busy.echo("still here")
    assert eventually(lambda: sim.stats()["websockets_open"] == 0)


def test_a_drain_says_going_away_between_two_frames(start_site):
    """1001 brings Odoo's client back; after 1000 it would stay away."""
    site = start_site(sim=FREE, config={"drain": {"grace": "0ms", "limit": "4s"}})
    opened = [Websocket(site.edge.port) for _ in range(20)]
    for ws in opened:
        ws.echo("here")
    site.edge.signal(signal.SIGTERM)
    for ws in opened:
        assert ws.receive_close() == 1001
        ws.send(b"\x03\xe9", ws_client.CLOSE)
        ws.connection.close()
    assert site.edge.process.wait(10) == 0


def test_a_drain_does_not_cut_a_message_in_two(start_site):
    site = start_site(sim=FREE, config={"drain": {"grace": "0ms", "limit": "3s"}})
    with Websocket(site.edge.port) as ws:
        ws.send("z" * 1_000_000)
        assert ws.connection.exactly(10)[:2] == b"\x81\x7f", "the first piece of the frame is here"
        site.edge.signal(signal.SIGTERM)
        time.sleep(0.3)
        assert ws.connection.exactly(1_000_000) == b"z" * 1_000_000
        assert ws.receive_close() == 1001
        ws.connection.close()
    assert site.edge.process.wait(10) == 0


def test_requests_of_the_websocket_port_use_kept_connections(site):
    with site.connect() as connection:
        for _ in range(5):
            connection.send(request("GET", "/websocket/health"))
            assert connection.read().status in (200, 404)
