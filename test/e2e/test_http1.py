"""HTTP/1.0 and 1.1 towards the client, byte by byte: what is kept, what is refused, and what the upstream is sent."""

import hashlib
import time

import pytest

from http_client import HOST, Truncated, chunked, head, request
from patience import eventually, seconds
from sites import fields_of

RPC = ("Content-Type", "application/json")
OCTETS = ("Content-Type", "application/octet-stream")


# Connections


def test_a_connection_is_kept_for_one_request_after_another(site):
    with site.connect() as connection:
        for n in range(5):
            answer = connection.ask("GET", f"/sim/bytes?n={n}")
            assert (answer.status, len(answer.body), answer.keeps) == (200, n, True)
        assert connection.silent()


def test_a_client_that_asks_for_close_gets_it(site):
    with site.connect() as connection:
        answer = connection.ask("GET", "/sim/bytes?n=3", fields=[("Connection", "close")])
        assert answer.status == 200 and not answer.keeps
        assert connection.ended()


def test_pipelined_requests_are_answered_in_their_order(site):
    """The first is the slowest."""
    with site.connect() as connection:
        targets = ["/sim/sleep?ms=200", "/sim/bytes?n=5", "/nothing/here", "/sim/bytes?n=7"]
        connection.send(b"".join(request("GET", target) for target in targets))
        answers = [connection.read() for _ in targets]
    assert [answer.status for answer in answers] == [200, 200, 404, 200]
    assert [len(answer.body) for answer in answers][1::2] == [5, 7]


def test_pipelined_requests_with_bodies_do_not_mix(site):
    bodies = [b"a" * 10, b"", b"b" * 20_000, b"c" * 300_000, b"d"]
    with site.connect() as connection:
        connection.send(b"".join(request("POST", f"/sim/echo?{n}", fields=[OCTETS], body=body) for n, body in enumerate(bodies)))
        for n, body in enumerate(bodies):
            echo = connection.read("POST").json()
            assert echo["target"] == f"/sim/echo?{n}"
            assert echo["body_sha256"] == hashlib.sha256(body).hexdigest()


def test_an_invalid_pipelined_request_is_refused_after_the_valid_one_was_answered(site):
    with site.connect() as connection:
        connection.send(request("GET", "/sim/bytes?n=4") + b"GET /two words HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n")
        assert len(connection.read().body) == 4
        refused = connection.read()
        assert refused.status == 400 and not refused.keeps
        assert connection.ended()


def test_http_1_0_closes_unless_asked_to_keep(site):
    with site.connect() as connection:
        answer = connection.ask("GET", "/sim/bytes?n=3", version="HTTP/1.0")
        assert answer.status == 200 and answer.body and connection.ended()
    with site.connect() as connection:
        for _ in range(2):
            answer = connection.ask("GET", "/sim/bytes?n=3", version="HTTP/1.0", fields=[("Connection", "keep-alive")])
            assert answer.status == 200 and answer.get("Connection").lower() == "keep-alive"


def test_an_answer_without_a_length_is_chunked_for_1_1_and_ends_the_connection_for_1_0(site):
    with site.connect() as connection:
        answer = connection.ask("GET", "/sim/eof?n=100000")
        assert (answer.framing, len(answer.body)) == ("chunked", 100_000)
        assert connection.ask("GET", "/sim/bytes?n=1").status == 200
    with site.connect() as connection:
        answer = connection.ask("GET", "/sim/eof?n=100000", version="HTTP/1.0", fields=[("Connection", "keep-alive")])
        assert (answer.framing, len(answer.body)) == ("close", 100_000)


BLOCK = 16 * 1024  # of the proxy's buffers
SIZES = [*range(BLOCK - 600, BLOCK + 200, 23), 2 * BLOCK - 1, 2 * BLOCK, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145]


@pytest.mark.parametrize("kind", ["bytes", "eof"])
def test_answers_of_every_size_around_a_buffer_s_end_arrive_whole(site, kind):
    whole = site.ask("GET", f"/sim/bytes?n={max(SIZES)}").body
    with site.connect() as connection:
        for size in SIZES:
            assert connection.ask("GET", f"/sim/{kind}?n={size}").body == whole[:size], size


