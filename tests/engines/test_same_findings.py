"""One policy, one verdict: every engine finds the same on every configuration we have."""

import json
import shutil
import subprocess
from itertools import chain

import pytest

from nginx_grpc import engines, resources
from nginx_grpc.engines.interface import read_decision
from tests.engines import configurations
from tests.engines.servers import opa_server
from tests.sampling import sample

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("engines")]

# What makes the rules speak that wait for settings.
SETTINGS = {
    "profile": "checklist",
    "nginx_version": "1.29.7",
    "explicit": "required",
    "workers": 4,
    "largest_request": "8m",
    "not_judged": "deny",
    "grpc": {
        "default": {
            "max_connection_age": "2m",
            "max_connection_idle": "40s",
            "expected_concurrency": 400,
            "longest_silence": "20m",
            "streaming": "bidi",
            "metadata": ["x_request_id", "tenant.name"],
        },
        "upstreams": {"orders": {"max_connection_age": "10s"}},
    },
    "waivers": [
        {"id": "NG104", "reason": "r", "owner": "o", "expires": "2999-01-01", "file": "**"},
        {"id": "NG106", "reason": "r", "owner": "o", "expires": "2020-01-01"},
    ],
}
CONFTEST = ["conftest", "test", "--parser", "json", "--namespace", "nginx.grpc"]
VARIANTS = {
    "as they are": None,
    "evidence": {"profile": "evidence", "nginx_version": "1.22.1"},
    "everything asked": SETTINGS,
    "malformed": {"profle": "evidence"},
}


@pytest.fixture(scope="module")
def documents():
    named = list(chain(configurations.examples(), configurations.live(), configurations.corpus()))
    assert len(named) > 100
    return sample(named, 50)


@pytest.fixture(scope="module", params=VARIANTS)
def judged(request, documents):
    """Documents with a variant's settings, and what the embedded engine says of them."""
    given = VARIANTS[request.param]
    with_settings = [
        document if given is None else {**document, "settings": given} for _, document in documents
    ]
    return with_settings, engines.by_name("embedded").decide(with_settings, given)


@pytest.fixture(scope="module")
def server():
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    with opa_server("--ignore", "*_test.rego", resources.policy_dir()) as url:
        yield url


def same(names, found, wanted):
    for name, one, other in zip(names, found, wanted, strict=True):
        assert one.findings == other.findings, name
        assert sorted(one.rules) == sorted(other.rules), name


@pytest.mark.parametrize("engine", ["conftest", "opa"])
def test_a_program_finds_what_the_embedded_engine_finds(engine, documents, judged):
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed; run `make setup`")
    given, wanted = judged
    same([name for name, _ in documents], engines.by_name(engine).decide(given, None), wanted)


def test_a_server_finds_what_the_embedded_engine_finds(server, documents, judged):
    given, wanted = judged
    same([name for name, _ in documents], engines.by_name(server).decide(given, None), wanted)


def test_opa_exec_finds_what_the_embedded_engine_finds(tmp_path, documents, judged):
    given, wanted = judged
    for number, document in enumerate(given):
        (tmp_path / f"{number:04}.json").write_text(json.dumps(document))
    done = subprocess.run(
        ["opa", "exec", "--decision", "nginx/grpc/decision", "--bundle", resources.policy_dir()]
        + [str(path) for path in sorted(tmp_path.glob("*.json"))],
        capture_output=True,
        check=True,
        timeout=300,
    )
    answers = sorted(json.loads(done.stdout)["result"], key=lambda answer: answer["path"])
    found = [read_decision(answer["result"], "opa exec") for answer in answers]
    same([name for name, _ in documents], found, wanted)


def test_stock_conftest_shows_what_counts(tmp_path, documents, judged):
    """`conftest test` with the namespace of conftest.toml: failures and warnings, message by
    message. Of findings with equal messages, as of two servers without a name, it shows one."""
    given, wanted = judged
    for number, document in enumerate(given):
        (tmp_path / f"{number:04}.json").write_text(json.dumps(document))
    done = subprocess.run(
        [*CONFTEST, "--output", "json", "--policy", resources.policy_dir(), "."],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=300,
    )
    answers = sorted(json.loads(done.stdout), key=lambda answer: answer["filename"])
    assert len(answers) == len(wanted)
    for (name, _), answer, decision in zip(documents, answers, wanted, strict=True):
        for level, key in (("deny", "failures"), ("warn", "warnings")):
            shown = {finding["msg"] for finding in answer.get(key, [])}
            counting = {f.msg for f in decision.findings if f.counts and f.level == level}
            assert shown == counting, name
    denied = any(f.counts and f.level == "deny" for d in wanted for f in d.findings)
    assert done.returncode == (1 if denied else 0)
