"""The commands for people: what they print, where, and how they exit."""

import json
import os
import re
import signal
import subprocess
import urllib.parse

import pytest

from http_client import HOST
from patience import eventually, seconds
from servers import Process, gatehouse_bin

GOOD_TENANT = {
    "id": "acme",
    "hosts": [HOST],
    "odoo": {"workers": 2},
    "web": {"endpoints": ["127.0.0.1:8069"]},
    "websocket": {"endpoints": ["127.0.0.1:8072"]},
}


def run(*words, **more):
    return subprocess.run([gatehouse_bin(), *words], capture_output=True, text=True, timeout=seconds(30), stdin=subprocess.DEVNULL, **more)


@pytest.fixture
def write(tmp_path):
    """Writes a configuration and its tenants; the configuration's path."""
    (tmp_path / "spool").mkdir()

    def write(config=None, tenants=(GOOD_TENANT,)):
        whole = {
            "listeners": [{"name": "web", "address": "127.0.0.1:0"}],
            "admin": {"address": "127.0.0.1:0"},
            "registry": {"path": "tenants.yaml"},
            "limits": {"spool": {"directory": str(tmp_path / "spool")}},
            **(config or {}),
        }
        (tmp_path / "gatehouse.yaml").write_text(json.dumps(whole))
        (tmp_path / "tenants.yaml").write_text(json.dumps({"tenants": list(tenants)}))
        return str(tmp_path / "gatehouse.yaml")

    return write


# check


def test_check_is_content_with_a_good_configuration(write):
    result = run("check", "--config", write(), "--strict")
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 listener" in result.stdout and "1 tenant" in result.stdout


def test_check_reads_yaml_with_comments_and_anchors(tmp_path, write):
    write()
    (tmp_path / "gatehouse.yaml").write_text(
        f"# a comment\nlisteners:\n  - {{name: web, address: '127.0.0.1:0'}}\nregistry: {{path: tenants.yaml}}\n"
        f"limits: {{spool: {{directory: {tmp_path}/spool}}}}\nlog: {{level: info, format: text}}\n"
    )
    assert run("check", "--config", str(tmp_path / "gatehouse.yaml")).returncode == 0


def test_check_tells_all_problems_at_once_each_with_its_path(write):
    config = {
        "listeners": [{"name": "web", "address": "no port"}, {"name": "web", "address": "127.0.0.1:0", "tls": True}],
        "thraeds": 2,
        "trusted_proxies": ["10.0.0.0/40"],
        "log": {"levle": "info"},
        "overload": {"memory": "80%"},
        "drain": {"grace": "soon"},
    }
    tenants = [
        {**GOOD_TENANT, "colour": "blue"},
        {**GOOD_TENANT, "id": "second", "hosts": ["shared.localtest"]},
        {**GOOD_TENANT, "id": "third", "hosts": ["third.localtest"], "waf": {"mode": "block"}},
        {"id": "fourth", "hosts": ["fourth.localtest"]},
        {**GOOD_TENANT, "id": "fifth", "hosts": ["fifth.localtest", "shared.localtest"]},
    ]
    result = run("check", "--config", write(config, tenants))
    assert result.returncode == 1
    for path, text in [
        ("listeners[0].address", ""),
        ("listeners[1].name", ""),
        ("listeners[1].tls", "not in this build"),
        ("thraeds", "unknown key"),
        ("trusted_proxies[0]", ""),
        ("log: ", "unknown key `levle`"),
        ("overload", "not in this build"),
        ("drain.grace", ""),
        ("tenants[0]", "unknown key `colour`"),
        ("tenants[4].hosts[1]", "shared.localtest"),
        ("tenants[2].waf", "not in this build"),
        ("tenants[3].web", "required"),
    ]:
        told = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert any(path in line and text in line for line in told), f"{path}: {text}\n{result.stderr}"


def test_check_warns_and_is_strict_when_asked_to(write):
    uncapped = {key: value for key, value in GOOD_TENANT.items() if key != "odoo"}
    path = write(tenants=[uncapped])
    result = run("check", "--config", path)
    assert result.returncode == 0 and "warning: " in result.stderr and "workers" in result.stderr
    assert run("check", "--config", path, "--strict").returncode == 1


def test_check_looks_at_other_tenants_when_told_to(write, tmp_path):
    path = write()
    (tmp_path / "other.yaml").write_text(json.dumps({"tenants": [{**GOOD_TENANT, "hosts": ["not a host"]}]}))
    result = run("check", "--config", path, "--tenants", str(tmp_path / "other.yaml"))
    assert result.returncode == 1 and "hosts[0]" in result.stderr


