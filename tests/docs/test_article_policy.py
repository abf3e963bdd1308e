"""The article's own Rego, unchanged, on our document: what it sees and what it does not."""

import json
import subprocess
from pathlib import Path

import pytest

from nginx_grpc import cli
from tests.live.bench.programs import tool

pytestmark = pytest.mark.engines

CHECKLIST = Path(__file__).parents[2] / "examples" / "checklist"

POLICY = """\
package nginx.grpc

deny[msg] {
    input.upstreams[_].keepalive_timeout == ""
    msg := "UPSTREAM BLOCK: keepalive_timeout must be explicitly set for gRPC upstreams."
}

deny[msg] {
    loc := input.servers[_].locations[_]
    contains(loc.path, "grpc")
    not startswith(loc.grpc_pass, "grpc")
    msg := sprintf("LOCATION '%v': gRPC paths must use grpc_pass.", [loc.path])
}
"""
NO_TIMEOUT = "UPSTREAM BLOCK: keepalive_timeout must be explicitly set for gRPC upstreams."


def location(path):
    return f"LOCATION '{path}': gRPC paths must use grpc_pass."


def conftest(tmp_path, file, *options):
    (tmp_path / "policy").mkdir(exist_ok=True)
    (tmp_path / "policy" / "nginx_grpc.rego").write_text(POLICY)
    command = [tool("conftest"), "test", "--output", "json", "--namespace", "nginx.grpc"]
    return subprocess.run(
        [*command, *options, file], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )


def failures(tmp_path, conf):
    """What it denies of a configuration, by way of the bridge."""
    document = tmp_path / "document.json"
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(conf)
    assert cli.main(["bridge", str(configuration), "--output", str(document)]) == 0
    done = conftest(tmp_path, "document.json", "--parser", "json", "--rego-version", "v0")
    (result,) = json.loads(done.stdout)
    found = {failure["msg"] for failure in result.get("failures", [])}
    assert done.returncode == (1 if found else 0)
    return found


def greeter(block, upstream="keepalive_timeout 20s;"):
    return (
        f"events {{}} http {{ upstream greeter {{ server 10.0.0.1:50051; {upstream} }}\n"
        f"server {{ listen 80 http2; {block} }} }}\n"
    )


def test_its_three_verdicts(tmp_path):
    """What it says of what it was written for."""
    good = greeter("location /grpc/ { grpc_pass grpc://greeter; }")
    no_timeout = greeter("location /grpc/ { grpc_pass grpc://greeter; }", upstream="")
    proxied = greeter("location /grpc/ { proxy_pass http://greeter; }")
    assert failures(tmp_path, good) == set()
    assert failures(tmp_path, no_timeout) == {NO_TIMEOUT}
    assert failures(tmp_path, proxied) == {location("/grpc/")}


def test_it_misses_its_own_bad_example(tmp_path):
    """The path of its proxy_pass example, as of any gRPC service, does not contain "grpc"."""
    proxied = greeter("location /helloworld.Greeter/ { proxy_pass http://greeter; }")
    assert failures(tmp_path, proxied) == set()


def test_it_denies_its_own_good_example(tmp_path):
    """Its error page's path does contain "grpc", and passes nothing on."""
    article = (CHECKLIST / "article.conf").read_text()
    assert failures(tmp_path, article) == {location("/grpc_error_502")}


@pytest.mark.parametrize("timeout", ["75s", "1h"])
def test_it_compares_nothing(tmp_path, timeout):
    """Any timeout will do."""
    conf = greeter("location / { grpc_pass grpc://greeter; }", f"keepalive_timeout {timeout};")
    assert failures(tmp_path, conf) == set()


def test_an_upstream_named_grpc_is_a_scheme(tmp_path):
    """startswith(..., "grpc") is content with `grpc_pass grpc_backend`, which says no scheme."""
    conf = greeter("location /grpc/ { grpc_pass grpc_greeter; }").replace(
        "upstream ", "upstream grpc_"
    )
    assert failures(tmp_path, conf) == set()


def test_without_a_bridge_it_passes_everything(tmp_path):
    """conftest's own nginx parser makes another document: nothing matches, two tests pass."""
    (tmp_path / "nginx.conf").write_text((CHECKLIST / "bad.conf").read_text())
    done = conftest(tmp_path, "nginx.conf", "--parser", "nginx", "--rego-version", "v0")
    (result,) = json.loads(done.stdout)
    assert (done.returncode, result["successes"]) == (0, 2)


def test_todays_conftest_does_not_read_it(tmp_path):
    """It is Rego before OPA 1.0; without --rego-version v0 it is a syntax error."""
    (tmp_path / "document.json").write_text("{}")
    done = conftest(tmp_path, "document.json", "--parser", "json")
    assert done.returncode == 1
    assert "`if` keyword is required before rule body" in done.stderr
