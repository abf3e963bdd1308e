"""Texts that could mislead: pseudonyms that are there already, keywords as names, odd patterns."""

from __future__ import annotations

import time

import pytest

from tests.redaction.redacting import Redacted, found, quickly, redact

HEAD = "events {}\nhttp {\n"


def sound(text: str) -> str:
    """A redacted text for which all holds that has to."""
    redacted = Redacted(text.encode())
    assert sorted(redacted.findings) == sorted(found(redacted.original))
    assert Redacted(redacted.text).text == redacted.text
    assert redacted.restored == redacted.original
    return redacted.text.decode()


def test_a_pseudonym_that_is_there_is_no_other_words():
    """Two servers that become one would be another configuration."""
    text = sound(
        "upstream u { server host1.example:1; server host-1.example:1; server real.example:1;\n"
        "  server 240.0.0.1:1; server 10.0.0.1:1; server [2001:db8:1::1]:1; server [fd00::1]:1; }\n"
        "server { location / { grpc_pass grpc://u; } } # comment1\n# other\n"
    )
    servers = [part.split(";")[0] for part in text.split("server ")[1:8]]
    assert len(set(servers)) == 7
    assert "real" not in text
    assert "10.0.0.1" not in text


def test_names_of_the_letters_that_pseudonyms_have():
    text = sound(
        "upstream qq { server mail.qq.com:1; server zx.jj.acme:1; }\n"
        "server { location / { grpc_pass grpc://qq; } }\n"
    )
    for name in ("qq", "zx", "jj"):
        assert name not in text


def test_names_that_are_nginx_words():
    text = sound(
        HEAD + "upstream default { server off; }\nupstream on { server listen:443; }\n"
        "map $http_x $u { default default; on on; }\n"
        "server { listen 443 http2; server_name on off default internal; set $server default;\n"
        "  location /a { grpc_pass grpc://default; } location /b { grpc_pass grpc://$u; }\n"
        "  location /c { grpc_pass grpc://$server; } location /internal { internal; } } }\n"
    )
    assert "upstream default" not in text
    assert "server_name on" not in text
    assert "{ default " in text
    assert "internal;" in text


def test_characters_of_a_charset_map_are_codes():
    text = sound(
        HEAD + "charset_map windows-1251 utf-8 { C0 D090; A1 D18E; x kumo; }\n"
        "server { location / { grpc_pass grpc://a:1; } } }\n"
    )
    assert "{ C0 D090; A1 D18E; " in text
    assert "kumo" not in text


def test_a_directive_of_nobody():
    text = sound("server { acmecorp_secret_timeout acme; location / { grpc_pass grpc://a:1; } }")
    assert "acme" not in text
    assert "_timeout" in text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("^/(?:acme|corp)\\.v[0-9]+\\.(?<acme>[A-Z]\\w+)/", ["(?:", "|", "\\.v[0-9]+\\.(?<"]),
        ("^/\\x61\\x63\\x6d\\x65/", ["^/"]),
        ("^/[acmeworks]+/", ["^/[", "]+/"]),
        ("^/\\Qacme.works\\E/", ["\\Q", "\\E"]),
        ("^/(?#acme)(?i)works(?=acme)/", ["(?#", "(?i)", "(?="]),
        ("^/acme{2}wor?ks*", ["{2}", "?", "*"]),
    ],
)
def test_patterns_keep_their_form(written, kept):
    text = sound(f'server {{ location ~ "{written}" {{ grpc_pass grpc://127.0.0.1:1; }} }}')
    assert "acme" not in text.lower()
    assert "\\x61" not in text
    assert all(part in text for part in kept)


def test_a_capture_and_its_variable_stay_one():
    text = sound('server { server_name "~^(?<acme>.+)\\.works$"; grpc_set_header x-a $acme; }')
    name = text.split("(?<")[1].split(">")[0]
    assert f"${name}" in text


def test_a_pattern_that_meets_names_by_their_letters():
    """`host1` is no `[a-z]+`: then pseudonyms keep the letters' kinds."""
    text = sound(
        HEAD + "server { listen 443 http2;\n"
        "  location /helloworld.Greeter/ { grpc_pass grpc://127.0.0.1:1; }\n"
        '  location ~ "^/[a-z]+\\.[A-Z][a-z]+/" { return 404; } } }\n'
    )
    assert "greeter" not in text.lower()


def test_subnets_and_domains_keep_their_relations():
    text = redact(
        "upstream u { server 192.0.2.7:1; server 192.0.2.9:1; server 198.51.100.1:1;\n"
        "  server a.shop.acme.com:1; server acme.com:1; server [fd12:1:2:3::a]:1;\n"
        "  server [fd12:1:2:3::b]:1; server [fd12:1:2:4::a]:1; }"
    )
    servers = [part.split(";")[0].removesuffix(":1") for part in text.split("server ")[1:]]
    first, second, third, deep, domain, six, seven, eight = servers
    assert first.rsplit(".", 1)[0] == second.rsplit(".", 1)[0] != third.rsplit(".", 1)[0]
    assert deep.endswith(f".{domain}")
    assert deep.count(".") == 3
    assert six.rsplit(":", 1)[0] == seven.rsplit(":", 1)[0] != eight.rsplit(":", 1)[0]


def test_what_rules_read_stays():
    text = redact(
        "server { listen 443 ssl http2; grpc_next_upstream error timeout http_502;\n"
        "  location /grpc.health.v1.Health/Check { grpc_pass grpcs://shop-grpc-web:50051; }\n"
        "  location /acme-metrics/v1/x.html { proxy_pass http://acmegateway:50051;\n"
        "    proxy_set_header Upgrade $http_upgrade; add_header grpc-status 14 always; } }"
    )
    for part in ("grpc_next_upstream error timeout http_502;", "/grpc.health.v1.Health/Check"):
        assert part in text
    for part in ("-grpc-web:50051", "-metrics/v1/", ".html", "gateway:50051", "grpc-status 14"):
        assert part in text
    assert "acme" not in text


@pytest.mark.parametrize(
    "text",
    [
        "server { set $x " + "a.b-" * 900 + "; }",
        "server { set $x " + "a://" * 1000 + "; }",
        "server { set $x " + "a://b@" * 600 + "; }",
        "server { set $x " + "1:" * 1900 + "; }",
        "server { set $x '" + "123 " * 900 + "x'; }",
        'server { location ~ "' + "[ab" * 1300 + '" { return 404; } }',
        'server { location ~ "' + "[ab\\]" * 800 + '" { return 404; } }',
        'server { location ~ "' + "(?<a" * 900 + '" { return 404; } }',
        "server { set $x " + "%41" * 1300 + "; }",
        "server { set $x " + "grpc" * 1000 + "; }",
        "server { set $x 1" + "1" * 3000 + "x; keepalive_timeout " + "1" * 3000 + "x; }",
    ],
)
def test_time_is_linear(text):
    """A line of nginx's longest words, thirty times."""
    many = (text + "\n") * 30
    started = time.process_time()
    quickly(many.encode())
    assert time.process_time() - started < 6
