"""What a configuration means, by what nginx does with it: the ground of the bridge's document."""

import pytest

from tests.live.bench import CURRENT, dead_address, grpc_server, nginx, nginx_test
from tests.live.bench.nginx import fill, folder
from tests.live.bench.verdict import document
from tests.live.inheritance import (
    ALLOWED,
    CASES,
    DUPLICATE,
    INSIDE,
    NOT_ALLOWED,
    NOT_DUPLICATE,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nginx(version, case):
    with grpc_server() as greeter, grpc_server() as other, dead_address() as dead:
        servers = {"GREETER": greeter, "OTHER": other, "DEAD": dead}
        if version not in case.versions:
            assert not nginx_test(case.conf, version, **servers).ok
            return
        with nginx(case.conf, version, **servers) as running:
            running.servers = servers
            assert case.probe(running) == case.nginx_does


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_document(case):
    """The bridge says of the same text what nginx does with it."""
    addresses = {"GREETER": "127.0.0.1:1", "OTHER": "127.0.0.1:2", "DEAD": "127.0.0.1:3"}
    with folder(case.conf, CURRENT, addresses) as here:
        bridged = document(here.conf)
    server = bridged["servers"][0]
    (location,) = (each for each in server["locations"] if each["name"] == case.location)
    for path, value in case.document.items():
        assert said(path, location, server, bridged) == fill_in(value, addresses), path


def said(path, location, server, bridged):
    """What the document says at `path`: in the location, in its lists, or in the server."""
    top, _, rest = path.partition(".")
    if top == "listens":
        return [listen[rest] for listen in server["listens"]]
    if top in ("grpc_set_header", "add_header"):
        found = bridged["header_lists"][location[top]]
        return [header["name"] for header in found["headers"]] if rest == "names" else found[rest]
    if top == "error_page":
        found = bridged["error_page_lists"][location[top]]
        return [page["codes"] for page in found["pages"]] if rest == "codes" else found[rest]
    here = {**location, "server": server, "upstream": next(iter(bridged["upstreams"]), None)}
    for key in path.split("."):
        here = here[key]
    return here


def fill_in(value, addresses):
    return fill(value, addresses) if isinstance(value, str) else value


def accepts(version, directive, inside="location"):
    """Whether nginx starts with the directive there, and what it says."""
    if inside == "upstream":
        conf = f"upstream u {{ server 127.0.0.1:50051; {directive} }}"
    else:
        conf = f"server {{ listen LISTEN; {INSIDE[inside].format(directive)} }}"
    return nginx_test(conf, version)


@pytest.mark.parametrize("inside", NOT_ALLOWED)
def test_not_allowed(version, inside):
    for directive in NOT_ALLOWED[inside]:
        assert "directive is not allowed here" in accepts(version, directive, inside).said, (
            directive
        )


@pytest.mark.parametrize("inside", ALLOWED)
def test_allowed(version, inside):
    for directive in ALLOWED[inside]:
        assert accepts(version, directive, inside).ok, directive


def test_duplicates(version):
    for directive in DUPLICATE:
        assert "directive is duplicate" in accepts(version, directive * 2).said, directive
    for directive in NOT_DUPLICATE:
        assert accepts(version, directive * 2).ok, directive
    for block in ("location / { }", "location = /a { }"):
        assert "duplicate location" in accepts(version, block * 2, "server").said
    twice = "upstream u { server 127.0.0.1:50051; } " * 2
    assert 'duplicate upstream "u"' in nginx_test(twice, version).said
    same_name = "server { listen LISTEN; server_name a.example.com; } " * 2
    said = nginx_test(same_name, version)
    assert said.ok
    assert 'conflicting server name "a.example.com"' in said.said
