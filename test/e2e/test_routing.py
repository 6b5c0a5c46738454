"""Which tenant gets a request, which of its pools, and what its state and policies make of it."""

import pytest

from http_client import HOST, head
from patience import eventually
from servers import Gatehouse, OdooSim, tenant
from sites import fields_of

PAGE = [("Accept", "text/html")]


@pytest.fixture(scope="module")
def edge(tmp_path_factory):
    with OdooSim(2, name="one") as one, OdooSim(2, name="two") as two:
        redirected = [HOST, "*.acme.localtest", {"name": "www.acme.localtest", "redirect": HOST}]
        tenants = [
            tenant(one, "one", redirected, odoo={"version": 18, "workers": 2}),
            tenant(two, "two", ["two.localtest", "exact.acme.localtest"]),
            tenant(two, "open", ["open.localtest"], middlewares=[{"path_policy": {"database_manager": "allow", "health": "pass"}}]),
            tenant(two, "own", ["own.localtest"], classes={"feed": {"paths": ["/shop/*"], "like": "report"}}),
        ]
        with Gatehouse(tmp_path_factory.mktemp("edge"), tenants) as started:
            started.one, started.two = one, two
            yield started


def name(edge, host):
    return edge.ask("GET", "/sim/echo", host=host).json()["name"]


# Hosts


def test_each_host_reaches_its_tenant(edge):
    assert name(edge, HOST) == "one"
    assert name(edge, "two.localtest") == "two"


def test_the_host_is_looked_at_anew_for_every_request_of_a_connection(edge):
    with edge.connect() as connection:
        for host, wanted in [(HOST, "one"), ("two.localtest", "two"), ("any.acme.localtest", "one"), ("two.localtest", "two")]:
            assert connection.ask("GET", "/sim/echo", host=host).json()["name"] == wanted


def test_a_wildcard_covers_one_label_and_exact_hosts_beat_it(edge):
    assert name(edge, "any.acme.localtest") == "one"
    assert name(edge, "exact.acme.localtest") == "two"
    assert edge.ask(host="a.b.acme.localtest").status == 404


def test_an_unknown_host_is_404_and_reaches_nobody(edge):
    edge.one.reset(), edge.two.reset()
    for host in ("nobody.localtest", "localtest", "acme.localtest.evil.test", "127.0.0.1"):
        answer = edge.ask(host=host, fields=PAGE)
        assert answer.status == 404 and answer.get("Content-Type").startswith("text/html")
    assert edge.one.stats()["accepted"] == edge.two.stats()["accepted"] == 0


# Redirects


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_redirected_host_sends_pages_to_the_other_with_their_query(edge, method):
    answer = edge.ask(method, "/shop/chair?color=red&size=%C3%A9", host="www.acme.localtest", fields=PAGE)
    assert (answer.status, answer.get("Location")) == (308, f"http://{HOST}/shop/chair?color=red&size=%C3%A9")


def test_a_redirect_keeps_the_port_that_the_client_named(edge):
    answer = edge.ask("GET", "/", host="www.acme.localtest:8069", fields=PAGE)
    assert answer.get("Location") == f"http://{HOST}:8069/"


@pytest.mark.parametrize(
    "method, target",
    [
        ("POST", "/sim/echo"),
        ("POST", "/jsonrpc"),
        ("GET", "/xmlrpc/2/common"),
        ("GET", "/jsonrpc"),
        ("GET", "/json/2/res.partner"),
        ("GET", "/payment/status"),
        ("GET", "/web/hook/x"),
        ("GET", "/.well-known/openid-configuration"),
        ("GET", "/websocket/health"),
        ("GET", "/longpolling/im_status"),
    ],
)
def test_who_would_not_follow_is_not_redirected(edge, method, target):
    assert edge.ask(method, target, host="www.acme.localtest", body=b"" if method == "POST" else None).status != 308


# States


