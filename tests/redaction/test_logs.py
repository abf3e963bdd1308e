"""Logs: nobody's name or address is left, what programs say of themselves is, all comes back."""

from __future__ import annotations

import pytest

from nginx_grpc.explain import table
from nginx_grpc.explain.recognition import Recogniser
from nginx_grpc.redaction.logs import is_log
from nginx_grpc.redaction.redactor import Redactor
from nginx_grpc.redaction.restoring import Restorer

V6 = "2001:470:77::1"
REST = (
    ", client: 203.0.113.7, server: api.acme.com, "
    'request: "POST /acme.Cart/Add HTTP/2.0", upstream: "grpc://10.0.0.7:50051", '
    'host: "api.acme.com"'
)


def redacted(*lines: str) -> list[str]:
    """The lines with pseudonyms; they come back, and a second run changes nothing."""
    data = "\n".join(lines).encode()
    redactor = Redactor()
    redactor.log(data)
    redactor.settle()
    done = redactor.log(data)
    assert Restorer(redactor.kept()).text(done) == data
    again = Redactor()
    again.log(done)
    again.settle()
    assert again.log(done) == done
    return done.decode().split("\n")


def lines_of(source: str) -> list[str]:
    """Each message of a source, as it stands in a log."""
    said = [
        says.replace("…", " acme ").lstrip()
        for entry in table.SOURCES[source]
        for says in entry.says
    ]
    if source == "nginx -t and start":
        return [f"2026/11/28 03:12:44 [emerg] 1#1: {message}" for message in said]
    if source.startswith("nginx"):
        return [f"2026/11/28 03:12:44 [error] 1#1: *7 {message}{REST}" for message in said]
    return said


@pytest.mark.parametrize("source", table.SOURCES)
def test_what_is_explained_is_explained_the_same(source: str) -> None:
    lines = lines_of(source)
    recogniser = Recogniser()

    def explained(line: str) -> str | None:
        recogniser.see("so that nothing goes on over lines")
        entry = recogniser.see(line).entry
        return entry and entry.name

    for line, shown in zip(lines, redacted(*lines), strict=True):
        assert explained(line) == explained(shown), shown
        assert "acme" not in shown.lower()


@pytest.mark.parametrize(
    "line",
    [
        f'{V6} - - [28/Nov/2026:03:12:48 +0000] "POST /a.B/C HTTP/2.0" 502 157 "-" "-"',
        f"2026/11/28 03:12:44 [error] 31#31: *7 connect() to [{V6}]:443 failed, client: {V6}",
        f"connect to {V6}",
        f"connect to {V6}, ({V6}) addr={V6} [{V6}]:443 {V6}%eth0",
        f"ipv6:%5B{V6}%5D:443 ipv6:[{V6}]:443",
        f'{{"remote_addr":"{V6}","status":502,"peers":["{V6}"]}}',
        f"{V6}",
    ],
)
def test_an_address_of_digits_alone(line: str) -> None:
    (shown,) = redacted(line)
    assert "470" not in shown


def test_times_and_connections_are_no_addresses() -> None:
    line = "2026/11/28 03:12:44 [error] 31#31: *7 recv() failed (104: x) at 03:12:44"
    assert redacted(line) == [line]


def test_words_of_nginx_stand_for_no_domain() -> None:
    """The third top-level domain was `invalid`, and what came back `ignore_internal_headers`."""
    hosts = "".join(f"server a.acme.{domain}:1; " for domain in ("com", "net", "internal", "io"))
    text = (
        f"upstream u {{ {hosts}}} server {{ ignore_invalid_headers off; location / {{"
        " grpc_pass grpc://u; grpc_next_upstream error invalid_header; } }"
    )
    redactor = Redactor()
    redactor.text(text.encode())
    redactor.settle()
    done = redactor.text(text.encode())
    assert b"ignore_invalid_headers off" in done
    assert Restorer(redactor.kept()).text(done).decode() == text


@pytest.mark.parametrize(
    "line",
    [
        "[pod/web/nginx] 2026/11/28 03:12:44 [error] 31#31: *1 x, client: 203.0.113.7",
        "error.log:7:2026/11/28 03:12:44 [error] 31#31: *1 x, client: 203.0.113.7",
        "rpc error: code = Unavailable desc = error reading from server: EOF",
        "io.grpc.StatusRuntimeException: UNAVAILABLE: io exception",
    ],
)
def test_what_is_a_log(line: str) -> None:
    assert is_log(f"\n{line}\n".encode())


@pytest.mark.parametrize(
    "text",
    [
        "# rpc error: code = Unavailable desc = x\nevents {}\n",
        "events {}\n",
        "apiVersion: v1\nkind: ConfigMap\n",
        "location / {\n",
        "grpc_pass\n  grpc://a:1;\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_log(text.encode())
