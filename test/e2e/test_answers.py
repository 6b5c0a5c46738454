"""Answers that the edge makes itself speak the protocol of whoever asked, and tell operators the true reason."""

import json
import xmlrpc.client

import pytest

from http_client import HOST, head
from patience import eventually
from servers import Gatehouse, OdooSim, closed_port, tenant

REFUSED_HOST, BUSY_HOST, DOWN_HOST, PAUSED_HOST = "suspended.localtest", "busy.localtest", "down.localtest", "paused.localtest"
MESSAGE = 'Upgrade to <19> & "more"'


@pytest.fixture(scope="module")
def edge(tmp_path_factory):
    """Tenants that cannot answer, each for a reason of its own."""
    with OdooSim(1) as sim:
        nowhere = f"127.0.0.1:{closed_port()}"
        gone = {"odoo": {"workers": 2}, "web": {"endpoints": [nowhere]}, "websocket": {"endpoints": [nowhere]}}
        tenants = [
            tenant(sim),
            tenant(sim, "busy", [BUSY_HOST], queue={"length": 0}),
            {"id": "down", "hosts": [DOWN_HOST], **gone},
            tenant(sim, "suspended", [REFUSED_HOST], state="suspended", suspension={"reason": "unpaid"}),
            tenant(sim, "paused", [PAUSED_HOST], state="maintenance", maintenance={"message": MESSAGE}),
        ]
        with Gatehouse(tmp_path_factory.mktemp("edge"), tenants) as started:
            started.sim = sim
            yield started


def rpc(edge, host, target="/web/dataset/call_kw", content_type="application/json"):
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 7, "params": {}}).encode()
    return edge.ask("POST", target, host=host, fields=[("Content-Type", content_type), ("Accept", "*/*")], body=body)


def xml(edge, host):
    return edge.ask("POST", "/xmlrpc/2/object", host=host, fields=[("Content-Type", "text/xml")], body=b"<methodCall/>")


def page(edge, host, method="GET", target="/odoo"):
    return edge.ask(method, target, host=host, fields=[("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")])


def other(edge, host, method="GET"):
    return edge.ask(method, "/web/image/1", host=host, fields=[("Accept", "image/png")])


@pytest.fixture
def busy(request, edge):
    """For the busy host: the one worker is taken and there is no queue."""
    if request.node.callspec.params["host"] != BUSY_HOST:
        yield
        return
    with edge.connect() as connection:
        connection.send(head("GET", "/sim/sleep?ms=1000"))
        assert eventually(lambda: edge.sim.stats()["in_flight"] == 1)
        yield
        assert connection.read().status == 200


def proxy_status(answer):
    return answer.get("Proxy-Status", "")


# Refused: asking again will not help


def test_a_refused_json_rpc_call_is_an_error_of_odoo_with_200(edge):
    answer = rpc(edge, "nobody.localtest")
    assert (answer.status, answer.get("Content-Type")) == (200, "application/json")
    error = answer.json()["error"]
    assert answer.json()["jsonrpc"] == "2.0" and set(error) >= {"code", "message", "data"}
    assert set(error["data"]) >= {"name", "message", "arguments", "context", "debug"}
    assert isinstance(error["data"]["arguments"], list) and isinstance(error["data"]["context"], dict)
    assert "destination_not_found" in proxy_status(answer) and "unknown_host" in proxy_status(answer)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=utf-8"])
def test_json_is_json_with_parameters_too(edge, content_type):
    assert rpc(edge, "nobody.localtest", content_type=content_type).status == 200


def test_a_refused_xml_rpc_call_is_a_fault_with_200(edge):
    answer = xml(edge, "nobody.localtest")
    assert (answer.status, answer.get("Content-Type")) == (200, "text/xml")
    with pytest.raises(xmlrpc.client.Fault) as fault:
        xmlrpc.client.loads(answer.body)
    assert answer.get("X-Request-Id") in fault.value.faultString


def test_a_refused_page_is_a_page_with_the_request_id(edge):
    answer = page(edge, REFUSED_HOST)
    assert answer.status == 403 and answer.get("Content-Type").startswith("text/html")
    assert answer.get("X-Request-Id") in answer.text
    assert "http-equiv" not in answer.text, "it does not reload: that would not help"