def test_bodies_of_every_size_around_a_buffer_s_end_arrive_whole(site):
    whole = bytes(n % 253 for n in range(max(SIZES)))
    with site.connect() as connection:
        for size in SIZES:
            echo = connection.ask("POST", "/sim/echo", fields=[OCTETS], body=whole[:size]).json()
            assert (echo["body_len"], echo["body_sha256"]) == (size, hashlib.sha256(whole[:size]).hexdigest())


@pytest.mark.parametrize("method, code", [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404)])
def test_answers_without_a_body_leave_the_connection_in_step(site, method, code):
    with site.connect() as connection:
        answer = connection.ask(method, f"/sim/status?code={code}")
        assert (answer.status, answer.body) == (code, b"")
        assert len(connection.ask("GET", "/sim/bytes?n=6").body) == 6
        assert connection.silent()


def test_the_length_of_a_head_answer_is_that_of_the_body_it_leaves_out(site):
    assert site.ask("HEAD", "/sim/bytes?n=1234").get("Content-Length") == "1234"


def test_empty_lines_before_a_request_are_skipped_but_not_without_end(site):
    with site.connect() as connection:
        connection.send(b"\r\n" + request("GET", "/sim/bytes?n=1") + b"\r\n" + request("GET", "/sim/bytes?n=2"))
        assert [len(connection.read().body) for _ in range(2)] == [1, 2]
    with site.connect() as connection:
        connection.send(b"\r\n" * 64 + request("GET", "/sim/bytes?n=1"))
        assert connection.read().status == 400


def test_a_request_that_comes_byte_by_byte_is_one_request(site):
    with site.connect() as connection:
        body = b'{"id": 1}'
        connection.send_slowly(request("POST", "/sim/echo?slow", fields=[RPC], body=body), pause=0.001)
        assert connection.read("POST").json()["body_sha256"] == hashlib.sha256(body).hexdigest()
        connection.send_slowly(head("POST", "/sim/echo", fields=[OCTETS, ("Transfer-Encoding", "chunked")]) + chunked(b"ab", b"c"))
        assert connection.read("POST").json()["body_sha256"] == hashlib.sha256(b"abc").hexdigest()


def test_a_large_answer_arrives_whole(site):
    answer = site.ask("GET", "/sim/bytes?n=3000000")
    assert len(answer.body) == 3_000_000
    assert answer.body == site.ask("GET", "/sim/bytes?n=3000000&chunk=0").body


# Bodies


@pytest.mark.parametrize("size", [0, 1, 4096, 70_000, 1_500_000])
def test_a_chunked_body_goes_upstream_with_its_length(site, size):
    body = bytes(n % 251 for n in range(size))
    chunks = [body[at : at + 9999] for at in range(0, size, 9999)]
    message = head("POST", "/sim/echo", fields=[OCTETS, ("Transfer-Encoding", "chunked")]) + chunked(*chunks)
    with site.connect() as connection:
        connection.send(message)
        echo = connection.read("POST").json()
    assert (echo["body_len"], echo["body_sha256"]) == (size, hashlib.sha256(body).hexdigest())
    assert fields_of(echo, "Content-Length") == [str(size)]
    assert fields_of(echo, "Transfer-Encoding") == []


def test_chunk_extensions_and_trailers_end_here(site):
    body = chunked(b"abc", extension=";a=1", trailer=b"Content-Length: 5\r\nX-Late: 1\r\n")
    with site.connect() as connection:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Transfer-Encoding", "chunked")]) + body)
        echo = connection.read("POST").json()
        assert echo["body_len"] == 3 and fields_of(echo, "X-Late") == [] and fields_of(echo, "Content-Length") == ["3"]
        assert connection.ask("GET", "/sim/bytes?n=2").status == 200


def test_a_body_of_a_get_is_forwarded_framed(site):
    assert site.echo("GET", fields=[OCTETS], body=b"12345")["body_len"] == 5


def test_who_expects_100_continue_gets_it_before_the_body(site):
    with site.connect() as connection:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", "5"), ("Expect", "100-continue")]))
        assert connection.read_head().status == 100
        connection.send(b"hello")
        echo = connection.read("POST").json()
        assert echo["body_len"] == 5 and fields_of(echo, "Expect") == []
        assert connection.ask("GET", "/sim/bytes?n=2").status == 200


