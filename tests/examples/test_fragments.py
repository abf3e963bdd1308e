"""docs/fragments.md: what each rule says of a part of a configuration, row by row."""

import json
import re
from pathlib import Path

import pytest

from nginx_grpc import cli

PAGE = Path(__file__).parents[2] / "docs" / "fragments.md"
ROWS = re.findall(r"^\| (NG\d{3}) \| (.+) \| (fault|not judged) \| .*\|$", PAGE.read_text(), re.M)

ONE = "server { listen 443 ssl http2; location / { %s } %s }"
GRPC = ONE % ("grpc_pass grpc://u;", "")
TLS = "grpc_pass grpcs://greeter.example:443;"
TWO = "upstream u { server 10.0.0.1:50051; server 10.0.0.2:50051; }\n"
PROXY = ONE.replace("/ {", "/helloworld.Greeter/ {")
PAGE_LINES = "internal; add_header grpc-status 14 always; return 200;"
DEFAULT = "nginx_grpc:\n  %s\n"

# One for each row, in the page's order: the text, and settings where the rule needs them.
GIVEN = [
    (PROXY % ("proxy_pass http://b;", ""), ""),
    (PROXY % ("proxy_http_version 2; proxy_pass http://b;", ""), ""),
    (GRPC, ""),
    ("location / { grpc_pass grpc://u; }", ""),
    (GRPC, ""),
    (ONE % ("grpc_pass grpc://u;", f"location = /e {{ {PAGE_LINES} }}"), ""),
    (
        ONE % ("grpc_pass grpc://u; error_page 502 = /e;", f"location = /e {{ {PAGE_LINES} }}"),
        "",
    ),
    (ONE % (TLS, ""), ""),
    (f"location / {{ {TLS} }}", ""),
    (ONE % (TLS, ""), ""),
    (f"location / {{ {TLS} }}", ""),
    (GRPC, ""),
    (GRPC.replace(" http2", ""), ""),
    (ONE % ("grpc_pass grpc://$arg_x.example:50051;", ""), ""),
    (TWO + GRPC, ""),
    (ONE % ("grpc_pass grpc://u; grpc_read_timeout 400s;", ""), ""),
    (GRPC, DEFAULT % "largest_request: 8m"),
    (GRPC, DEFAULT % "grpc: {default: {metadata: [tenant_id]}}"),
    *[(GRPC, "")] * 8,
]


@pytest.mark.parametrize(
    ("row", "given"),
    list(zip(ROWS, GIVEN, strict=True)),
    ids=[f"{rule}: {what}" for rule, what, _ in ROWS],
)
def test_row(row, given, tmp_path, capsys):
    rule, _, verdict = row
    text, settings = given
    (tmp_path / "api.conf").write_text(text)
    (tmp_path / "nginx-grpc.yaml").write_text(settings or "nginx_grpc: {}\n")
    cli.main(["check", "--format", "json", str(tmp_path / "api.conf")])
    findings = json.loads(capsys.readouterr().out)["findings"]
    faults = {found["id"] for found in findings if found["outcome"] == "fault"}
    unknown = {
        id_
        for found in findings
        if found["outcome"] == "unknown"
        for ids in re.findall(r"((?:NG\d{3}, )*NG\d{3}): [^;]*is not seen", found["msg"])
        for id_ in ids.split(", ")
    }
    assert (rule in faults, rule in unknown) == (verdict == "fault", verdict == "not judged")


def test_the_article_before_its_cure(tmp_path, capsys):
    """Alone in conf.d it is denied in either profile."""
    (tmp_path / "api.conf").write_text(
        TWO.replace(" u ", " backend ") + PROXY % ("proxy_pass http://backend;", "")
    )
    for profile in ("checklist", "evidence"):
        status = cli.main(["check", "--profile", profile, str(tmp_path / "api.conf")])
        said = " ".join(capsys.readouterr().out.split())
        assert status == 1
        assert "deny[NG101]" in said
        assert "unless what is not seen says both proxy_http_version 2" in said