def test_others_who_are_refused_get_problem_json(edge):
    answer = other(edge, REFUSED_HOST)
    assert (answer.status, answer.get("Content-Type")) == (403, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == 403 and problem["request_id"] == answer.get("X-Request-Id")


def test_a_rest_call_is_no_json_rpc(edge):
    for target in ("/json/1/res.partner", "/json/2/res.partner/search"):
        answer = rpc(edge, "nobody.localtest", target)
        assert (answer.status, answer.get("Content-Type")) == (404, "application/problem+json"), target


def test_a_body_that_is_too_large_is_told_to_json_rpc_as_an_error(start_site):
    site = start_site(limits={"body": {"size": "64KiB", "json": "64KiB"}})
    with site.connect() as connection:
        connection.send(head("POST", "/web/dataset/call_kw", fields=[("Content-Type", "application/json"), ("Content-Length", "9000000")]))
        answer = connection.read("POST")
        assert answer.status == 200 and "error" in answer.json() and not answer.keeps
    assert site.edge.log_of(answer)["cause"] == "body_too_large"


def test_a_suspended_tenant_tells_machines_to_come_back_so_that_nothing_is_lost(edge):
    assert rpc(edge, REFUSED_HOST).status == 502
    assert xml(edge, REFUSED_HOST).status == 503
    answer = edge.ask("POST", "/web/hook/abc", host=REFUSED_HOST, fields=[("Content-Type", "application/json")], body=b"{}")
    assert answer.status == 503 and int(answer.get("Retry-After")) > 0


# Try again


@pytest.mark.parametrize("host, reason", [(BUSY_HOST, "queue_full"), (DOWN_HOST, "connect_refused"), (PAUSED_HOST, "maintenance")])
def test_json_rpc_that_should_try_again_gets_a_502_in_plain_text(edge, busy, host, reason):
    """Every Odoo web client takes just that for a lost connection, and comes back."""
    answer = rpc(edge, host)
    assert answer.status == 502 and answer.get("Content-Type").startswith("text/plain")
    assert "{" not in answer.text
    assert reason in proxy_status(answer)
    logged = edge.log_of(answer)
    assert (logged["status"], logged["cause"]) == (502, reason)


@pytest.mark.parametrize("host", [BUSY_HOST, DOWN_HOST, PAUSED_HOST])
def test_xml_rpc_that_should_try_again_gets_a_503_with_a_time(edge, busy, host):
    answer = xml(edge, host)
    assert answer.status == 503 and int(answer.get("Retry-After")) > 0


@pytest.mark.parametrize("host", [BUSY_HOST, DOWN_HOST, PAUSED_HOST])
def test_a_page_that_should_try_again_reloads_itself(edge, busy, host):
    answer = page(edge, host)
    assert answer.status == 503 and answer.get("Content-Type").startswith("text/html")
    assert 'http-equiv="refresh"' in answer.text and answer.get("X-Request-Id") in answer.text
    assert int(answer.get("Retry-After")) > 0


@pytest.mark.parametrize("host, status", [(BUSY_HOST, 503), (DOWN_HOST, 502), (PAUSED_HOST, 503)])
def test_others_who_should_try_again_get_problem_json_and_the_upstream_s_fault_is_5_0_2(edge, busy, host, status):
    answer = other(edge, host)
    assert (answer.status, answer.get("Content-Type")) == (status, "application/problem+json")
    assert int(answer.get("Retry-After")) > 0 and answer.json()["status"] == status


def test_an_answer_that_is_late_is_504_for_others_and_502_for_json_rpc(start_site):
    site = start_site(limits={"upstream": {"first_byte": "1s"}}, workers=4)
    answer = site.ask("GET", "/sim/sleep?ms=3000", fields=[("Accept", "image/png")])
    assert answer.status == 504 and "http_response_timeout" in proxy_status(answer)
    body = b"{}"
    answer = site.ask("POST", "/sim/sleep?ms=3000", fields=[("Content-Type", "application/json")], body=body)
    assert answer.status == 502 and answer.get("Content-Type").startswith("text/plain")


# All of them


def test_what_an_operator_writes_cannot_break_out_of_a_page_or_a_document(edge):
    text = page(edge, PAUSED_HOST).text
    assert "<19>" not in text and "Upgrade to" in text
    assert "Upgrade to" in other(edge, PAUSED_HOST).json()["detail"]
    assert xml(edge, PAUSED_HOST).status == 503


@pytest.mark.parametrize("host", [REFUSED_HOST, PAUSED_HOST, DOWN_HOST, "nobody.localtest"])
def test_the_answer_to_head_has_no_body(edge, host):
    with edge.connect() as connection:
        answer = connection.ask("HEAD", "/odoo", host=host, fields=[("Accept", "text/html")])
        assert answer.status in (403, 404, 503) and answer.body == b""
        assert connection.ask("GET", "/web/health").status == 200


def test_generated_answers_are_not_stored_and_name_no_internals(edge):
    for answer in (page(edge, DOWN_HOST), other(edge, DOWN_HOST), rpc(edge, DOWN_HOST), page(edge, "nobody.localtest")):
        assert answer.get("Cache-Control") == "no-store"
        text = answer.text + str(answer.fields)
        assert "127.0.0.1" not in text and ".cpp" not in text


def test_errors_of_odoo_itself_pass_as_they_are(edge):
    answer = edge.ask("POST", "/sim/error", fields=[("Content-Type", "application/json")], body=b'{"id": 3}')
    assert answer.status == 200 and answer.json()["error"]["data"]["name"] == "odoo.exceptions.UserError"
    for code in (400, 403, 404, 500, 503):
        answer = edge.ask("GET", f"/sim/status?code={code}", fields=[("Accept", "text/html")])
        assert (answer.status, answer.text) == (code, f"status {code}\n")
        assert not answer.all("Proxy-Status") or "error" not in proxy_status(answer)


def test_an_upgrade_of_another_websocket_version_is_told_which_is_spoken(edge):
    fields = [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "8"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Origin", f"http://{HOST}"),
    ]  # fmt: skip
    answer = edge.ask("GET", "/websocket", fields=fields)
    assert (answer.status, answer.get("Sec-WebSocket-Version")) == (426, "13")
