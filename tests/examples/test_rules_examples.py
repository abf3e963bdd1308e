"""examples/rules and examples/checklist: what a reader copies gives the verdicts that it shows."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import trustme

from nginx_grpc import catalogue, cli
from tests.live.bench.nginx import CURRENT, DEBIAN, VERSIONS, NginxMissing, binary

EXAMPLES = Path(__file__).parents[2] / "examples"
CHECKLIST = EXAMPLES / "checklist"
PAIRS = sorted(path.name for path in (EXAMPLES / "rules").iterdir())
CHECKLIST_ITEMS = {f"NG{number}" for number in range(101, 111)}


def findings(capsys, path, *options):
    """What `nginx-grpc check` finds; it reads the nginx-grpc.yaml beside the file by itself."""
    status = cli.main(["check", "--format", "json", *options, str(path)])
    said = capsys.readouterr()
    assert said.err == ""
    found = json.loads(said.out)["findings"]
    assert status == (1 if any(finding["level"] == "deny" for finding in found) else 0)
    return found


def ids(found, level=None):
    return {finding["id"] for finding in found if level in (None, finding["level"])}


def test_every_rule_has_its_pair():
    beyond_the_input = {rule.id for rule in catalogue.rules() if rule.id >= "NG101"}
    assert set(PAIRS) == beyond_the_input


def example(rule, which):
    (path,) = (EXAMPLES / "rules" / rule).glob(f"{which}.*")
    return path


@pytest.mark.parametrize("rule", PAIRS)
def test_before_and_after(capsys, rule):
    before = findings(capsys, example(rule, "before"))
    after = findings(capsys, example(rule, "after"))
    assert rule in ids(before)
    assert rule not in ids(after)
    # The remedy is no fault of another kind. With NG101 there is no grpc_pass before, with NG605 no
    # Ingress, and so nothing that another rule could judge.
    assert rule in ("NG101", "NG605") or ids(after, "deny") <= ids(before, "deny")


@pytest.mark.parametrize("profile", ["checklist", "evidence"])
def test_good(capsys, profile):
    assert findings(capsys, CHECKLIST / "good.conf", "--profile", profile) == []


def test_bad(capsys):
    """Its comment lists what is found."""
    told = re.findall(r"^# (denied|warned of): (.*)$", (CHECKLIST / "bad.conf").read_text(), re.M)
    found = findings(capsys, CHECKLIST / "bad.conf")
    assert {what: set(rules.split()) for what, rules in told} == {
        "denied": ids(found, "deny"),
        "warned of": ids(found, "warn"),
    }
    assert len(ids(found, "deny")) > 10


def test_article(capsys):
    """It passes the checklist that it comes with, but for what its error page does."""
    found = findings(capsys, CHECKLIST / "article.conf")
    assert ids(found, "deny") & CHECKLIST_ITEMS == {"NG110"}


BODIES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
TEMPORARY = "".join(f"{name}_temp_path temp_{name};" for name in BODIES)


@pytest.fixture(params=VERSIONS)
def nginx_test(request, tmp_path):
    """`nginx -t` on a text: "" where it is accepted without a warning, else what it says."""
    try:
        program = binary(request.param)
    except NginxMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(f"NOT TESTED: {missing}")

    (tmp_path / "certs").mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "certs" / "ca.crt")
    issued = authority.issue_cert("api.internal")
    issued.private_key_pem.write_to_path(tmp_path / "certs" / "server.key")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certs" / "server.crt")

    def run(text):
        # Ports below 1024 and Debian's folder for temporary files are root's.
        text = re.sub(r"\blisten 443\b", "listen 8443", text)
        text = text.replace("http {", f"http {{ {TEMPORARY}", 1)
        (tmp_path / "nginx.conf").write_text(text)
        command = [program, "-t", "-p", f"{tmp_path}/", "-c", "nginx.conf", "-e", "error.log"]
        command += ["-g", "pid nginx.pid;"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        said = [line for line in done.stderr.splitlines() if re.search(r"\[(warn|emerg)\]", line)]
        assert (done.returncode == 0) == (not any("[emerg]" in line for line in said)), done.stderr
        return "\n".join(said)

    run.version = request.param
    return run


DEPRECATED = 'the "listen ... http2" directive is deprecated'
POOL_LOST = "load balancing method redefined"


@pytest.mark.live
@pytest.mark.parametrize("name", ["good", "bad", "article"])
def test_nginx_accepts_the_checklist(nginx_test, name):
    """The point of the bad ones: nginx itself is content. It warns of two things at most: the old
    spelling of http2, and, before 1.29.7, the lost pool (NG204)."""
    said = nginx_test((CHECKLIST / f"{name}.conf").read_text()).splitlines()
    warned = {
        next((text for text in (DEPRECATED, POOL_LOST) if text in line), line) for line in said
    }
    if nginx_test.version == CURRENT:
        assert warned == {DEPRECATED}
    else:
        assert warned == ({POOL_LOST} if name == "bad" else set())


# The versions that refuse an example, which is what these rules are about.
REFUSED = {("NG502", "before", DEBIAN), ("NG501", "after", DEBIAN)}


@pytest.mark.live
@pytest.mark.parametrize("which", ["before", "after"])
@pytest.mark.parametrize(
    "rule", [rule for rule in PAIRS if example(rule, "before").suffix != ".yaml"]
)
def test_nginx_accepts_the_pairs(nginx_test, rule, which):
    text = example(rule, which).read_text()
    # A name that nginx would look up.
    text = text.replace("greeter.example:443", "localhost:443")
    certificate = "ssl_certificate certs/server.crt; ssl_certificate_key certs/server.key;"
    said = nginx_test(text.replace("http {", f"http {{ {certificate}", 1))
    if (rule, which, nginx_test.version) in REFUSED:
        assert "[emerg]" in said
    else:
        assert "[emerg]" not in said
