"""What people read begins with the gravest."""

import re

import pytest

from nginx_grpc import cli

# In the text's order: latent, some calls, every call; a denial each in profile checklist.
THREE = """events { }
http {
    upstream up { server 10.0.0.1:50051; server 10.0.0.2:50051; least_conn; }
    server {
        listen 80 http2;
        location /a.S/ { grpc_pass grpc://up; }
        location /b.S/ { grpc_pass grpc://up; grpc_send_timeout 0; }
    }
}
"""


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nginx.conf").write_text(THREE)

    def run(*arguments):
        cli.main(["check", "--no-settings", "--profile", "checklist", *arguments, "nginx.conf"])
        return capsys.readouterr().out

    return run


def headings(text):
    return re.findall(r"^(?:deny|warn)\[(NG\d+)\]", text, re.MULTILINE)


def test_what_fails_every_call_comes_first_and_warnings_last(told):
    text = told()
    order = headings(text)
    assert order[0] == "NG211"
    assert order.index("NG105" if "NG105" in order else "NG106") < order.index("NG104")
    levels = re.findall(r"^(deny|warn)\[", text, re.MULTILINE)
    assert levels == sorted(levels)
    assert len(set(levels)) == 2


def test_or_all_goes_by_file_and_line(told):
    lines = [int(line) for line in re.findall(r"--> nginx.conf:(\d+)", told("--sort", "file"))]
    assert lines == sorted(lines)
    assert headings(told("--sort", "file")) != headings(told())


def test_the_lines_around_a_place_are_shown_once(told):
    text = told()
    assert text.count("--> nginx.conf:3\n") > 1
    assert len(re.findall(r"^3 \|>", text, re.MULTILINE)) == 1


def test_one_cause_is_one_block(told):
    text = told()
    (block,) = [block for block in text.split("\n\n") if block.startswith("deny[NG106]")]
    assert "also: line 7 (/b.S/)" in block


def test_concise_is_a_line_a_finding(told):
    *findings, last = told("--format", "concise").splitlines()
    assert all(re.match(r"nginx\.conf:\d+: (deny|warn)\[NG\d+\] \S", line) for line in findings)
    assert findings[0].startswith("nginx.conf:7: deny[NG211] ")
    *_, closing, fixes = told().splitlines()
    assert last == closing
    assert re.fullmatch(r"fixes: \d+ safe(, \d+ [a-z -]+)* \(nginx-grpc fix\)", fixes)
    ids = [re.search(r"NG\d+", line)[0] for line in findings]
    assert set(ids) == set(headings(told()))


def test_a_location_that_servers_share_is_one_block(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "location.inc").write_text("location / { grpc_pass grpc://10.0.0.1:50051; }\n")
    servers = "".join(
        f"server {{ listen 80 http2; server_name {name}.example; include location.inc; }}\n"
        for name in "abc"
    )
    (tmp_path / "nginx.conf").write_text(f"events {{ }}\nhttp {{\n{servers}}}\n")
    cli.main(["check", "--no-settings", "nginx.conf"])
    text = capsys.readouterr().out
    assert len(set(headings(text))) == len(headings(text))
    assert "also: line 1 (b.example /), line 1 (c.example /)" in text