def test_who_expects_100_continue_and_is_refused_is_not_asked_for_the_body(site):
    with site.connect() as connection:
        fields = [OCTETS, ("Content-Length", "5"), ("Expect", "100-continue")]
        connection.send(head("POST", "/", host="nobody.localtest", fields=fields))
        refused = connection.read("POST")
        assert (refused.status, refused.interim) == (404, [])
        assert not refused.keeps, "whether the body will come cannot be known, so the connection cannot be used again"


def test_an_unknown_expectation_is_417(site):
    with site.connect() as connection:
        assert connection.ask("POST", "/sim/echo", fields=[OCTETS, ("Expect", "a-miracle")], body=b"x").status == 417


def test_a_body_nobody_wants_is_skipped_when_small(site):
    """The host is unknown; the connection goes on all the same."""
    with site.connect() as connection:
        assert connection.ask("POST", "/", host="nobody.localtest", fields=[OCTETS], body=b"x" * 2000).status == 404
        assert connection.ask("GET", "/sim/bytes?n=2").status == 200


def test_a_body_over_the_limit_is_refused_before_it_was_sent(start_site):
    site = start_site(limits={"body": {"size": "64KiB"}})
    with site.connect() as connection:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", "100000000")]))
        refused = connection.read("POST")
        assert (refused.status, refused.keeps) == (413, False)
    assert site.sim.stats()["requests"] == 0


@pytest.mark.parametrize("size", [400_000, 6_000_000])
def test_a_client_that_goes_on_sending_can_still_read_why_it_was_refused(start_site, size):
    """Closing at once would reset the connection and take the answer with it."""
    site = start_site(limits={"body": {"size": "64KiB"}})
    with site.connect() as connection:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", size)]))
        connection.send(b"x" * size)
        assert connection.read("POST").status == 413
        assert connection.ended(within=10)


def test_a_chunked_body_is_refused_when_it_passes_the_limit(start_site):
    site = start_site(limits={"body": {"size": "64KiB"}})
    with site.connect() as connection:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Transfer-Encoding", "chunked")]))
        connection.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n8000\r\n" + b"x" * 0x8000 + b"\r\n1\r\n")
        connection.send(b"y\r\n")
        assert connection.read("POST").status == 413
    assert site.sim.stats()["requests"] == 0


def test_json_may_be_larger_than_other_bodies_for_attachments_travel_as_base64(start_site):
    site = start_site(limits={"body": {"size": "100KiB"}})
    body = b'"' + b"x" * 120_000 + b'"'
    assert site.echo("POST", fields=[RPC], body=body)["body_len"] == len(body)
    assert site.ask("POST", "/sim/echo", fields=[OCTETS], body=body).status == 413


def test_a_login_takes_only_small_bodies(site):
    fields = [("Content-Type", "application/x-www-form-urlencoded")]
    with site.connect() as connection:
        connection.send(head("POST", "/web/login", fields=[*fields, ("Content-Length", str(2 << 20))]))
        assert connection.read("POST").status == 413


# Time


def test_a_head_that_does_not_come_to_its_end_is_408(start_site):
    site = start_site(config={"limits": {"head": {"timeout": "500ms"}, "client": {"connections_per_ip": 1000}}})
    with site.connect() as connection:
        begun = time.monotonic()
        connection.send(b"GET /sim/bytes?n=1 HTTP/1.1\r\nHost: ")
        answer = connection.read()
        assert (answer.status, answer.keeps) == (408, False)
        assert 0.4 < time.monotonic() - begun < seconds(3)
        assert connection.ended()
    assert site.edge.log_of(answer)["cause"] == "head_timeout"


def test_a_head_that_drips_gets_no_more_time_than_one_that_stalls(start_site):
    site = start_site(config={"limits": {"head": {"timeout": "600ms"}, "client": {"connections_per_ip": 1000}}})
    with site.connect() as connection:
        begun = time.monotonic()
        connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        while time.monotonic() - begun < seconds(4):
            try:
                connection.send(b"a: b\r\n")
            except OSError:
                break
            if not connection.silent(0.1):
                break
        assert time.monotonic() - begun < seconds(2)
        assert connection.read().status == 408