def test_a_tenant_under_maintenance_answers_503_and_lets_listed_clients_pass(start_sim, start_edge):
    sim = start_sim()
    maintenance = {"message": "Upgrade to 19", "until": "2099-01-01T00:00:00Z"}
    edge = start_edge(
        [
            tenant(sim, "all", ["all.localtest"], state="maintenance", maintenance=maintenance),
            tenant(sim, "listed", ["listed.localtest"], state="maintenance", maintenance={"allow": ["127.0.0.0/8"]}),
        ]
    )
    answer = edge.ask("GET", "/odoo", host="all.localtest", fields=PAGE)
    assert answer.status == 503 and int(answer.get("Retry-After")) > 0 and "Upgrade to 19" in answer.text
    assert sim.stats()["accepted"] == 0
    assert edge.ask("GET", "/odoo", host="listed.localtest", fields=PAGE).status == 200


def test_a_suspended_tenant_answers_403_but_keeps_the_classes_it_was_told_to(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, state="suspended", suspension={"keep": ["webhook", "mail"]})])
    assert edge.ask("GET", "/odoo", fields=PAGE).status == 403
    assert sim.stats()["accepted"] == 0
    assert edge.ask("POST", "/payment/stripe/webhook", body=b"x").status == 404, "Odoo's own answer"
    assert sim.stats()["accepted"] == 1


def test_an_expired_tenant_is_suspended_only_when_it_says_so(start_sim, start_edge):
    sim = start_sim()
    past = "2020-01-01T00:00:00Z"
    edge = start_edge(
        [
            tenant(sim, "warned", ["warned.localtest"], expires_at=past),
            tenant(sim, "ended", ["ended.localtest"], expires_at=past, on_expiry="suspend"),
        ]
    )
    assert edge.ask("GET", "/odoo", host="warned.localtest", fields=PAGE).status == 200
    assert edge.ask("GET", "/odoo", host="ended.localtest", fields=PAGE).status == 403


def test_the_health_of_a_tenant_tells_its_state(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim), tenant(sim, "off", ["off.localtest"], state="maintenance")])
    answer = edge.ask("GET", "/web/health")
    assert answer.status == 200 and answer.json()["status"] == "pass"
    assert edge.ask("GET", "/web/health", host="off.localtest").status == 503
    assert sim.stats()["accepted"] == 0


# Paths


def test_health_is_answered_at_once_while_all_workers_are_busy(edge):
    with edge.connect() as first, edge.connect() as second, edge.connect() as probe:
        for connection in (first, second):
            connection.send(head("GET", "/sim/sleep?ms=1500"))
        assert eventually(lambda: edge.one.stats()["in_flight"] == 2)
        probe.socket.settimeout(1.0)
        assert probe.ask("GET", "/web/health").status == 200
        assert edge.one.stats()["in_flight"] == 2
        assert (first.read().status, second.read().status) == (200, 200)


@pytest.mark.parametrize(
    "target",
    ["/web/database/manager", "/web/database/selector", "//web//database/manager", "/web/%64atabase/manager", "/x/../web/database/list",
     "/web/database/backup/", "/web%2fdatabase%2fmanager", "/fr/web/database/manager", "/web/filestore/x", "/hw_proxy/hello"],
)  # fmt: skip
def test_the_doors_that_odoo_leaves_open_are_closed_however_they_are_spelled(edge, target):
    edge.one.reset()
    for method in ("GET", "POST"):
        answer = edge.ask(method, target, body=b"" if method == "POST" else None)
        assert answer.status in (403, 404)
    assert edge.one.stats()["accepted"] == 0


def test_a_tenant_can_open_its_database_manager_and_its_own_health(edge):
    edge.two.reset()
    edge.ask("GET", "/web/database/manager", host="open.localtest")
    assert edge.ask("GET", "/web/health", host="open.localtest").json() == {"status": "pass"}
    assert edge.two.stats()["accepted"] == 2


def test_version_info_is_never_closed(edge):
    assert edge.ask("POST", "/web/webclient/version_info", fields=[("Content-Type", "application/json")], body=b"{}").status == 200


