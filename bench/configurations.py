"""Configurations to measure with: N times an upstream, a server and four gRPC locations.

A service is 4 KB of text: 100 of them are 396 KB, 1,000 are 4 MB, 5,000 are 20 MB. nginx takes the
whole, and `nginx-grpc check` finds nothing in it.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["SIZES", "text", "write"]

SIZES = {"4 KB": 1, "396 KB": 100, "4 MB": 1_000, "20 MB": 5_000}

_HEAD = """\
worker_processes 2;

events {
    worker_connections 1024;
}

http {
    server_names_hash_max_size 65536;
    server_names_hash_bucket_size 128;
    grpc_connect_timeout 3s;

"""

_UPSTREAM = """\
    # Service {name}, owned by team {team}.
    upstream {name} {{
        zone {name} 64k;
        least_conn;
        server 10.{high}.{low}.1:50051 max_fails=0;
        server 10.{high}.{low}.2:50051 max_fails=0;
        keepalive 64;
        keepalive_timeout 20s;
        keepalive_time 20s;
    }}

    server {{
        listen 127.0.0.1:18080 http2;
        server_name {name}.api.example.com;
        client_max_body_size 16m;
        keepalive_timeout 300s;
        access_log off;

"""

_LOCATION = """\
        # {kind}: unary calls and streams, silent for five minutes at most.
        location /{package}.v1.{kind}/ {{
            if ($request_method = PUT) {{
                return 405;
            }}
            grpc_pass grpc://{name};
            grpc_set_header Host $host;
            grpc_set_header X-Real-IP $remote_addr;
            grpc_set_header X-Service "{name}";
            grpc_read_timeout 300s;
            grpc_send_timeout 300s;
            client_body_timeout 300s;
            grpc_buffer_size 16k;
            grpc_next_upstream error timeout;
            grpc_next_upstream_tries 2;
            grpc_next_upstream_timeout 10s;
            grpc_intercept_errors on;
            error_page 502 503 504 = /grpc_unavailable;
            add_header X-Served-By $hostname always;
        }}

"""

_ERROR = """\
        location = /grpc_unavailable {
            internal;
            default_type application/grpc;
            add_header grpc-status 14 always;
            add_header grpc-message "upstream unavailable" always;
            return 200;
        }
    }

"""

_KINDS = ("Greeter", "Orders", "Inventory", "Billing")


def text(services: int, *, one_line: bool = False, fault: bool = False) -> str:
    """A configuration of so many services.

    Args:
        one_line: without line breaks and comments, as a minifier would write it.
        fault: each location reads with a timeout that is too short: a finding a location.
    """
    parts = [_HEAD]
    for number in range(services):
        name = f"svc{number:05d}"
        parts.append(
            _UPSTREAM.format(name=name, team=number % 40, high=number >> 8 & 255, low=number & 255)
        )
        parts += [_LOCATION.format(name=name, package=name, kind=kind) for kind in _KINDS]
        parts.append(_ERROR)
    parts.append("}\n")
    whole = "".join(parts)
    if fault:
        whole = whole.replace("grpc_read_timeout 300s;", "grpc_read_timeout 5s;")
    if one_line:
        lines = (line.strip() for line in whole.splitlines())
        whole = " ".join(line for line in lines if line and not line.startswith("#"))
    return whole


def write(folder: Path, services: int, *, one_line: bool = False, fault: bool = False) -> Path:
    """Writes such a configuration into a folder; returns its file."""
    kind = ("-one-line" if one_line else "") + ("-fault" if fault else "")
    file = folder / f"{services}{kind}.conf"
    file.write_text(text(services, one_line=one_line, fault=fault))
    return file


def main() -> int:
    """Writes what is measured with into a folder, in a process of its own: configurations of so
    many services, and as `faults`, `files` and `large` what is measured beside them."""
    folder, *words = sys.argv[1:]
    for word in dict.fromkeys(words):
        if word == "faults":
            write(Path(folder), SIZES["20 MB"], fault=True)
        elif word == "large":
            write(Path(folder), 50_000)
        elif word == "files":
            for number in range(1_000):
                inner = Path(folder, "files", str(number))
                inner.mkdir(parents=True)
                write(inner, 1)
        else:
            write(Path(folder), int(word))
    return 0


if __name__ == "__main__":
    sys.exit(main())