def test_a_body_that_stalls_is_408_and_never_took_a_worker(start_site):
    limits = {"body": {"idle": "500ms"}, "client": {"connections_per_ip": 1000}}
    site = start_site(config={"limits": limits})
    with site.connect() as connection:
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", "10")]) + b"half")
        answer = connection.read("POST")
        assert (answer.status, answer.keeps) == (408, False)
    assert site.sim.stats()["accepted"] == 0


def test_a_body_that_drips_below_the_rate_is_408(start_site):
    body = {"idle": "5s", "min_rate": "1KiB", "min_rate_after": "500ms"}
    site = start_site(config={"limits": {"body": body, "client": {"connections_per_ip": 1000}}})
    with site.connect() as connection:
        begun = time.monotonic()
        connection.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", "100000")]))
        while connection.silent(0.05) and time.monotonic() - begun < seconds(4):
            connection.send(b"x" * 10)
        assert connection.read("POST").status == 408
        assert time.monotonic() - begun < seconds(3)


def test_an_idle_connection_is_closed_in_silence(start_site):
    site = start_site(config={"limits": {"client": {"idle": "1s", "connections_per_ip": 1000}}})
    with site.connect() as connection:
        assert connection.ask("GET", "/sim/bytes?n=1").keeps
        begun = time.monotonic()
        assert connection.ended(within=8) and connection.buffer == b""
        assert time.monotonic() - begun > 0.8


# Hosts


@pytest.mark.parametrize("host", [HOST, HOST.upper(), HOST + ".", HOST + ":80", HOST + ":8443", HOST.capitalize() + ".:80"])
def test_spellings_of_one_host_are_one_host(site, host):
    echo = site.echo(host=host)
    port = ":8443" if host.endswith(":8443") else ""
    assert fields_of(echo, "X-Forwarded-Host") == [HOST + port]


def test_the_host_of_an_absolute_target_must_be_the_field_s(site):
    assert site.echo("GET", f"http://{HOST}/sim/echo")["target"] == "/sim/echo"
    assert site.ask("GET", "http://other.localtest/sim/echo").status == 400


# What the upstream is sent


def test_forwarded_fields_are_ours_alone_and_there_once(site):
    lies = [
        ("X-Forwarded-For", "10.1.1.1"), ("X-Forwarded-For", "10.1.1.2"), ("X-Forwarded-Host", "evil.test"),
        ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "1"), ("X-Forwarded-Prefix", "/x"), ("X-Forwarded-Server", "s"),
        ("X-Real-IP", "10.1.1.3"), ("Forwarded", "for=10.1.1.4"), ("X-Request-Id", "mine"), ("X-Odoo-Database", "other"),
        ("X-Odoo-Dbfilter", "^other$"), ("X-Openerp-Session-Id", "s"), ("X-Accel-Redirect", "/x"), ("X-Sendfile", "/etc/passwd"),
    ]  # fmt: skip
    echo = site.echo(host=HOST + ":8069", fields=lies)
    assert fields_of(echo, "X-Forwarded-Host") == [HOST + ":8069"]
    assert fields_of(echo, "X-Forwarded-For") == ["127.0.0.1"]
    assert fields_of(echo, "X-Forwarded-Proto") == ["http"]
    (request_id,) = fields_of(echo, "X-Request-Id")
    assert request_id != "mine"
    written = {"x-forwarded-host", "x-forwarded-for", "x-forwarded-proto", "x-request-id"}
    for name, _ in lies:
        assert name.lower() in written or fields_of(echo, name) == [], name


def test_the_upstream_and_the_client_are_told_the_same_request_id(site):
    answer = site.ask("GET", "/sim/echo")
    assert fields_of(answer.json(), "X-Request-Id") == [answer.get("X-Request-Id")]


def test_names_with_an_underscore_do_not_reach_python(site):
    """CGI makes one name of both: X_Forwarded_For would be X-Forwarded-For."""
    names = ["X_Forwarded_For", "X_Real_IP", "Content_Length", "Transfer_Encoding", "my_field", "X-Odoo_Database"]
    echo = site.echo(fields=[(name, "1") for name in names] + [("X-Mine", "kept")])
    sent = {name.lower() for name, _ in echo["headers"]}
    assert not any("_" in name for name in sent)
    assert fields_of(echo, "X-Mine") == ["kept"]
    assert fields_of(echo, "X-Forwarded-For") == ["127.0.0.1"]


