"""Start, reload, drain and stop; and what happens when the machine has too little of something."""

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import time

import pytest

from http_client import HOST, Connection, Truncated, head, request
from load import Load
from patience import FACTOR, eventually, seconds
from servers import Gatehouse, tenant
from ws_client import Websocket

OCTETS = ("Content-Type", "application/octet-stream")
PAGE = ("Accept", "text/html")


# The start


def test_an_invalid_configuration_is_told_at_the_start(tmp_path, start_sim):
    edge = Gatehouse(tmp_path, [tenant(start_sim())], {"drain": {"grace": "1h", "limit": "1s"}, "thraeds": 2}).start()
    assert edge.process.wait() == 1
    errors = "\n".join(edge.process.errors)
    assert "drain.grace" in errors and "thraeds" in errors


def test_an_invalid_tenant_is_told_at_the_start(tmp_path, start_sim):
    edge = Gatehouse(tmp_path, [tenant(start_sim(), id="Not An Id")]).start()
    assert edge.process.wait() == 1
    assert "tenants[0].id" in "\n".join(edge.process.errors)


@pytest.mark.parametrize("which", ["listener", "admin"])
def test_a_port_that_is_taken_is_named_and_ends_the_start(tmp_path, start_sim, which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        address = f"127.0.0.1:{port}"
        config = {"listeners": [{"name": "web", "address": address}]} if which == "listener" else {"admin": {"address": address}}
        edge = Gatehouse(tmp_path, [tenant(start_sim())], config).start()
        assert edge.process.wait() == 1
    errors = "\n".join(edge.process.errors)
    assert str(port) in errors and "in use" in errors.lower()


def test_several_listeners_serve_the_same_tenants(start_site):
    listeners = [{"name": "web", "address": "127.0.0.1:0"}, {"name": "inner", "address": "127.0.0.1:0"}]
    site = start_site(config={"listeners": listeners})
    assert set(site.edge.ports) == {"web", "inner", "admin"}
    with Connection(site.edge.ports["inner"]) as connection:
        answer = connection.ask("GET", "/sim/bytes?n=1")
    assert answer.status == 200 and site.edge.log_of(answer)["listener"] == "inner"


# Reload


def test_a_reload_applies_new_limits_without_closing_a_connection(start_site):
    site = start_site()
    with site.connect() as connection:
        assert connection.ask("GET", "/sim/bytes?n=1", fields=[("A", "b" * 9000)]).status == 200
        site.edge.config["limits"]["head"] = {"size": "4KiB"}
        site.edge.config["limits"]["body"] = {"size": "1KiB"}
        site.edge.write_config()
        site.edge.reload()
        assert connection.ask("GET", "/sim/bytes?n=1").status == 200, "the old connection goes on"
        assert site.ask("GET", "/sim/bytes?n=1", fields=[("A", "b" * 9000)]).status == 431
        assert site.ask("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 2000).status == 413
    assert site.edge.metrics("reloads_total", result="ok") == 1


def test_a_bad_reload_changes_nothing_and_says_why(start_site):
    site = start_site()
    good = site.edge.config_file.read_text()
    document = json.loads(good)
    unknown, negative = {**document, "thraeds": 1}, {**document, "limits": {"head": {"size": -1}}}
    for text in ("listeners: [", json.dumps(unknown), json.dumps(negative)):
        site.edge.config_file.write_text(text)
        site.edge.reload(good=False)
        assert site.ask("GET", "/sim/bytes?n=1").status == 200
    problems = " ".join(entry["problem"] for entry in site.edge.events("configuration problem"))
    assert "thraeds" in problems and "limits.head.size" in problems
    assert site.edge.metrics("reloads_total", result="failed") == 3
    site.edge.config_file.write_text(good)
    site.edge.reload()


def test_what_needs_a_restart_is_refused_by_a_reload(start_site):
    site = start_site()
    site.edge.config["threads"] = 1
    site.edge.write_config()
    site.edge.reload(good=False)
    assert any("threads" in entry["problem"] and "restart" in entry["problem"] for entry in site.edge.events("configuration problem"))


@pytest.mark.parametrize("by_rename", [False, True], ids=["in place", "by rename"])
def test_an_edited_tenants_file_is_live_within_two_seconds(start_site, start_sim, by_rename):
    site, other = start_site(sim={"name": "first"}), start_sim(name="second")
    for odoo in (other, site.sim, other):
        took = site.edge.change_tenants([tenant(odoo), tenant(odoo, "extra", ["extra.localtest"])], by_rename)
        assert took < seconds(2)
        wanted = "second" if odoo is other else "first"
        assert eventually(lambda: site.ask("GET", "/sim/echo").json()["name"] == wanted, within=0.5)
        assert site.ask("GET", "/sim/echo", host="extra.localtest").status == 200
    site.edge.change_tenants([tenant(other)], by_rename)
    assert eventually(lambda: site.ask(host="extra.localtest").status == 404, within=0.5)


def test_a_bad_edit_of_the_tenants_keeps_the_old_state_and_names_the_problem(start_site):
    site = start_site()
    wrong, unknown = {"id": "acme", "hosts": "x"}, {**tenant(site.sim), "colour": 1}
    for text in ("tenants: [", json.dumps({"tenants": [wrong]}), json.dumps({"tenants": [unknown]})):
        before = len(site.edge.events("tenants kept as they were"))
        site.edge.write_tenants(text)
        assert eventually(lambda: len(site.edge.events("tenants kept as they were")) > before), text
        assert site.ask("GET", "/sim/bytes?n=1").status == 200
    problems = " ".join(entry["problem"] for entry in site.edge.events("configuration problem"))
    assert "tenants[0].hosts" in problems and "colour" in problems
    site.edge.change_tenants([tenant(site.sim, hosts=[HOST, "new.localtest"])])
    assert eventually(lambda: site.ask("GET", "/sim/bytes?n=1", host="new.localtest").status == 200)


def test_a_missing_tenants_file_keeps_the_old_state_until_it_is_back(start_site):
    site = start_site()
    text = site.edge.tenants_file.read_text()
    site.edge.tenants_file.unlink()
    time.sleep(0.5)
    assert site.ask("GET", "/sim/bytes?n=1").status == 200
    site.edge.tenants_file.write_text(text.replace(HOST, "back.localtest"))
    assert eventually(lambda: site.ask("GET", "/sim/bytes?n=1", host="back.localtest").status == 200, within=3)


def test_a_directory_of_tenants_is_watched_too(start_sim, tmp_path):
    sim = start_sim()
    (tmp_path / "tenants.d").mkdir(parents=True)
    (tmp_path / "tenants.d" / "a.yaml").write_text(json.dumps({"tenants": [tenant(sim, "a", ["a.localtest"])]}))
    with Gatehouse(tmp_path, [], {"registry": {"type": "file", "path": "tenants.d"}}) as edge:
        assert edge.ask("GET", "/sim/bytes?n=1", host="a.localtest").status == 200
        (tmp_path / "tenants.d" / "b.yaml").write_text(json.dumps({"tenants": [tenant(sim, "b", ["b.localtest"])]}))
        assert eventually(lambda: edge.ask("GET", "/sim/bytes?n=1", host="b.localtest").status == 200, within=3)
        (tmp_path / "tenants.d" / "a.yaml").unlink()
        assert eventually(lambda: edge.ask("GET", "/", host="a.localtest").status == 404, within=3)


def test_reloads_and_new_endpoints_under_load_lose_nothing(start_sim, start_edge):
    """Twenty reloads, five changes of the endpoints, five hundred open websockets."""
    sims = [start_sim(4, max_websockets=2000, websocket_burst=0) for _ in range(2)]
    sockets = {"endpoints": [sims[0].websocket], "max_sockets": 1000}
    edge = start_edge([tenant(sims[0], websocket=sockets, queue={"length": 200, "timeout": "30s"})])
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(Websocket(edge.port)) for _ in range(500)]
        with Load(edge.port, clients=6) as load:
            for n in range(20):
                edge.config["limits"]["head"] = {"timeout": f"{10 + n}s"}
                edge.write_config()
                edge.reload()
                load.more(20)
                if n % 4 == 0:
                    odoo = sims[1 - n // 4 % 2]
                    queue = {"length": 200 + n, "timeout": "30s"}
                    edge.change_tenants([tenant(odoo, websocket=sockets, queue=queue)], by_rename=n % 8 == 0)
                    load.more(20)
            load.stop()
            assert load.failures == [] and load.refused == 0
        assert min(sim.stats()["requests"] for sim in sims) > 0, "the endpoints did change"
        for ws in opened:
            ws.echo("still here")
    assert edge.metrics("reloads_total", result="ok") == 20


def test_requests_that_wait_are_answered_when_their_endpoints_change(start_site, start_sim):
    site, other = start_site(workers=1, sim={"name": "old"}), start_sim(name="new")
    connections = [site.connect() for _ in range(4)]
    for connection in connections:
        connection.send(request("GET", "/sim/sleep?ms=1200"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
    site.edge.change_tenants([tenant(other)])
    begun = time.monotonic()
    assert site.ask("GET", "/sim/echo").json()["name"] == "new"
    assert time.monotonic() - begun < seconds(0.8)
    assert [connection.read().status for connection in connections] == [200] * 4


def test_a_tenant_that_is_removed_finishes_what_it_has_begun(start_site):
    site = start_site(sim={"websocket_burst": 0})
    with site.connect() as running, Websocket(site.edge.port) as ws:
        running.send(request("GET", "/sim/sleep?ms=800"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
        site.edge.change_tenants([tenant(site.sim, "other", ["other.localtest"])])
        assert eventually(lambda: site.ask("GET", "/").status == 404, within=1)
        ws.echo("still here")
        assert running.read().status == 200
        assert running.ask("GET", "/").status == 404
        ws.echo("still here")
        site.edge.change_tenants([tenant(site.sim)])
        assert eventually(lambda: running.ask("GET", "/sim/bytes?n=1").status == 200, within=1)
        ws.echo("still here")


# Drain


def test_sigterm_finishes_what_runs_and_what_waits(start_site):
    site = start_site(workers=1)
    connections = [site.connect() for _ in range(4)]
    for connection in connections:
        connection.send(request("GET", "/sim/sleep?ms=400"))
    assert eventually(lambda: site.edge.metrics("queue_depth", tenant="acme", pool="web") == 3)
    site.edge.signal(signal.SIGTERM)
    answers = [connection.read() for connection in connections]
    assert [answer.status for answer in answers] == [200] * 4
    assert not any(answer.keeps for answer in answers)
    assert site.edge.process.wait(10) == 0


def test_sigterm_under_load_fails_no_request(start_site):
    """As behind a load balancer: readiness goes first, then the clients, then the listener."""
    drain = {"grace": "800ms", "limit": "10s"}
    queue = {"length": 200, "timeout": "30s"}
    site = start_site(workers=4, sim={"service_time": "5ms"}, queue=queue, config={"drain": drain})
    with Load(site.edge.port, clients=12, target="/odoo?x=1") as load:
        load.more(100)
        site.edge.signal(signal.SIGTERM)
        assert eventually(lambda: site.ask("GET", "/.gatehouse/health").status == 503, within=0.5, every=0.01)
        assert site.edge.admin("/readyz").status == 503 and site.edge.admin("/healthz").status == 200
        load.more(50)
        load.stop()
        assert load.failures == [] and load.done > 150
    assert site.edge.process.wait(15) == 0
    with pytest.raises(ConnectionRefusedError):
        site.connect()


def test_sigterm_cuts_no_answer_of_clients_that_do_not_listen(start_site):
    """Without a load balancer, without a grace: a request is answered whole or never begun."""
    site = start_site(workers=4, queue={"length": 200, "timeout": "30s"})
    with Load(site.edge.port, clients=12, target="/sim/bytes?n=200000", forgiving=True) as load:
        load.more(100)
        site.edge.signal(signal.SIGTERM)
        assert site.edge.process.wait(15) == 0
        load.stop()
    partial = [text for text in load.failures if "Truncated" in text and "b''" not in text]
    assert partial == []


def test_an_upload_and_a_slow_download_are_finished_by_a_drain(start_site):
    site = start_site()
    with site.connect() as upload, site.connect(receive_buffer=32_768) as download:
        upload.send(head("POST", "/sim/echo", fields=[OCTETS, ("Content-Length", "100000")]) + b"x" * 50_000)
        download.send(request("GET", "/sim/bytes?n=4000000"))
        download.exactly(1000)
        site.edge.signal(signal.SIGTERM)
        time.sleep(0.4)
        assert site.edge.process.alive()
        upload.send(b"x" * 50_000)
        assert upload.read("POST").json()["body_len"] == 100_000
        assert len(download.exactly(4_000_000 - 1000)) == 4_000_000 - 1000
    assert site.edge.process.wait(10) == 0


def test_the_drain_has_a_limit(start_site):
    site = start_site(config={"drain": {"grace": "0ms", "limit": "1s"}})
    with site.connect() as connection:
        connection.send(request("GET", "/sim/sleep?ms=8000"))
        assert eventually(lambda: site.sim.stats()["in_flight"] == 1)
        begun = time.monotonic()
        site.edge.signal(signal.SIGTERM)
        assert site.edge.process.wait(10) == 0
        assert 0.8 < time.monotonic() - begun < seconds(5)
        with pytest.raises(Truncated):
            connection.read()


def test_sigterm_twice_skips_the_grace(start_site):
    site = start_site(config={"drain": {"grace": "60s", "limit": "100s"}})
    site.edge.signal(signal.SIGTERM)
    assert eventually(lambda: site.edge.event("draining"))
    begun = time.monotonic()
    site.edge.signal(signal.SIGTERM)
    assert site.edge.process.wait(10) == 0
    assert time.monotonic() - begun < seconds(4)


def test_idle_connections_do_not_hold_a_drain(start_site):
    site = start_site()
    opened = [site.connect() for _ in range(50)]
    for connection in opened[:25]:
        assert connection.ask("GET", "/web/health").keeps
    begun = time.monotonic()
    site.edge.signal(signal.SIGTERM)
    assert all(connection.ended() for connection in opened)
    assert site.edge.process.wait(10) == 0
    assert time.monotonic() - begun < seconds(3)


# Too little of something


def test_without_file_descriptors_it_lives_and_recovers(start_sim, start_edge):
    sim = start_sim()
    edge = start_edge([tenant(sim)], files=70)
    crowd = []
    for _ in range(150):
        with contextlib.suppress(OSError):
            crowd.append(edge.connect(timeout=2))
    for connection in crowd[:100]:
        with contextlib.suppress(OSError):
            connection.send(request("GET", "/sim/bytes?n=10"))
    time.sleep(0.3)
    assert edge.process.alive()
    for connection in crowd:
        connection.close()

    def recovered():
        try:
            return edge.ask("GET", "/sim/bytes?n=1", timeout=2).status == 200
        except (OSError, Truncated):
            return False

    assert eventually(recovered, within=8)
    assert eventually(lambda: edge.metrics("endpoint_inflight", endpoint=sim.web) == 0)


def test_one_address_has_so_many_connections_and_no_more(start_site):
    site = start_site(config={"limits": {"client": {"connections_per_ip": 5}}})
    opened = [site.connect() for _ in range(5)]
    assert all(connection.ask("GET", "/web/health").status == 200 for connection in opened)
    for _ in range(3):
        with site.connect() as connection:
            with contextlib.suppress(OSError, Truncated):
                connection.send(request("GET", "/web/health"))
                assert connection.read().status == 503
    for connection in opened:
        connection.close()
    assert eventually(lambda: site.edge.metrics("connections", listener="web") == 0)
    assert site.ask("GET", "/web/health").status == 200
    assert site.edge.metrics("connections_refused_total", listener="web", limit="per_ip") == 3


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of one megabyte."""
    path = tmp_path / "tiny"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("NOT TESTED: a full disk needs the right to mount a tmpfs")
    yield path
    subprocess.run(["umount", path], check=True)


def test_a_full_disk_refuses_uploads_and_slows_downloads_but_cuts_none(start_site, tiny_disk):
    site = start_site(config={"limits": {"spool": {"directory": str(tiny_disk), "memory": "64KiB"}}})
    answer = site.ask("POST", "/sim/echo", fields=[OCTETS, ("Accept", "*/*")], body=b"x" * 1_600_000)
    assert answer.status == 503 and site.edge.log_of(answer)["cause"] == "spool_full"
    with site.connect(receive_buffer=32_768) as connection:
        connection.send(request("GET", "/sim/bytes?n=8000000"))
        time.sleep(0.3)
        assert len(connection.read().body) == 8_000_000
    assert site.ask("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 30_000).status == 200
    assert site.edge.metrics("spool_failures_total") > 0


def test_a_spool_directory_that_is_gone_refuses_large_uploads_only(start_site):
    site = start_site()
    (site.edge.directory / "spool").rmdir()
    assert site.ask("POST", "/sim/echo", fields=[OCTETS, ("Accept", "*/*")], body=b"x" * 2_000_000).status == 503
    assert site.ask("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 100_000).status == 200
    with site.connect(receive_buffer=32_768) as connection:
        connection.send(request("GET", "/sim/bytes?n=3000000"))
        time.sleep(0.2)
        assert len(connection.read().body) == 3_000_000
    (site.edge.directory / "spool").mkdir()
    assert site.ask("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 2_000_000).status == 200


def test_the_node_s_spool_is_bounded(start_site):
    site = start_site(config={"limits": {"spool": {"memory": "64KiB", "disk": "1MiB", "total": "1MiB"}}})
    answer = site.ask("POST", "/sim/echo", fields=[OCTETS, ("Accept", "*/*")], body=b"x" * 3_000_000)
    assert answer.status in (413, 503)
    assert site.ask("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 500_000).status == 200
    assert eventually(lambda: site.edge.metrics("spool_bytes") == 0)


def test_few_kept_connections_use_all_threads(start_site):
    """Eight clients, two threads: the kernel may give most of them to one."""
    site = start_site()

    def ticks():
        found = {}
        for task in os.listdir(f"/proc/{site.edge.process.pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{site.edge.process.pid}/task/{task}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
                found[task] = int(fields[11]) + int(fields[12])
        return found

    connections = [site.connect() for _ in range(8)]
    for connection in connections:
        assert connection.ask("GET", "/web/health").status == 200
    before = ticks()
    batch = request("GET", "/web/health") * 50
    until = time.monotonic() + 10
    while sum(ticks().values()) - sum(before.values()) < 100 and time.monotonic() < until:
        for connection in connections:
            connection.send(batch)
        for connection in connections:
            for _ in range(50):
                connection.read()
    used = sorted((count - before.get(task, 0) for task, count in ticks().items()), reverse=True)
    assert used[1] >= used[0] * 0.2, f"ticks of the threads: {used}"


def test_memory_and_descriptors_do_not_grow_with_the_number_of_requests(start_site):
    site = start_site()

    def look():
        with open(f"/proc/{site.edge.process.pid}/status") as status:
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        return resident, len(os.listdir(f"/proc/{site.edge.process.pid}/fd"))

    def round_of_requests():
        for _ in range(15):
            with site.connect() as connection:
                for n in range(20):
                    connection.ask("POST", "/sim/echo", fields=[OCTETS], body=b"x" * 1000 * n)
                connection.ask("GET", "/sim/bytes?n=600000")
        assert eventually(lambda: site.edge.metrics("connections", listener="web") == 0)

    round_of_requests()
    resident, files = look()
    for _ in range(3):
        round_of_requests()
    more_resident, more_files = look()
    assert more_files <= files + 2
    if FACTOR == 1:
        assert more_resident <= resident + 4096, "kilobytes"


def test_the_tests_may_open_enough_files():
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 4096
