"""Configurations whose meaning was found by running them: what nginx does, and what the bridge's
document is to say of it. Measured on 1.22.1 and 1.31.3."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.live.bench import CURRENT, DEBIAN, text
from tests.live.bench.clients import call
from tests.live.bench.nginx import Nginx

# The servers that a case may name: GREETER and OTHER answer, DEAD refuses connections.


def read_timeout(nginx: Nginx) -> int:
    """The milliseconds after which a silent server is given up, in steps of 500."""
    seen = call(nginx.address, "delay=3s")
    return math.floor(seen.seconds / 0.5) * 500 if seen.code == "UNAVAILABLE" else 0


def code(nginx: Nginx) -> str:
    """The status of a call."""
    return call(nginx.address).code


def code_of_2_kb(nginx: Nginx) -> str:
    """The status of a call with a request of 2 kB."""
    return call(nginx.address, pad=2000).code


def code_of_paused_upload(nginx: Nginx) -> str:
    """The status of an upload that pauses for 1.5 s."""
    return call(nginx.address, method="Upload", send=2, gap=1.5).code


def words(nginx: Nginx) -> str:
    """The message of a failed call: which page it was."""
    return call(nginx.address).message


def authority(nginx: Nginx) -> str:
    """The :authority that the server got, named as in the configuration."""
    got = call(nginx.address, "echo=:authority").reply
    return {address: name for name, address in nginx.names.items()}.get(got, got)


def tenant(nginx: Nginx) -> str:
    """The header x-tenant that the server got."""
    return call(nginx.address, "echo=x-tenant").reply


def reached(nginx: Nginx) -> str:
    """The name of the server that got the call; "-" where none did."""
    call(nginx.address)
    addresses = {address: name for name, address in nginx.names.items()}
    last = nginx.requests()[-1].upstream_addr.split(", ")[-1]
    return addresses.get(last, last)


def answer_headers(nginx: Nginx) -> str:
    """Which of x-a and x-b came back, with their values."""
    with httpx.Client(http1=False, http2=True, trust_env=False, timeout=5) as client:
        answer = client.post(
            f"http://{nginx.address}/greeter.v1.Greeter/Hello",
            headers={"content-type": "application/grpc", "te": "trailers"},
            content=text.framed("hello"),
        )
    found = {name: value for name, value in answer.headers.items() if name in ("x-a", "x-b")}
    return " ".join(f"{name}={found[name]}" for name in sorted(found))


def upstream_connections(nginx: Nginx) -> str:
    """Whether five calls share an upstream connection."""
    server = nginx.servers["GREETER"]
    before = server.settled_connections()
    call(nginx.address, calls=5)
    return "one" if server.settled_connections() - before == 1 else "many"


@dataclass(frozen=True)
class Case:
    """One configuration. `document` holds what the bridge is to say of the location: its name, and
    values by their path in the document ("directives.grpc_read_timeout.ms")."""

    name: str
    conf: str
    probe: Callable[[Nginx], object]
    nginx_does: object
    location: str = "/"
    document: dict[str, object] = field(default_factory=dict)
    versions: tuple[str, ...] = (DEBIAN, CURRENT)


def server(inner: str, http: str = "", pass_: str = "grpc_pass grpc://GREETER;") -> str:
    """A server whose location / has `pass_`, and `inner` where it says so with {}."""
    return f"{http}\nserver {{\n    listen LISTEN http2;\n    {inner}\n}}\n".replace("PASS", pass_)


def timeout(value: int, level: str) -> dict[str, object]:
    return {"directives.grpc_read_timeout.ms": value, "directives.grpc_read_timeout.context": level}


PAGE = """
    location = /{name} {{
        internal;
        default_type application/grpc;
        add_header grpc-status 14;
        add_header grpc-message {name};
        return 200;
    }}