def test_hop_by_hop_fields_end_here(site):
    echo = site.echo(
        fields=[
            ("Connection", "keep-alive, X-Nominated"), ("X-Nominated", "1"), ("Keep-Alive", "timeout=5"), ("TE", "trailers"),
            ("Proxy-Connection", "keep-alive"), ("Proxy-Authorization", "Basic eA=="),
            ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQA"),
            ("Accept", "text/plain"), ("Cookie", "a=1; b=2"), ("Authorization", "Bearer x"),
        ]
    )  # fmt: skip
    for name in ("X-Nominated", "Keep-Alive", "TE", "Proxy-Connection", "Upgrade", "HTTP2-Settings"):
        assert fields_of(echo, name) == [], name
    assert fields_of(echo, "Connection") == ["close"]
    assert fields_of(echo, "Cookie") == ["a=1; b=2"]
    assert fields_of(echo, "Authorization") == ["Bearer x"]


def test_the_target_is_forwarded_in_its_normal_form(site):
    for written, sent in [
        ("/sim//echo?a=%2F&b", "/sim/echo?a=%2F&b"),
        ("/sim/./echo", "/sim/echo"),
        ("/x/../sim/echo", "/sim/echo"),
        ("/%73im/echo", "/sim/echo"),
        ("/sim%2fecho", "/sim/echo"),
        ("/sim/echo?q=a%20b+c", "/sim/echo?q=a%20b+c"),
    ]:
        assert site.echo("GET", written)["target"] == sent, written


def test_a_trusted_peer_is_believed_about_its_client(start_site):
    site = start_site(config={"trusted_proxies": ["127.0.0.1"]})
    echo = site.echo(
        fields=[("X-Forwarded-For", "203.0.113.9, 198.51.100.7"), ("X-Forwarded-Proto", "https"), ("X-Request-Id", "from-the-outer-edge")]
    )
    assert fields_of(echo, "X-Forwarded-For") == ["198.51.100.7"]
    assert fields_of(echo, "X-Forwarded-Proto") == ["https"]
    assert fields_of(echo, "X-Request-Id") == ["from-the-outer-edge"]
    assert site.edge.logged(client="198.51.100.7")


# What is refused. Each is followed by a valid request that must not be answered.

LINE = f"GET /sim/marked HTTP/1.1\r\nHost: {HOST}\r\n".encode()
POST = f"POST /sim/marked HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: a/b\r\n".encode()
TE = POST + b"Transfer-Encoding: chunked\r\n\r\n"
H = HOST.encode()
DATA = b"0\r\n\r\n"

