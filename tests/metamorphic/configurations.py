"""The configurations that are rewritten: the examples, the live tests' own, the samples."""

from __future__ import annotations

import importlib
import io
import pathlib
from collections.abc import Iterator
from functools import cache

from nginx_grpc import sources
from nginx_grpc.errors import Refused
from tests.corpus.filled import FILLED
from tests.corpus.samples import samples
from tests.engines.configurations import ROOT, filled
from tests.metamorphic.text import NotRewritten, parse

# One of each thing that the rewritings are about.
RICH = """\
# the whole
worker_processes 2;
events { worker_connections 64; }
http {
    default_type application/octet-stream;
    underscores_in_headers off;
    client_body_timeout 30s;
    grpc_connect_timeout 10s;
    map $http_x_tenant $backend {
        default greeter;
        "~^blue;" "orders";
    }
    upstream greeter {
        server 10.0.0.1:50051 max_fails=2;
        server 10.0.0.2:50051;
        keepalive 16;
        keepalive_timeout 20s;
        keepalive_time 1h;
    }
    upstream orders {
        least_conn;
        server orders.example:443;
        keepalive 8;
    }
    server {
        listen 8080 http2;
        server_name api.example "~^(www\\\\.)?shop\\\\.example$";
        error_page 502 503 504 = /unavailable;
        error_page 502 = /second;
        grpc_set_header X-Outer "a b";
        grpc_read_timeout 90s;
        location /greeter.v1.Greeter/ {
            grpc_pass grpc://greeter;
            grpc_set_header Host $host;
            grpc_send_timeout 1m;
            grpc_buffer_size 2m;
            grpc_intercept_errors on; # as the list says
        }
        location ~ "^/orders\\\\.v[0-9]{1,2}\\\\." {
            # nginx-grpc: ignore NG401 until=2999-01-01 owner=orders reason=inside the cluster
            grpc_pass grpcs://orders;
            client_max_body_size 1m;
            if ($http_x_debug = "on;") {
                add_header X-Debug "{on}" always;
            }
        }
        location /any/ { grpc_pass $backend; grpc_next_upstream error timeout http_502; }
        location = /unavailable {
            internal;
            default_type application/grpc;
            add_header grpc-status 14 always;
            return 200;
        }
        location = /second { return 204; }
    }
    server {
        listen 8443 ssl;
        http2 on;
        location / {
            grpc_pass greeter;
            grpc_read_timeout 10m;
            grpc_next_upstream_tries 1;
            proxy_read_timeout 1h;
        }
    }
    server { listen 8081; location /pkg.Plain/ { proxy_pass http://greeter; } }
}
"""


# load_module and a location in one file: where an include of it stands nginx takes none.
_OF_TWO_CONTEXTS = ("153-nginx-grpc-web-readme-doc1.conf",)


@cache
def all_of_them() -> dict[str, str]:
    """Texts by name, one character a byte: all that the bridge takes and that can be rewritten."""
    found = {"rich": RICH, **dict(_examples()), **dict(_live()), **dict(_samples())}
    return {name: text for name, text in found.items() if _is_taken(text)}


def _is_taken(text: str) -> bool:
    try:
        read = sources.read(["-"], stdin=io.BytesIO(text.encode("latin-1")))
        # Objects of Kubernetes are read, too, and are no nginx text to rewrite.
        if any(configuration.kind == "manifest" for configuration in read):
            return False
        parse(text)
    except (Refused, NotRewritten):
        return False
    return True


def _examples() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "examples").rglob("*.conf")):
        yield str(path.relative_to(ROOT)), path.read_text("latin-1")


def _live() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "tests" / "live").glob("test_*.py")):
        module = importlib.import_module(f"tests.live.{path.stem}")
        for name, text in sorted(vars(module).items()):
            if name.isupper() and isinstance(text, str) and "{" in text:
                yield f"{path.stem}.{name}", filled(text)


def _samples() -> Iterator[tuple[str, str]]:
    for sample in samples().values():
        fill = FILLED.get(sample.file)
        if pathlib.Path(sample.file).suffix != ".yaml" and sample.file not in _OF_TWO_CONTEXTS:
            text = sample.text if fill is None else fill(sample.text.decode()).encode()
            yield f"sample {sample.file}", text.decode("latin-1")
