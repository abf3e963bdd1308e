"""Targets of grpc_pass that nginx does not load are refused, and no others."""

import pytest

from nginx_grpc.errors import Refused
from tests.oracle.nginx import Judge, binaries
from tests.unit.model.reading import read

pytestmark = pytest.mark.skipif(not binaries(), reason="no nginx on this machine")

REFUSED = [
    *("http://g", "https://g", "grpc://g/", "grpc://g/x", "GRPCS://g/x", "g/x", "127.0.0.1:1/x"),
    *("grpc://", '""', "grpc://g:50051", "g:50051", "grpcs://G:50051"),
]
LOADED = [
    *(
        "g",
        "grpc://g",
        "GRPC://G",
        "grpcs://g",
        "127.0.0.1:50051",
        "[::1]:50051",
        "localhost:50051",
    ),
    *("unix:/run/a/b.sock", "grpc://unix:/run/a.sock"),
]


@pytest.mark.parametrize("version", sorted(binaries()))
@pytest.mark.parametrize("before", [True, False])
def test_as_nginx_does(version, before):
    judge = Judge(binaries()[version])
    try:
        for target in (*REFUSED, *LOADED):
            blocks = [
                "upstream g { server 127.0.0.1:50051; }",
                f"server {{ listen 127.0.0.1:18099; location / {{ grpc_pass {target}; }} }}",
            ]
            text = f"events {{ }} http {{ {' '.join(blocks if before else blocks[::-1])} }}"
            loads = judge.verdict(text.encode()).kind == "accepted"
            assert loads == (target in LOADED), target
            if loads:
                assert read(text)
            else:
                with pytest.raises(Refused, match=r":1: a grpc_pass that nginx does not load: "):
                    read(text)
    finally:
        judge.close()