MALFORMED = {
    # framing
    "length and chunked": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + DATA,
    "chunked and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + DATA,
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a list of lengths": POST + b"Content-Length: 5, 6\r\n\r\nhello",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a length of minus zero": POST + b"Content-Length: -0\r\n\r\n",
    "a length with a plus": POST + b"Content-Length: +5\r\n\r\nhello",
    "a hexadecimal length": POST + b"Content-Length: 0x5\r\n\r\nhello",
    "a length with an underscore": POST + b"Content-Length: 0_5\r\n\r\nhello",
    "an empty length": POST + b"Content-Length: \r\n\r\n",
    "an empty length and one": POST + b"Content-Length:\r\nContent-Length: 5\r\n\r\nhello",
    "a length past 64 bits": POST + b"Content-Length: 18446744073709551621\r\n\r\nhello",
    "a space before the length's colon": POST + b"Content-Length : 5\r\n\r\nhello",
    "a space before the coding's colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + DATA,
    "the coding identity": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "identity with a length": POST + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
    "chunked is not last": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + DATA,
    "chunked, identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + DATA,
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + DATA,
    "an empty coding first": POST + b"Transfer-Encoding: ,chunked\r\n\r\n" + DATA,
    "an empty coding last": POST + b"Transfer-Encoding: chunked,\r\n\r\n" + DATA,
    "a vertical tab before the coding": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + DATA,
    "a form feed behind the coding": POST + b"Transfer-Encoding: chunked\x0c\r\n\r\n" + DATA,
    "a no-break space before the coding": POST + b"Transfer-Encoding: \xa0chunked\r\n\r\n" + DATA,
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + DATA,
    "a coding in 1.0": b"POST / HTTP/1.0\r\nHost: " + H + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + DATA,
    # chunks
    "a hexadecimal prefix of a chunk": TE + b"0x5\r\nhello\r\n" + DATA,
    "a sign before a chunk": TE + b"+5\r\nhello\r\n" + DATA,
    "a negative chunk": TE + b"-5\r\nhello\r\n" + DATA,
    "an underscore in a chunk's size": TE + b"0_5\r\nhello\r\n" + DATA,
    "a space behind a chunk's size": TE + b"5 \r\nhello\r\n" + DATA,
    "a chunk of more than 64 bits": TE + b"10000000000000005\r\nhello\r\n" + DATA,
    "a chunk's size ends with a bare line feed": TE + b"5\nhello\r\n" + DATA,
    "a chunk ends with a bare line feed": TE + b"5\r\nhello\n" + DATA,
    "a chunk longer than its size": TE + b"5\r\nhello world\r\n" + DATA,
    "no size at all": TE + b"\r\nhello\r\n" + DATA,
    "a bare carriage return in an extension": TE + b"5;a\rb\r\nhello\r\n" + DATA,
    "an extension ends with a bare line feed": TE + b"5;a\nhello\r\n" + DATA,
    "an extension without end": TE + b"5;" + b"a" * 70_000 + b"\r\nhello\r\n" + DATA,
    "a trailer ends with a bare line feed": TE + b"0\r\nA: b\n\r\n",
    # lines and fields
    "bare line feeds": b"GET / HTTP/1.1\nHost: " + H + b"\n\n",
    "one bare line feed": LINE + b"A: b\nC: d\r\n\r\n",
    "a carriage return in a value": LINE + b"A: b\rc\r\n\r\n",
    "a carriage return in a name": LINE + b"A\rb: c\r\n\r\n",
    "a NUL in a value": LINE + b"A: b\0c\r\n\r\n",
    "a folded field": LINE + b"A: b\r\n c\r\n\r\n",
    "a fold before any field": b"GET / HTTP/1.1\r\n Host: " + H + b"\r\n\r\n",
    "a space in a name": LINE + b"A b: c\r\n\r\n",
    "a tab before the colon": LINE + b"A\t: c\r\n\r\n",
    "a field without a colon": LINE + b"Abc\r\n\r\n",
    "an empty name": LINE + b": a\r\n\r\n",
    "a bracket in a name": LINE + b"A[0]: b\r\n\r\n",
    "a high byte in a name": LINE + b"A\xe9: b\r\n\r\n",
    # hosts
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": LINE + b"Host: other.localtest\r\n\r\n",
    "the same host twice": LINE + b"Host: " + H + b"\r\n\r\n",
    "an empty host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "a list of hosts": b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "a path in the host": b"GET / HTTP/1.1\r\nHost: " + H + b"/x\r\n\r\n",
    "a user in the host": b"GET / HTTP/1.1\r\nHost: x@" + H + b"\r\n\r\n",
    "two words as host": b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "letters for a port": b"GET / HTTP/1.1\r\nHost: " + H + b":abc\r\n\r\n",
    "a port past 65535": b"GET / HTTP/1.1\r\nHost: " + H + b":99999\r\n\r\n",
    "a host nominated by Connection": LINE + b"Connection: Host\r\n\r\n",
    "a length nominated by Connection": POST + b"Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello",
    "Authorization nominated by Connection": LINE + b"Connection: close, Authorization\r\nAuthorization: x\r\n\r\n",
    # the request line
    "a user in the target": b"GET http://x@" + H + b"/ HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "an asterisk for GET": b"GET * HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a target without a slash": b"GET sim HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "an authority for GET": b"GET " + H + b":80 HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a tab in the request line": b"GET\t/ HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "two spaces in the request line": b"GET  / HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a space behind the version": b"GET / HTTP/1.1 \r\nHost: " + H + b"\r\n\r\n",
    "a high byte in the target": b"GET /\xe9 HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "HTTP/01.1": b"GET / HTTP/01.1\r\nHost: " + H + b"\r\n\r\n",
    "http/1.1": b"GET / http/1.1\r\nHost: " + H + b"\r\n\r\n",
    "HTTP/1": b"GET / HTTP/1\r\nHost: " + H + b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a NUL in the path": b"GET /%00 HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a line end in the path": b"GET /a%0d%0ab HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a backslash in the path": b"GET /a%5cb HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "an overlong slash": b"GET /%c0%af HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "out of the root": b"GET /../etc/passwd HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "out of the root, encoded": b"GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "a parameter in a dot segment": b"GET /a/..;/b HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    "half an escape": b"GET /a%4 HTTP/1.1\r\nHost: " + H + b"\r\n\r\n",
    # no HTTP
    "garbage": b"\x01\x02\x03\xff\xfe\r\n\r\n",
    "a TLS hello": bytes.fromhex("16030100a5010000a10303") + b"\0" * 150,
}


