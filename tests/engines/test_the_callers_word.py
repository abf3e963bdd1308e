"""Each engine judges by the caller's settings, and by nothing that happens to lie about."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nginx_grpc import resources
from tests.engines.servers import opa_server

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("engines")]

COMMAND = Path(sys.executable).with_name("nginx-grpc")

# Streams may be silent for 300s by default: only a longest_silence of the settings denies 400s,
# and only one of them accepts 60s.
CONF = """
events {}
http {
    upstream orders { server 127.0.0.1:50051; server 127.0.0.1:50052; }
    server {
        listen 127.0.0.1:8080 http2;
        location /shop.Orders/ { grpc_pass grpc://orders; grpc_read_timeout 400s; }
    }
}
"""
LONGER = "nginx_grpc:\n  grpc: {default: {longest_silence: 1h}}\n"
SHORTER = "nginx_grpc:\n  grpc: {default: {longest_silence: 1m}}\n"


@pytest.fixture
def check(tmp_path):
    (tmp_path / "nginx.conf").write_text(CONF)

    def check(*arguments, **environment):
        done = subprocess.run(
            [COMMAND, "check", "--format", "json", *arguments, "nginx.conf"],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        if done.returncode == 2:
            return done.stderr
        return sorted({f["id"] for f in json.loads(done.stdout)["findings"]})

    return check


@pytest.fixture(scope="module")
def plain_server():
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    with opa_server("--ignore", "*_test.rego", resources.policy_dir()) as url:
        yield url


@pytest.fixture(params=["embedded", "conftest", "opa", "server"])
def engine(request):
    if request.param == "server":
        return request.getfixturevalue("plain_server")
    if request.param != "embedded" and shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed; run `make setup`")
    return request.param


def test_the_verdict_hangs_on_the_callers_settings(engine, check, tmp_path):
    without = check("--engine", engine)
    assert "NG106" not in without
    (tmp_path / "longer.yaml").write_text(LONGER)
    assert sorted({*without, "NG106"}) == check("--engine", engine, "--settings", "longer.yaml")
    # Found by its name beside the input, too, unless told otherwise.
    (tmp_path / "longer.yaml").rename(tmp_path / "nginx-grpc.yaml")
    assert "NG106" in check("--engine", engine)
    assert check("--engine", engine, "--no-settings") == without
    (tmp_path / "shorter.yaml").write_text(SHORTER)
    assert "NG106" not in check("--engine", engine, "--settings", "shorter.yaml")


def test_flags_hold_in_every_engine(engine, check):
    def rules(*flags):
        return check("--engine", engine, *flags)

    assert rules("--profile", "checklist") != rules("--profile", "evidence")
    assert "NG502" not in rules("--nginx-version", "1.30.3")


def test_a_server_with_settings_of_its_own_is_refused(check, tmp_path):
    (tmp_path / "server.yaml").write_text(SHORTER)
    policy = resources.policy_dir()
    with opa_server("--ignore", "*_test.rego", policy, str(tmp_path / "server.yaml")) as url:
        assert "NG106" not in check("--engine", url)
        (tmp_path / "longer.yaml").write_text(LONGER)
        said = check("--engine", url, "--settings", "longer.yaml")
        assert "judges by settings of its own" in said
        assert "judges by settings of its own" in check("--engine", url, "--profile", "evidence")


def test_what_lies_about_changes_nothing(engine, check, tmp_path):
    before = check("--engine", engine, "--profile", "checklist")
    assert before
    (tmp_path / "conftest.toml").write_text(
        'namespace = ["typo"]\npolicy = "none"\nno-fail = true\n'
    )
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "main.rego").write_text("package nginx.grpc\n\ndecision := {}\n")
    (tmp_path / "data.json").write_text('{"nginx_grpc": {"profile": "evidence"}}')
    stray = {
        "CONFTEST_NAMESPACE": "typo",
        "CONFTEST_POLICY": "/nowhere",
        "CONFTEST_NO_FAIL": "true",
        "CONFTEST_DATA": "data.json",
        "CONFTEST_OUTPUT": "tap",
        "CONFTEST_COMBINE": "true",
        "OPA_EVAL_FORMAT": "pretty",
        "OPA_EVAL_DATA": "data.json",
        "OPA_EVAL_V0_COMPATIBLE": "true",
        "http_proxy": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    assert check("--engine", engine, "--profile", "checklist", **stray) == before


def test_a_server_without_the_policy_is_broken(check, tmp_path):
    (tmp_path / "other.rego").write_text("package other\n\nallow := true\n")
    with opa_server(str(tmp_path / "other.rego")) as url:
        assert "undefined" in check("--engine", url)
    assert "can't be reached" in check("--engine", url)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engine", "ftp://127.0.0.1"], "no engine"),
        (["--engine", "http://"], "no address"),
        (["--engine", "http://127.0.0.1:1/v1/data"], "no address"),
        (["--settings", "none.yaml"], "can't read the settings"),
        (["--no-settings", "--settings", "none.yaml"], "give one of them"),
    ],
)
def test_what_can_not_be_asked_is_broken(arguments, said, check):
    printed = check(*arguments)
    assert said in printed
    assert printed.count("\n") == 1