"""
PAGES = PAGE.format(name="one") + PAGE.format(name="two")
NO_PAGE = "Received http2 header with status: 502"
LEVELS = "grpc_read_timeout 1500ms;", "grpc_read_timeout 1s;", "grpc_read_timeout 500ms;"

CASES = [
    # Scalar settings: the innermost level wins.
    Case(
        "timeout_of_location",
        server(f"{LEVELS[1]} location / {{ PASS {LEVELS[2]} }}", LEVELS[0]),
        read_timeout,
        500,
        document=timeout(500, "location"),
    ),
    Case(
        "timeout_of_server",
        server(f"{LEVELS[1]} location / {{ PASS }}", LEVELS[0]),
        read_timeout,
        1000,
        document=timeout(1000, "server"),
    ),
    Case(
        "timeout_of_http",
        server("location / { PASS }", LEVELS[0]),
        read_timeout,
        1500,
        document=timeout(1500, "http"),
    ),
    Case(
        "timeout_of_outer_location",
        server(f"location / {{ {LEVELS[2]} location /greeter.v1.Greeter/ {{ PASS }} }}", LEVELS[0]),
        read_timeout,
        500,
        location="/greeter.v1.Greeter/",
        document=timeout(500, "location"),
    ),
    Case(
        "timeout_after_the_block_that_inherits_it",
        server(f"location / {{ PASS }} {LEVELS[2]}"),
        read_timeout,
        500,
        document=timeout(500, "server"),
    ),
    Case(
        "next_upstream_of_location",
        server(
            "grpc_next_upstream off; location / { PASS grpc_next_upstream error; }",
            "upstream u { server DEAD max_fails=0; server GREETER max_fails=0; }",
            "grpc_pass grpc://u;",
        ),
        code,
        "OK",
        document={
            "directives.grpc_next_upstream.value": "error",
            "directives.grpc_next_upstream.context": "location",
        },
    ),
    Case(
        "next_upstream_twice_adds_up",
        server(
            "grpc_next_upstream timeout; grpc_next_upstream error; location / { PASS }",
            "upstream u { server DEAD max_fails=0; server GREETER max_fails=0; }",
            "grpc_pass grpc://u;",
        ),
        code,
        "OK",
        document={"directives.grpc_next_upstream.context": "server"},
    ),
    Case(
        "next_upstream_off_wins",
        server(
            "location / { PASS grpc_next_upstream error timeout off; }",
            "upstream u { server DEAD max_fails=0; server GREETER max_fails=0; }",
            "grpc_pass grpc://u;",
        ),
        code,
        "UNAVAILABLE",
        document={"directives.grpc_next_upstream.value": "error timeout off"},
    ),
    Case(
        "body_size_of_location",
        server("client_max_body_size 1k; location / { PASS client_max_body_size 0; }"),
        code_of_2_kb,
        "OK",
        document={
            "directives.client_max_body_size.bytes": 0,
            "directives.client_max_body_size.context": "location",
        },
    ),
    Case(
        "body_size_of_server",
        server("client_max_body_size 1k; location / { PASS }", "client_max_body_size 0;"),
        code_of_2_kb,
        "UNKNOWN",
        document={
            "directives.client_max_body_size.bytes": 1024,
            "directives.client_max_body_size.context": "server",
        },
    ),
    Case(
        "body_timeout_of_location",
        server("client_body_timeout 1s; location / { PASS client_body_timeout 10s; }"),
        code_of_paused_upload,
        "OK",
        document={
            "directives.client_body_timeout.ms": 10_000,
            "directives.client_body_timeout.context": "location",
        },
    ),
    # Lists: inherited whole, or not at all.
    Case(
        "set_header_inherited",
        server("grpc_set_header x-tenant acme; location / { PASS }"),
        tenant,
        "acme",
        document={"grpc_set_header.context": "server", "grpc_set_header.names": ["x-tenant"]},
    ),
    Case(
        "set_header_of_server_lost",
        server("grpc_set_header Host a.example; location / { PASS grpc_set_header x-b b; }"),
        authority,
        "GREETER",
        document={"grpc_set_header.context": "location", "grpc_set_header.names": ["x-b"]},
    ),
    Case(
        "set_header_of_outer_location",
        server(
            "location / { grpc_set_header x-tenant acme; location /greeter.v1.Greeter/ { PASS } }"
        ),
        tenant,
        "acme",
        location="/greeter.v1.Greeter/",
        document={"grpc_set_header.context": "location", "grpc_set_header.names": ["x-tenant"]},
    ),
    Case(
        "add_header_inherited",
        server("add_header x-a server; location / { PASS }"),
        answer_headers,
        "x-a=server",
        document={"add_header.context": "server", "add_header.names": ["x-a"]},
    ),
    Case(
        "add_header_of_server_lost",
        server("add_header x-a server; location / { PASS add_header x-b location; }"),
        answer_headers,
        "x-b=location",
        document={"add_header.context": "location", "add_header.names": ["x-b"]},
    ),
    Case(
        "add_header_merged",
        server(
            "add_header x-a server; add_header_inherit merge;"
            " location / { PASS add_header x-b location; }"
        ),
        answer_headers,
        "x-a=server x-b=location",
        document={"add_header.names": ["x-b", "x-a"]},
        versions=(CURRENT,),
    ),
    Case(
        "error_page_inherited",
        server("error_page 502 = /one; location / { PASS }" + PAGES, pass_="grpc_pass DEAD;"),
        words,
        "one",
        document={"error_page.context": "server", "error_page.codes": [[502]]},
    ),
    Case(
        "error_page_of_server_lost",
        server(
            "error_page 502 = /one; location / { PASS error_page 404 = /two; }" + PAGES,
            pass_="grpc_pass DEAD;",
        ),
        words,
        NO_PAGE,
        document={"error_page.context": "location", "error_page.codes": [[404]]},
    ),
    Case(
        "error_page_first_wins",
        server(
            "location / { PASS error_page 502 = /one; error_page 502 503 = /two; }" + PAGES,
            pass_="grpc_pass DEAD;",
        ),
        words,
        "one",
        document={"error_page.codes": [[502], [502, 503]]},
    ),
    # Handlers.
    Case(
        "grpc_pass_not_inherited_by_location",
        server("location / { PASS location /greeter.v1.Greeter/ { grpc_read_timeout 9s; } }"),
        code,
        "UNIMPLEMENTED",
        location="/greeter.v1.Greeter/",
        document={"grpc_pass": "", "handler": "static"},
    ),
    Case(
        "if_inherits_grpc_pass",
        server("location / { PASS if ($request_method = POST) { set $tenant acme; } }"),
        code,
        "OK",
        location="if ($request_method = POST)",
        document={"grpc_pass": "grpc://GREETER", "handler": "grpc_pass", "own_handler": False},
    ),
    Case(
        "if_has_another_grpc_pass",
        server("location / { PASS if ($request_method = POST) { grpc_pass grpc://OTHER; } }"),
        reached,
        "OTHER",
        location="if ($request_method = POST)",
        document={"grpc_pass": "grpc://OTHER", "own_handler": True},
    ),
    Case(
        "if_inherits_timeout",
        server(
            "location / { PASS grpc_read_timeout 500ms;"
            " if ($request_method = POST) { set $tenant acme; } }"
        ),
        read_timeout,
        500,
        location="if ($request_method = POST)",
        document=timeout(500, "location"),
    ),
    Case(
        "if_replaces_add_header",
        server(
            "location / { PASS add_header x-a location;"
            " if ($request_method = POST) { add_header x-b if; } }"
        ),
        answer_headers,
        "x-b=if",
        location="if ($request_method = POST)",
        document={"add_header.names": ["x-b"]},
    ),
    Case(
        "limit_except_without_post",
        server("location / { PASS limit_except GET { deny all; } }"),
        code,
        "PERMISSION_DENIED",
        document={"arrival.answer": "no", "arrival.stop.code": 403},
    ),
    Case(
        "limit_except_with_post",
        server("location / { PASS limit_except GET POST { deny all; } }"),
        code,
        "OK",
        document={"arrival.answer": "yes"},
    ),
    Case(
        "return_beside_grpc_pass",
        server("location / { PASS return 403; }"),
        code,
        "PERMISSION_DENIED",
        document={"return.code": 403},
    ),
    Case(
        "first_return_wins",
        server("location / { return 403; return 401; }"),
        code,
        "PERMISSION_DENIED",
        document={"return.code": 403},
    ),
    Case(
        "return_of_server",
        server("return 403; location / { PASS }"),
        code,
        "PERMISSION_DENIED",
        document={"arrival.answer": "no", "arrival.stop.code": 403},
    ),
    Case(
        "rewrite_changes_the_path",
        server("location / { rewrite ^ /another.Service/Hello break; PASS }"),
        words,
        "unknown service another.Service",
        document={"arrival.answer": "yes"},
    ),
    # Two settings of one name.
    Case(
        "client_keepalive_is_not_the_pool",
        server(
            "keepalive_timeout 0; location / { PASS }",
            "upstream u { server GREETER; keepalive 8; }",
            "grpc_pass grpc://u;",
        ),
        upstream_connections,
        "one",
        document={
            "server.directives.keepalive_timeout.ms": 0,
            "upstream.directives.keepalive.number": 8,
            "upstream.keepalive_timeout": "",
        },
    ),
    # Listeners.
    Case(
        "http2_on_inherited",
        "http2 on;\nserver { listen LISTEN; location / { grpc_pass grpc://GREETER; } }",
        code,
        "OK",
        document={"listens.speaks_http2": ["yes"]},
        versions=(CURRENT,),
    ),
    Case(
        "http2_off_in_server",
        "http2 on;\nserver { listen LISTEN; http2 off; location / { grpc_pass grpc://GREETER; } }",
        code,
        "UNAVAILABLE",
        document={"listens.speaks_http2": ["no"]},
        versions=(CURRENT,),
    ),
    Case(
        "http2_of_another_server_of_the_socket",
        "server { listen LISTEN; location / { grpc_pass grpc://GREETER; } }\n"
        "server { listen LISTEN http2; server_name other.example.com; }",
        code,
        "OK",
        document={"listens.speaks_http2": ["yes"]},
    ),
]

# Where a directive may not stand: "not allowed here".
NOT_ALLOWED = {
    "if in a location": [
        "grpc_read_timeout 1s;",
        "grpc_next_upstream off;",
        "grpc_set_header x-a b;",
        "grpc_intercept_errors on;",
        "grpc_buffer_size 8k;",
        "client_max_body_size 0;",
        "client_body_timeout 1s;",
    ],
    "limit_except": ["grpc_pass grpc://127.0.0.1:50051;", "grpc_read_timeout 1s;"],
    "location": [
        "client_header_timeout 1s;",
        "large_client_header_buffers 4 8k;",
        "underscores_in_headers on;",
        "ignore_invalid_headers off;",
        "http2_max_concurrent_streams 10;",
        "keepalive 8;",
    ],
    "server": ["grpc_pass grpc://127.0.0.1:50051;", "keepalive 8;"],
    "upstream": ["grpc_read_timeout 1s;", "grpc_next_upstream off;"],
}
ALLOWED = {
    "if in a location": [
        "grpc_pass grpc://127.0.0.1:50051;",
        "error_page 502 = /one;",
        "add_header x-a b;",
        "return 403;",
    ],
    "location": ["client_body_timeout 1s;", "keepalive_timeout 1s;", "client_max_body_size 0;"],
    "upstream": ["keepalive 8;", "keepalive 8; keepalive_timeout 1s;"],
}
INSIDE = {
    "if in a location": "location / {{ if ($request_method = POST) {{ {} }} }}",
    "limit_except": "location / {{ limit_except GET {{ {} }} }}",
    "location": "location / {{ {} }}",
    "server": "{}",
}

# Twice in one block: an error, or not.
DUPLICATE = [
    "grpc_read_timeout 1s;",
    "grpc_pass grpc://127.0.0.1:50051;",
    "client_max_body_size 0;",
    "default_type text/plain;",
    "grpc_intercept_errors on;",
]
NOT_DUPLICATE = [
    "grpc_next_upstream error;",
    "grpc_set_header x-a b;",
    "add_header x-a b;",
    "error_page 502 = /one;",
    "return 403;",
]