@pytest.mark.parametrize("bytes_sent", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_request_is_400_and_the_end_of_the_connection(site, bytes_sent):
    site.sim.reset()
    with site.connect() as connection:
        try:
            connection.send(bytes_sent + request("GET", "/sim/bytes?n=9"))
        except ConnectionError:
            pass  # refused while it was sent
        answer = connection.read()
        assert (answer.status, answer.keeps) == (400, False)
        assert answer.get("X-Request-Id")
        assert connection.ended(), "what followed was answered: " + repr(connection.buffer[:100])
    assert site.sim.stats()["accepted"] == 0
    assert site.edge.log_of(answer)["status"] == 400


SEAMS = {
    "before the method": b"{}GET /sim/echo HTTP/1.1\r\nHost: H\r\nX-A: b\r\n\r\n",
    "behind the method": b"GET{} /sim/echo HTTP/1.1\r\nHost: H\r\nX-A: b\r\n\r\n",
    "in the target": b"GET /sim/echo?{} HTTP/1.1\r\nHost: H\r\nX-A: b\r\n\r\n",
    "before the version": b"GET /sim/echo {}HTTP/1.1\r\nHost: H\r\nX-A: b\r\n\r\n",
    "behind the version": b"GET /sim/echo HTTP/1.1{}\r\nHost: H\r\nX-A: b\r\n\r\n",
    "before a name": b"GET /sim/echo HTTP/1.1\r\nHost: H\r\n{}X-A: b\r\n\r\n",
    "behind a name": b"GET /sim/echo HTTP/1.1\r\nHost: H\r\nX-A{}: b\r\n\r\n",
    "before a value": b"GET /sim/echo HTTP/1.1\r\nHost: H\r\nX-A:{}b\r\n\r\n",
    "behind a value": b"GET /sim/echo HTTP/1.1\r\nHost: H\r\nX-A: b{}\r\n\r\n",
    "in the host": b"GET /sim/echo HTTP/1.1\r\nHost: {}H\r\nX-A: b\r\n\r\n",
    "behind the length": b"POST /sim/echo HTTP/1.1\r\nHost: H\r\nContent-Length: 0{}\r\n\r\n",
    "behind the coding": b"POST /sim/echo HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked{}\r\n\r\n0\r\n\r\n",
    "behind a chunk's size": b"POST /sim/echo HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked\r\n\r\n0{}\r\n\r\n",
}


@pytest.mark.parametrize("template", SEAMS.values(), ids=SEAMS.keys())
def test_any_byte_at_any_seam_is_refused_for_good_or_forwarded_cleanly(site, template):
    """Refused: the connection ends and what follows is not answered. Forwarded: what follows is the next request."""
    for byte in range(256):
        if b"Content-Length" in template and chr(byte).isdigit():
            continue  # just another length
        message = template.replace(b"H\r\n", H + b"\r\n").replace(b"{}", bytes([byte]))
        with site.connect() as connection:
            connection.send(message + request("GET", "/sim/bytes?n=3&marked"))
            answer = connection.read()
            if answer.status == 200:
                echo = answer.json()
                assert all(c >= " " and c != "\x7f" for pair in echo["headers"] for c in "".join(pair)), (byte, echo)
                assert echo["method"] in ("GET", "POST") and echo["target"].split("?")[0] == "/sim/echo", (byte, echo)
                assert echo["body_len"] == 0 and fields_of(echo, "Transfer-Encoding") == []
                assert len(connection.read().body) == 3, byte
            elif answer.keeps:
                assert answer.status == 404 and b"Host: " + bytes([byte]) in message, (byte, answer)
            else:
                assert answer.status in (400, 405, 417, 431, 501, 505), (byte, answer)
                assert connection.ended(), byte


OTHERWISE = {
    "gzip, chunked": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + DATA, {501}),
    "TRACE": (b"TRACE / HTTP/1.1\r\nHost: " + H + b"\r\n\r\n", {405}),
    "CONNECT": (b"CONNECT " + H + b":443 HTTP/1.1\r\nHost: " + H + b":443\r\n\r\n", {405, 400}),
    "an unknown method": (b"BREW / HTTP/1.1\r\nHost: " + H + b"\r\n\r\n", {405, 501}),
    "a lower-case method": (b"get / HTTP/1.1\r\nHost: " + H + b"\r\n\r\n", {400, 405, 501}),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\nHost: " + H + b"\r\n\r\n", {505, 400}),
    "an h2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "too many fields": (LINE + b"A: b\r\n" * 101 + b"\r\n", {431}),
    "a field of 70 KiB": (LINE + b"A: " + b"b" * 70_000 + b"\r\n\r\n", {431}),
    "a head that never ends": (LINE + b"A: " + b"b" * 40_000, {431}),
    "a target of 20 KiB": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: " + H + b"\r\n\r\n", {414}),
}


