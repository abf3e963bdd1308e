"""examples/smoke-test/smoke-test.sh against a good nginx and against broken ones."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.bench import (
    VERSIONS,
    certificate,
    dead_address,
    grpc_server,
    nginx,
    raw_server,
)
from tests.live.bench.misbehaving import closes_idle, resets_second_use, silent
from tests.live.bench.nginx import NginxMissing, binary
from tests.live.bench.programs import PROTO, tool

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

SCRIPT = Path(__file__).parents[2] / "examples" / "smoke-test" / "smoke-test.sh"
METHOD = "greeter.v1.Greeter/Hello"
DESCRIBED = ["-import-path", str(PROTO.parent), "-proto", PROTO.name]

CONF = """
upstream greeter { server GREETER; keepalive 8; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
PAGE = """
    error_page 502 = /down;
    location = /down {
        internal;
        default_type application/grpc;
        add_header grpc-status 14;
        add_header grpc-message "greeter is down";
        return 204;
    }
"""
WITH_204_PAGE = CONF.replace("    location", PAGE + "    location", 1)


@pytest.fixture(params=VERSIONS)
def version(request):
    try:
        binary(request.param)
    except NginxMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(f"NOT TESTED: {missing}")
    return request.param


@pytest.fixture(params=["dash", "bash"])
def shell(request):
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} here")
    return request.param


def smoke_test(address, *options, shell="sh", method=METHOD, stdin="", **environment):
    command = [shell, str(SCRIPT), *DESCRIBED, *options, address, method]
    environment = {"GRPCURL": tool("grpcurl")} | environment
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
    )


def test_good(version, shell):
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter) as front:
        done = smoke_test(front.address, "-plaintext", "-repeat", "3", shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "call 1 of 3: OK",
        "call 2 of 3: OK",
        "call 3 of 3: OK",
        f"PASS: 3 of 3 calls of {METHOD} through {front.address}",
    ]


def test_message_and_metadata_arrive(version):
    conf = CONF.replace("location", "if ($http_x_probe != 'a b') { return 403; } location")
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as front:
        probe = ["-plaintext", "-d", '{"text": "code=5"}']
        without = smoke_test(front.address, *probe)
        with_it = smoke_test(front.address, *probe, "-H", "x-probe: a b")
    assert "PermissionDenied" in without.stderr
    assert with_it.stderr.endswith(": NotFound\n")


def test_message_from_standard_input(version):
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter) as front:
        asked = ["-plaintext", "-d", "@", "-repeat", "2"]
        done = smoke_test(front.address, *asked, stdin='{"text": "code=5"}')
    assert (done.returncode, done.stdout.count("Code: NotFound")) == (1, 2)


def test_tls_and_authority(version):
    ours = certificate("greeter.example.com")
    conf = CONF.replace(
        "http2;",
        "ssl http2; ssl_certificate CERTIFICATE; ssl_certificate_key KEY;"
        "server_name greeter.example.com;"
        "if ($host != greeter.example.com) { return 403; }",
    )
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    trust = ["-cacert", str(ours.authority), "-servername", "greeter.example.com"]
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter, **names) as front:
        assert smoke_test(front.address, *trust).returncode == 0
        untrusted = smoke_test(front.address, "-deadline", "1")
        plaintext = smoke_test(front.address, "-plaintext", "-deadline", "1")
        other = smoke_test(front.address, "-insecure", "-authority", "other.example.com")
    assert (untrusted.returncode, plaintext.returncode, other.returncode) == (1, 1, 1)
    assert "NoCall" in untrusted.stderr
    assert "certificate" in untrusted.stdout
    assert "NoCall" in plaintext.stderr
    assert "PermissionDenied" in other.stderr


def fails(done, word):
    """The script has said so, in its exit status, on stdout and on stderr."""
    assert done.returncode == 1
    assert "PASS" not in done.stdout
    assert re.search(rf"^FAIL: .*: {word}$", done.stderr, re.M), done.stderr
    return True


def test_refused(version, shell):
    with dead_address() as dead, nginx(CONF, version, GREETER=dead) as front:
        assert fails(smoke_test(front.address, "-plaintext", shell=shell), "Unavailable")


def test_nginx_refused():
    with dead_address() as dead:
        assert fails(smoke_test(dead, "-plaintext", "-deadline", "1"), "NoCall")


def test_502_behind_a_204_page(version):
    with dead_address() as dead, nginx(WITH_204_PAGE, version, GREETER=dead) as front:
        assert fails(smoke_test(front.address, "-plaintext"), "Unknown")


@pytest.mark.parametrize("deadline", ["1", "0.5", "01"])
def test_hanging_upstream(version, deadline):
    with raw_server(silent) as greeter, nginx(CONF, version, GREETER=greeter) as front:
        done = smoke_test(front.address, "-plaintext", "-deadline", deadline)
    assert fails(done, "DeadlineExceeded")


def test_proxy_pass(version):
    conf = CONF.replace("grpc_pass grpc:", "proxy_pass http:")
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as front:
        done = smoke_test(front.address, "-plaintext", "-deadline", "2")
    # Whether a page, a reset or nothing comes first is chance.
    assert fails(done, "(Internal|Unavailable|Unknown|DeadlineExceeded)")


def test_listener_without_http2(version):
    conf = CONF.replace(" http2", "")
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as front:
        assert fails(smoke_test(front.address, "-plaintext", "-deadline", "1"), "NoCall")


def test_no_such_method(version):
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter) as front:
        done = smoke_test(front.address, "-plaintext", method="greeter.v1.Greeter/Helo")
    assert fails(done, "NoCall")


