"""Which entries of an object are judged, and as what."""

from __future__ import annotations

import pytest

from nginx_grpc.admission.bridging import bridge
from nginx_grpc.errors import Refused

SITE = b"server { listen 80; location / { grpc_pass grpc://a; } }"
MAIN = b"http { " + SITE + b" }"


def read(**texts: bytes) -> list[tuple[str, set[str]]]:
    """Level and keys of each configuration; the keys' underscores stand for dots."""
    named = {key.replace("_", "."): text for key, text in texts.items()}
    found = []
    for one in bridge(named, set(named)).configurations:
        keys: set[str] = set()
        waiting = list(one.directives)
        while waiting:
            directive = waiting.pop()
            keys.add(directive.key)
            waiting.extend(directive.block or ())
        found.append((one.context, keys))
    return sorted(found, key=lambda item: (item[0], sorted(item[1])))


def test_an_entry_stands_alone() -> None:
    assert read(nginx_conf=MAIN) == [("main", {"nginx.conf"})]


def test_an_included_entry_is_judged_where_it_is_included() -> None:
    main = b"http { include conf.d/*.conf; }"
    assert read(nginx_conf=main, site_conf=SITE) == [("main", {"nginx.conf", "site.conf"})]


@pytest.mark.parametrize("block", [b"http", b"stream"])
def test_the_servers_of_an_upstream_may_be_an_entry_of_their_own(block: bytes) -> None:
    main = block + b" { upstream a { include servers.conf; } }"
    found = read(nginx_conf=main, servers_conf=b"server 10.0.0.1:50051;\nserver 10.0.0.2:50051;")
    assert found == [("main", {"nginx.conf", "servers.conf"})]


def test_the_servers_of_an_upstream_are_nothing_elsewhere() -> None:
    with pytest.raises(Refused, match=r"servers\.conf:1: the body of an upstream block"):
        read(nginx_conf=b"http { server { include servers.conf; } }", servers_conf=b"server a:1;")


@pytest.mark.parametrize(
    "decoy",
    [
        b"http { server { location / { include site.conf; } } }",
        b"http { server { include site.conf; } }",
        b"http { upstream a { include site.conf; } }",
        b"stream { include site.conf; }",
        b"http { server { http { include site.conf; } } }",
        b"include site.conf; http { }",
        b"http { handler { include site.conf; } }",
        b"http { types { include site.conf; } }",
        b"http { server { location /a { location /b { include site.conf; } } } }",
    ],
)
def test_one_that_is_included_where_nginx_would_not_read_it_is_judged_too(decoy: bytes) -> None:
    """Whoever applies an object also chooses which of its keys nginx is given."""
    try:
        found = read(decoy_conf=decoy, site_conf=SITE)
    except Refused:
        return
    assert ("http", {"site.conf"}) in found


def test_a_whole_configuration_in_a_location_is_judged_too() -> None:
    decoy = b"http { server { location / { include nginx.conf; } } }"
    try:
        found = read(decoy_conf=decoy, nginx_conf=MAIN)
    except Refused:
        return
    assert ("main", {"nginx.conf"}) in found


def test_entries_that_include_each_other_are_all_judged() -> None:
    found = read(a_conf=b"include b.conf;" + SITE, b_conf=b"include a.conf;" + SITE)
    assert {key for _, keys in found for key in keys} == {"a.conf", "b.conf"}


def test_blank_entries_are_no_configuration() -> None:
    assert bridge({"nginx.conf": b"  \n# nothing\n"}, {"nginx.conf"}).configurations == []


def test_what_can_not_be_read_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        bridge({"nginx.conf": b"http {\n\n  server {\n"}, {"nginx.conf"})
    assert caught.value.file == "nginx.conf"


@pytest.mark.parametrize(
    "decoy",
    [
        b"server { if ($a) { include l; } }",
        b"server { location / { limit_except GET { include l; } } }",
        b"server { location / { if ($a) { include l; } } }",
        b"server { location / { types { include l; } } }",
        b"server { location /a { location /b { include l; } } }",
        b"server { location / { lua_block { include l; } } }",
    ],
)
def test_a_decoy_hides_no_location(decoy: bytes) -> None:
    """Whatever is wrong with it is told."""
    body = b"grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0;"
    texts = {"decoy": decoy, "l": body, "m": b"include m;"}
    try:
        found = bridge(texts, set(texts)).configurations
    except Refused:
        return
    assert [one.context for one in found if one.files == ["l"]] == ["location"]


def test_a_key_that_includes_itself_is_judged() -> None:
    texts = {"l": b"include l; location / { grpc_pass grpc://127.0.0.1:1; }", "site": SITE}
    found = bridge(texts, set(texts)).configurations
    assert sorted(one.files for one in found) == [["l"], ["site"]]


def test_an_upstream_in_an_entry_of_its_own_is_read_beside() -> None:
    """It passes nobody on, so it is not judged for itself; `nginx-grpc check` reads it as well."""
    texts = {"up": b"upstream a { server 127.0.0.1:1; }", "site": SITE}
    (one,) = bridge(texts, {"site"}).configurations
    assert one.files == ["up", "site"]
    assert bridge(texts, set()).configurations == []


def test_what_is_not_judged_keeps_nobody_out() -> None:
    texts = {
        "site": SITE,
        "broken": b"server { listen 80;",
        "body": b"server 127.0.0.1:1; server 127.0.0.1:2;",
        "main": b"http { include broken; }",
    }
    bridged = bridge(texts, {"site"})
    assert [one.files for one in bridged.configurations] == [["site"]]
    assert list(bridged.unread) == ["broken"]