@pytest.mark.parametrize("bytes_sent, statuses", OTHERWISE.values(), ids=OTHERWISE.keys())
def test_other_requests_are_refused_with_a_status_of_their_own(site, bytes_sent, statuses):
    site.sim.reset()
    with site.connect() as connection:
        try:
            connection.send(bytes_sent)
        except ConnectionError:
            pass
        answer = connection.read()
        assert answer.status in statuses and not answer.keeps
        assert connection.ended()
    assert site.sim.stats()["accepted"] == 0


def test_the_limits_of_a_head_are_those_that_were_set(start_site):
    head_limits = {"size": "8KiB", "fields": 10, "target": "1KiB"}
    site = start_site(config={"limits": {"head": head_limits, "client": {"connections_per_ip": 1000}}})
    assert site.ask("GET", "/sim/bytes?n=1", fields=[(f"A{n}", "b") for n in range(9)]).status == 200
    assert site.ask("GET", "/sim/bytes?n=1", fields=[(f"A{n}", "b") for n in range(10)]).status == 431
    assert site.ask("GET", "/sim/bytes?n=1&" + "a" * 900).status == 200
    assert site.ask("GET", "/sim/bytes?n=1&" + "a" * 1100).status == 414
    assert site.ask("GET", "/sim/bytes?n=1", fields=[("A", "b" * 7000)]).status == 200
    assert site.ask("GET", "/sim/bytes?n=1", fields=[("A", "b" * 9000)]).status == 431


def test_a_client_that_half_closes_behind_its_request_still_gets_the_answer(site):
    with site.connect() as connection:
        connection.send(request("GET", "/sim/sleep?ms=100"))
        connection.socket.shutdown(1)
        assert connection.read().status == 200


def test_a_chunked_body_that_breaks_off_is_no_request(site):
    site.sim.reset()
    with site.connect() as connection:
        connection.send(TE + b"5\r\nhello\r\n")
        connection.socket.shutdown(1)
        try:
            assert connection.read("POST").status in (400, 408)
        except Truncated:
            pass  # the client is gone: nobody to answer
    assert not eventually(lambda: site.sim.stats()["accepted"], within=0.3)


def test_1_2_is_answered_as_1_1(site):
    with site.connect() as connection:
        assert connection.ask("GET", "/sim/bytes?n=1", version="HTTP/1.2").status == 200


# Every answer


@pytest.mark.parametrize(
    "message",
    [
        request("GET", "/sim/bytes?n=1"),
        request("GET", "/", host="nobody.localtest"),
        request("GET", "/web/health"),
        request("GET", "/web/database/manager"),
        request("GET", "/.gatehouse/health"),
        b"nonsense\r\n\r\n",
    ],
    ids=["proxied", "unknown host", "health", "closed path", "listener's health", "nonsense"],
)
def test_every_answer_has_one_request_id_and_a_date(site, message):
    with site.connect() as connection:
        connection.send(message)
        answer = connection.read()
        assert answer.get("X-Request-Id") and answer.get("Date")


def test_request_ids_are_not_repeated(site):
    with site.connect() as connection:
        ids = {connection.ask("GET", "/web/health").get("X-Request-Id") for _ in range(200)}
    assert len(ids) == 200
