"""`nginx-grpc check --profile evidence` of targets with variables: what is said, and the status."""

import json
import time

import pytest

from nginx_grpc import cli

HTTP = """\
events {{}}
http {{
    upstream up {{ server 127.0.0.1:50051; server 127.0.0.1:50052; keepalive 8; }}
    grpc_read_timeout 400s; grpc_connect_timeout 5s; client_body_timeout 400s;
    {around}
    server {{
        listen 127.0.0.1:8080 http2;
        {text}
    }}
}}
"""


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Runs the command; gives its status, the rules that deny and those that do not know."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(text, around=""):
        (tmp_path / "nginx.conf").write_text(HTTP.format(around=around, text=text))
        status = cli.main(["check", "--profile", "evidence", "--format", "json", "nginx.conf"])
        said = json.loads(capsys.readouterr().out)
        found = said["findings"]
        denied = {item["id"] for item in found if item["level"] == "deny"}
        unknown = {item["id"] for item in found if item["outcome"] == "unknown"}
        return status, denied, unknown

    return run


PLACE = "location / {{ {} grpc_pass {}; }}"


def place(before, target="grpc://$b"):
    return PLACE.format(before, target)


@pytest.mark.parametrize(
    ("text", "around", "rule"),
    [
        # The client chooses: captures, names in any case.
        ("location ~ ^/t/(?<backend>[^/]+)/ { grpc_pass grpc://$backend; } "
         "location /o { set $backend up; return 204; }", "", "NG403"),
        ("location ~ ^/t/(?<Backend>[^/]+)/ { grpc_pass grpc://$bACKEND; }", "", "NG403"),
        ("location ~ ^/t/([^/]+)/ { grpc_pass grpc://$1; }", "", "NG403"),
        (place("", "grpc://$ARG_backend"), "", "NG403"),
        (place("set $b up; if ($http_x ~ ^(?<b>.+)$) { set $y 1; }"), "", "NG403"),
        (place("set $b up; rewrite ^/(?<b>[^/]+)/ /$b break;"), "", "NG403"),
        (place(""), "map $http_x $b { default up; ~^(?<to>.+)$ $to; }", "NG403"),
        ("location ~ (?|^/x(?<b>up)|^/y(?<b>[^/]+)) { grpc_pass grpc://$b; }", "", "NG403"),
        ("location ~ (?J)^/(?:x(?<b>up)|y(?<b>[^/]+))/ { grpc_pass grpc://$b; }", "", "NG403"),
        ("set $b up; location /o { set $b $http_x; rewrite ^ /t last; } "
         "location /t { grpc_pass grpc://$b; }", "", "NG403"),
        # Nothing resolves it, and it is nothing.
        (place("set $b nohost.invalid:50051; break; set $b up;"), "", "NG208"),
        ("location /o { set $b up; return 204; } " + place(""), "", "NG208"),
        ("location / { set $b up; location /i { grpc_pass grpc://$b; } return 404; }", "", "NG208"),
        (place(""), "map $http_x $b { a up; }", "NG208"),
        (place("set $$b up; set $b '';"), "", "NG208"),
        (place("set $s http;", "$s://up"), "", "NG208"),
        (place("set $v up;", "grpc://$v/x"), "", "NG208"),
        (place("set $b localhost;"), "", "NG208"),
    ],
)  # fmt: skip
def test_denied(check, text, around, rule):
    status, denied, _ = check(text, around)
    assert (status, denied - {"NG209"}) == (1, {rule})


@pytest.mark.parametrize(
    ("text", "around"),
    [
        (place("set $b up;"), ""),
        ("set $b up; " + place(""), ""),
        (place("", "$b"), "map $http_x $b { default grpc://up; a grpc://up; }"),
        ("location ~ ^/(?<b>up)/ { grpc_pass grpc://$b; }", ""),
        # The same condition, or its flag, keeps what fails away.
        (place("set $b up; if ($http_x) { set $b nohost.invalid:1; } if ($http_x) { return 403; }"),
         ""),
        (place("set $b up; if ($http_x) { set $flag 1; set $b ''; } "
               "if ($flag = 1) { return 403; }"), ""),
    ],
)  # fmt: skip
def test_clean(check, text, around):
    assert check(text, around) == (0, set(), set())


@pytest.mark.parametrize(
    ("text", "around"),
    [
        # A backend may send calls to it, with nothing set.
        ("location /o { set $b up; rewrite ^ /in/x last; } "
         "location /site/ { proxy_pass http://127.0.0.1:1; } "
         "location /in/ { internal; grpc_pass grpc://$b; }", ""),
        (place("auth_request /a; auth_request_set $b $upstream_http_b;")
         + " location = /a { internal; proxy_pass http://127.0.0.1:1; }", ""),
    ],
)  # fmt: skip
def test_not_judged(check, text, around):
    status, denied, unknown = check(text, around)
    assert (status, denied) == (0, set())
    assert unknown


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ('set $u up; location / { set $u "$u$u"; if ($arg_x) { set $u "$u$u$u$u"; } '
         'if ($arg_y) { set $u "$u.$u"; } grpc_pass grpc://$u; }', ""),
        (place("", "grpc://$n"), "map $n $m { default $n; a b; } map $m $n { default $m; a b; }"),
    ],
)  # fmt: skip
def test_expansion_takes_no_time(check, text, around):
    check(place("set $b up;"))
    started = time.process_time()
    status, _, unknown = check(text, around)
    assert time.process_time() - started < 1
    assert status == 1 or unknown