def test_reset_of_a_pooled_connection(version):
    """The first call is fine; the server resets the second one on the same connection."""
    with raw_server(resets_second_use) as greeter, nginx(CONF, version, GREETER=greeter) as front:
        assert smoke_test(front.address, "-plaintext").returncode == 0
        done = smoke_test(front.address, "-plaintext", "-repeat", "3")
    assert fails(done, "Unavailable")
    assert done.stderr.startswith("FAIL: 2 of 3 calls")


@pytest.mark.parametrize(("pause", "connections"), [("0", 1), ("1.5", 2)])
def test_pause(version, pause, connections):
    """With a pause the second call meets a server that has closed what was idle."""
    with raw_server(closes_idle(1)) as greeter, nginx(CONF, version, GREETER=greeter) as front:
        done = smoke_test(front.address, "-plaintext", "-repeat", "2", "-pause", pause)
        assert (done.returncode, greeter.connections) == (0, connections)


def test_grpcurl_that_never_ends(tmp_path):
    """Should grpcurl not keep its own deadline, `timeout` ends it."""
    hangs = tmp_path / "grpcurl"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    done = smoke_test("127.0.0.1:1", "-deadline", "0.1", GRPCURL=str(hangs))
    assert fails(done, "TimedOut")


@pytest.mark.parametrize("status", [1, 2, 3, 65, 78, 80, 255])
def test_any_other_exit_status(tmp_path, status):
    ends = tmp_path / "grpcurl"
    ends.write_text(f"#!/bin/sh\nexit {status}\n")
    ends.chmod(0o755)
    assert fails(smoke_test("127.0.0.1:1", GRPCURL=str(ends)), "NoCall")


def test_missing_grpcurl(shell):
    done = smoke_test("127.0.0.1:1", GRPCURL="no-such-grpcurl", shell=shell)
    assert done.returncode == 2
    assert done.stderr.startswith("BROKEN: no-such-grpcurl is not installed; go install ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-repeat", "0"], "BROKEN: -repeat 0: at least one call is needed\n"),
        (["-repeat", "many"], "BROKEN: -repeat many: a whole number of calls is needed\n"),
        (["-repeat", ""], "BROKEN: -repeat : a whole number of calls is needed\n"),
        (["-pause", "5s"], "BROKEN: '5s': seconds are needed, as 5 or 0.5\n"),
        (["-deadline", "1.2.3"], "BROKEN: '1.2.3': seconds are needed, as 5 or 0.5\n"),
        (["-deadline", "0"], "BROKEN: -deadline 0: grpcurl would wait for ever\n"),
        (["-plaintex"], "BROKEN: unknown option -plaintex; -help lists the options\n"),
        (["a"], f"BROKEN: {METHOD} is one argument too many; ADDRESS and METHOD come last\n"),
    ],
)
def test_wrong_option(shell, options, said):
    done = smoke_test("127.0.0.1:1", *options, shell=shell)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_value_missing(shell):
    done = subprocess.run([shell, SCRIPT, "-repeat"], capture_output=True, text=True, timeout=10)
    assert (done.returncode, done.stderr) == (
        2, "BROKEN: -repeat needs a value; -help lists the options\n",
    )  # fmt: skip


def test_help(shell):
    done = subprocess.run([shell, SCRIPT, "-help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: smoke-test.sh ")


# What a guide gives, its address, file and options aside. It stands here to be shown to pass while
# every call fails.
GUIDE = """
{grpcurl} {described} -plaintext -d '{{}}' -max-time 5 {address} greeter.v1.Greeter/Hello

if echo "$output" | grep -q 'Code: Unavailable'; then
  echo "FAIL: gRPC upstream returning UNAVAILABLE"
  exit 1
fi
"""


def guide(address, described=DESCRIBED, template=GUIDE):
    script = template.format(
        grpcurl=tool("grpcurl"), described=" ".join(described), address=address
    )
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30)


CAPTURED = GUIDE.replace("{grpcurl}", "output=$({grpcurl}").replace("Hello\n", "Hello)\n", 1)
BOTH_STREAMS = CAPTURED.replace("Hello)", "Hello 2>&1)")


def test_guide_passes_with_every_call_failing(version):
    with dead_address() as dead, nginx(CONF, version, GREETER=dead) as front:
        done = guide(front.address)
        assert (done.returncode, "Code: Unavailable" in done.stderr) == (0, True)
        # grpcurl writes the status to stderr
        assert guide(front.address, template=CAPTURED).returncode == 0
        assert guide(front.address, template=BOTH_STREAMS).returncode == 1


def test_guide_passes_behind_its_own_error_page(version):
    """Even with both streams: behind the 204 page the status is Unknown."""
    with dead_address() as dead, nginx(WITH_204_PAGE, version, GREETER=dead) as front:
        assert guide(front.address, template=BOTH_STREAMS).returncode == 0


def test_guide_stops_at_reflection(version):
    """Its nginx passes the service alone, and it gives grpcurl no description of it."""
    conf = CONF.replace("location /", "location /greeter.v1.Greeter/")
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as front:
        done = guide(front.address, described=[])
        assert "server does not support the reflection API" in done.stderr
        assert done.returncode == 0
        asked = [SCRIPT, "-plaintext", front.address, METHOD]
        environment = os.environ | {"GRPCURL": tool("grpcurl")}
        ours = subprocess.run(asked, capture_output=True, text=True, timeout=30, env=environment)
        assert fails(ours, "NoCall")