@pytest.mark.parametrize(
    "method, target, path_class",
    [
        ("GET", "/odoo", "page"),
        ("GET", "/web/login", "page"),
        ("POST", "/web/login", "login"),
        ("POST", "/jsonrpc", "rpc"),
        ("GET", "/report/pdf/x", "report"),
        ("GET", "/web/assets/1/abc/web.assets.js", "asset"),
        ("GET", "/web/static/src/x.js", "static"),
        ("POST", "/web/binary/upload_attachment", "upload"),
        ("POST", "/payment/x", "webhook"),
    ],
)
def test_each_path_has_its_class_in_the_access_log(edge, method, target, path_class):
    answer = edge.ask(method, target, body=b"" if method == "POST" else None)
    assert edge.log_of(answer)["class"] == path_class


def test_a_tenant_s_own_class_has_its_own_name(edge):
    assert edge.log_of(edge.ask("GET", "/shop/feed.xml", host="own.localtest"))["class"] == "feed"


# Pools


def test_websocket_paths_go_to_the_websocket_pool_and_nothing_else_does(edge):
    assert edge.ask("GET", "/sim/echo").json()["port"] == "web"
    for target in ("/websocket/peek_notifications", "/websocket/on_closed"):
        answer = edge.ask("POST", target, fields=[("Content-Type", "application/json")], body=b"{}")
        assert edge.log_of(answer)["pool"] == "websocket", target
        assert edge.log_of(answer)["endpoint"] == edge.one.websocket
    for target in ("/websockets", "/web/websocket", "/longpolling/poll"):
        assert edge.log_of(edge.ask("GET", target))["pool"] == "web", target


def test_old_versions_poll_on_the_websocket_pool(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, odoo={"version": 15, "workers": 2})])
    answer = edge.ask("POST", "/longpolling/poll", fields=[("Content-Type", "application/json")], body=b'{"id": 1}')
    assert answer.status == 200 and edge.log_of(answer)["pool"] == "websocket"


def test_a_tenant_without_a_websocket_pool_refuses_websockets_and_serves_the_rest(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([{"id": "acme", "hosts": [HOST], "odoo": {"workers": 2}, "web": {"endpoints": [sim.web]}}])
    assert edge.ask("GET", "/websocket/health").status in (200, 502, 503)
    assert edge.ask("POST", "/websocket/peek_notifications", body=b"").status in (502, 503)
    assert sim.stats()["accepted"] == 0
    assert edge.ask("GET", "/odoo").status == 200


def test_two_tenants_of_a_shared_pool_share_its_workers(start_sim, start_edge):
    sim = start_sim()
    pools = {"shared": sim.pool()}
    edge = start_edge(
        [{"id": "a", "hosts": ["a.localtest"], "pool": "shared"}, {"id": "b", "hosts": ["b.localtest"], "pool": "shared"}],
        config={"pools": pools},
    )
    connections = [edge.connect() for _ in range(8)]
    for n, connection in enumerate(connections):
        connection.send(head("GET", "/sim/sleep?ms=50", host="ab"[n % 2] + ".localtest"))
    assert [connection.read().status for connection in connections] == [200] * 8
    for connection in connections:
        connection.close()
    assert sim.stats()["max_in_flight"] == 2 and sim.stats()["max_demand"] == 2


def test_a_pool_can_name_the_host_its_upstream_is_sent(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim, web={"endpoints": [sim.web], "host": "inner.example"})])
    echo = edge.ask("GET", "/sim/echo").json()
    assert fields_of(echo, "Host") == ["inner.example"] and fields_of(echo, "X-Forwarded-Host") == [HOST]


# The listener


def test_the_listener_s_health_is_answered_for_any_host_and_not_logged(edge):
    for host in (HOST, "10.0.0.1", "nobody.localtest"):
        answer = edge.ask("GET", "/.gatehouse/health", host=host)
        assert answer.status == 200
    with edge.connect() as connection:
        answer = connection.ask("GET", "/.gatehouse/health", version="HTTP/1.0", host=None)
        assert answer.status == 200, "load balancers often ask without a Host"
    assert not edge.logged(path="/.gatehouse/health", within=0.3)