@pytest.mark.parametrize(
    "text",
    [None, "listeners: [", "just text", "\x00\x01", "listeners: &a [*a]"],
    ids=["missing", "cut off", "a text", "binary", "a loop"],
)
def test_check_tells_why_a_file_cannot_be_read(tmp_path, text):
    path = tmp_path / "gatehouse.yaml"
    if text is not None:
        path.write_text(text)
    result = run("check", "--config", str(path))
    assert result.returncode == 1 and "error: " in result.stderr
    assert "gatehouse.yaml" in result.stderr or "line" in result.stderr or "object" in result.stderr or "map" in result.stderr


def test_check_expands_the_environment_in_the_configuration_and_not_in_tenants(write):
    path = write({"node": {"name": "${GATEHOUSE_TEST_NAME}"}})
    assert run("check", "--config", path).returncode == 1, "not set is a problem"
    assert run("check", "--config", path, env={**os.environ, "GATEHOUSE_TEST_NAME": "a"}).returncode == 0
    path = write(tenants=[{**GOOD_TENANT, "hosts": ["${HOME}.localtest"]}])
    assert run("check", "--config", path).returncode == 1


def test_the_example_in_the_documentation_of_a_tenant_is_checked_key_by_key(write):
    """A key of the product that this build does not act on is never silence."""
    for key, value in [
        ("waf", {"mode": "block"}), ("autoscale", {"target": 0.7}), ("release", {}), ("rate_limits", {}), ("database", "acme"),
        ("affinity", "learned"), ("database_header", "dbfilter"), ("mode", "observe"), ("state", "hibernated"),
    ]:  # fmt: skip
        result = run("check", "--config", write(tenants=[{**GOOD_TENANT, key: value}]))
        assert result.returncode == 1 and f"tenants[0].{key}" in result.stderr and "not in this build" in result.stderr, key + result.stderr


# explain


def explain(path, url, *more):
    result = run("explain", url, "--config", path, *more)
    assert result.returncode == 0, result.stderr
    return dict(line.split(None, 1) for line in result.stdout.splitlines() if " " in line)


def test_explain_tells_who_gets_a_request_and_through_what(write):
    lines = explain(write(), f"http://{HOST}/web//login?x=1", "--method", "POST")
    assert lines["tenant"].startswith("acme") and lines["class"] == "login"
    assert lines["path"].startswith("/web/login")
    assert "path_policy" in lines["chain"] and lines["chain"].strip().endswith("forward")
    assert "127.0.0.1:8069" in lines["pool"] and lines["workers"].startswith("2 ")
    assert lines["answer"] == "forwarded"


def test_explain_tells_why_a_request_would_be_refused(write):
    path = write(tenants=[GOOD_TENANT, {**GOOD_TENANT, "id": "off", "hosts": ["off.localtest"], "state": "suspended"}])
    assert "404" in explain(path, "http://nobody.localtest/")["answer"]
    assert "403" in explain(path, "http://off.localtest/odoo")["answer"]
    assert "400" in explain(path, f"http://{HOST}/%00")["answer"]


def test_explain_knows_the_websocket_pool(write):
    lines = explain(write(), f"https://{HOST}/websocket")
    assert lines["class"] == "websocket" and "127.0.0.1:8072" in lines["pool"]


# The rest


def test_version_is_one_line():
    result = run("version")
    assert result.returncode == 0 and re.fullmatch(r"gatehouse \d+\.\d+\.\d+\S*\n", result.stdout)
    assert run("--version").stdout == result.stdout


@pytest.mark.parametrize(
    "words",
    ["", "swerve", "serve", "serve --config", "serve --confg x", "check", "check --config x y", "explain", "explain no-url --config x"],
)
def test_a_usage_error_is_2_and_says_how(words):
    result = run(*words.split())
    assert result.returncode == 2 and result.stdout == ""
    assert "gatehouse" in result.stderr or "usage" in result.stderr


def test_help_is_no_error():
    for word in ("help", "--help", "-h"):
        result = run(word)
        assert result.returncode == 0 and "serve" in result.stdout and result.stderr == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_demo_serves_what_it_prints_and_stops_cleanly(number):
    demo = Process([gatehouse_bin(), "demo", "--address", "127.0.0.1:0"])
    try:
        assert eventually(lambda: any("curl" in line for line in demo.lines) or not demo.alive(), within=20)
        assert demo.alive(), demo.errors
        eventually(lambda: not demo.lines or len(demo.lines) > 3, within=0.5)
        commands = [re.split(r" {3,}| #", line.strip())[0] for line in demo.lines if "curl " in line]
        assert len(commands) >= 2
        for command in commands:
            result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=seconds(30))
            assert result.returncode == 0 and result.stdout, f"{command}: {result.stdout} {result.stderr}"
        urls = [word for line in demo.lines for word in re.findall(r"http://\S+", line)]
        assert all(urllib.parse.urlsplit(url.rstrip("'\"),.")).port for url in urls)
    finally:
        demo.signal(number) if demo.alive() else None
        code = demo.wait(20)
    assert code == 0, demo.errors
