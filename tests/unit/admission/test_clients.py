"""Whose certificate is let in."""

from __future__ import annotations

import pytest

from nginx_grpc.admission.tls import client_is

SERVER = {
    "subject": ((("organizationName", "system:masters"),), (("commonName", "kube-apiserver"),)),
    "subjectAltName": (("DNS", "apiserver.test"), ("IP Address", "127.0.0.1"), ("DNS", "b.test")),
}


@pytest.mark.parametrize(
    ("names", "let_in"),
    [
        (set(), True),
        ({"kube-apiserver"}, True),
        ({"b.test"}, True),
        ({"other", "apiserver.test"}, True),
        ({"system:masters"}, False),
        ({"127.0.0.1"}, False),
        ({"kube-apiserver.evil"}, False),
    ],
)
def test_by_its_names(names: set[str], let_in: bool) -> None:
    assert client_is(SERVER, frozenset(names)) is let_in


@pytest.mark.parametrize("none", [None, {}])
def test_never_without_a_certificate(none: dict[str, object] | None) -> None:
    assert not client_is(none, frozenset())
    assert not client_is(none, frozenset({"kube-apiserver"}))
