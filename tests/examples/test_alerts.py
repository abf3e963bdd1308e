"""The alerts fire on what they are for, and the counter counts what a real nginx logs."""

import re
import shutil
import subprocess

import pytest

from nginx_grpc.explain import symptoms, table
from tests.engines.configurations import ROOT
from tests.live.bench import dead_address, nginx, raw_server
from tests.live.bench.clients import call
from tests.live.bench.misbehaving import Connection, resets_every_call, silent

ALERTS = ROOT / "examples" / "alerts"
RULES = sorted(ALERTS.glob("*.rules.yml"))

promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed; `make setup`"
)
mtail = pytest.mark.skipif(
    shutil.which("mtail") is None, reason="mtail is not installed; apt-get install mtail"
)


def run(*command):
    done = subprocess.run(
        command, cwd=ALERTS, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@promtool
def test_promtool_is_content():
    assert len(RULES) == 3
    run("promtool", "check", "rules", *(path.name for path in RULES))


@promtool
@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.name)
def test_each_alert_fires_and_does_not(rules):
    tests = rules.with_name(rules.name.replace(".rules.", ".test."))
    run("promtool", "test", "rules", tests.name)
    for alert in re.findall(r"alert: (\w+)", rules.read_text()):
        cases = tests.read_text().split(f"alertname: {alert}\n")[1:]
        quiet = [case.lstrip().startswith("exp_alerts: []") for case in cases]
        assert True in quiet, f"{alert} is never tested to be silent"
        assert False in quiet, f"{alert} is never tested to fire"


@promtool
def test_a_broken_alert_would_be_noticed(tmp_path):
    text = (ALERTS / "vts.rules.yml").read_text().replace('code="5xx"', 'code="500"')
    (tmp_path / "vts.rules.yml").write_text(text)
    shutil.copy(ALERTS / "vts.test.yml", tmp_path)
    done = subprocess.run(
        ["promtool", "test", "rules", "vts.test.yml"],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0


def test_classes_and_runbooks_are_those_of_explain():
    """Each class that is counted or alerted on is one of the table, each runbook its section."""
    known = {symptom.name for symptom in symptoms.classes()}
    counted = re.findall(r'total\["([^"]+)"', (ALERTS / "error-log.mtail").read_text())
    assert set(counted) - {"other"} <= known
    for rules in RULES:
        text = rules.read_text()
        for said in re.findall(r'class=~?"([^"]+)"', text):
            assert set(said.split("|")) <= set(counted)
        runbooks = re.findall(r"runbook_url: \S+/docs/symptoms\.md#(\S+)", text)
        assert len(runbooks) == text.count("alert: ")
        assert set(runbooks) <= known


def test_mtail_and_explain_agree():
    """The counter's patterns, as regexes, give each line the class that explain gives it."""
    text = (ALERTS / "error-log.mtail").read_text()
    pairs = re.findall(r'\$what =~ /(.*)/ \{\n *\w+\["([^"]+)"', text)
    assert len(pairs) == 9
    for entry in table.ERROR_LOG:
        for says in entry.says:
            line = symptoms.shown(says)
            first = next((name for pattern, name in pairs if re.search(pattern, line)), "other")
            if first != "other":
                assert first == entry.name, line


def counted(log) -> dict[str, float]:
    """What mtail counts in an error log, by class; the server has to be the one called."""
    said = run(
        "mtail", "--one_shot", "--one_shot_format=prometheus", "--progs=error-log.mtail",
        "--port=0",
        f"--logs={log}",
    )  # fmt: skip
    found = re.findall(r'_total\{class="([^"]+)",prog="[^"]+",server="([^"]*)"\} (\d+)', said)
    assert {server for _, server, _ in found} <= {"api.internal"}
    return {error: int(count) for error, _, count in found}


CONF = """
upstream greeter { server GREETER OPTIONS; keepalive 8; }
server {
    listen LISTEN http2;
    server_name api.internal;
    location / { grpc_pass grpc://greeter; grpc_read_timeout 300ms; }
}
"""


def closes_every_call(connection: Connection) -> None:
    connection.request()
    connection.finish()


@mtail
@pytest.mark.live
@pytest.mark.parametrize(
    ("behaviour", "options", "error"),
    [
        (resets_every_call, "max_fails=0", "upstream-reset"),
        (closes_every_call, "max_fails=0", "upstream-closed"),
        (silent, "max_fails=0", "read-timeout"),
        (None, "max_fails=0", "upstream-refused"),
    ],
    ids=["reset", "closed", "timeout", "refused"],
)
def test_mtail_counts_what_nginx_logs(behaviour, options, error, tmp_path):
    conf = CONF.replace("OPTIONS", options)
    if behaviour is None:
        with dead_address() as dead, nginx(conf, GREETER=dead) as server:
            counts = calls(server, 3)
    else:
        with raw_server(behaviour) as greeter, nginx(conf, GREETER=greeter) as server:
            counts = calls(server, 3)
    assert counts.get(error) == 3, counts


def calls(server, count: int) -> dict[str, float]:
    for _ in range(count):
        call(server.address)
    return counted(server.folder.path / "error.log")


@mtail
@pytest.mark.live
def test_mtail_counts_upstreams_that_nginx_has_given_up():
    conf = CONF.replace("server GREETER OPTIONS;", "server GREETER; server 127.0.0.1:1;")
    with dead_address() as dead, nginx(conf, GREETER=dead) as server:
        counts = calls(server, 3)
    assert counts["no-live-upstreams"] >= 1, counts
    assert counts["upstream-refused"] >= 2


@mtail
def test_mtail_counts_grpc_alone(tmp_path):
    log = tmp_path / "error.log"
    line = (
        "2024/01/15 03:42:17 [error] 31#31: *1 recv() failed (104: Connection reset by peer) while "
        'reading response header from upstream, client: 10.0.1.45, server: api.internal, request: "'
        'POST /a.B/C HTTP/2.0", upstream: "{0}://10.96.0.42:50051", host: "api.internal"\n'
    )
    log.write_text(line.format("grpc") + line.format("http") + line.format("grpcs"))
    assert counted(log) == {"upstream-reset": 2}
