"""nginx configurations to apply: one that is right, and ones that are not."""

from __future__ import annotations

GOOD = """\
events {}

http {
    upstream greeter {
        zone greeter 64k;
        server 10.0.0.1:50051 max_fails=0;
        server 10.0.0.2:50051 max_fails=0;
        keepalive 32;
        keepalive_timeout 20s;
        keepalive_time 20s;
    }
    server {
        listen 8443 ssl;
        http2 on;
        server_name api.internal;
        ssl_certificate     certs/server.crt;
        ssl_certificate_key certs/server.key;
        ssl_protocols       TLSv1.2 TLSv1.3;
        grpc_intercept_errors on;
        error_page 502 503 504 = /grpc_unavailable;
        location /helloworld.Greeter/ {
            grpc_pass grpc://greeter;
            grpc_connect_timeout 5s;
            grpc_read_timeout 300s;
            grpc_send_timeout 300s;
            client_body_timeout 300s;
            grpc_next_upstream error timeout;
            grpc_next_upstream_tries 2;
        }
        location = /grpc_unavailable {
            internal;
            default_type application/grpc;
            add_header grpc-status 14;
            add_header grpc-message "upstream unavailable";
            return 200;
        }
    }
}
"""

#: gRPC sent out by proxy_pass: NG101, whatever else.
BAD = GOOD.replace("grpc_pass grpc://greeter", "proxy_pass http://greeter")
#: Right, with what is warned of: the old way to say HTTP/2.
WARNED = GOOD.replace("listen 8443 ssl;\n        http2 on;", "listen 8443 ssl http2;")
#: What can't be judged: the target of a variable that the client sets.
UNJUDGED = GOOD.replace("grpc_read_timeout 300s;", "include timeouts.inc;")


def sized(size: int, *, bad: bool = False, seed: int = 0) -> str:
    """A right (or wrong) configuration of about `size` bytes, another for each seed."""
    head, location, tail = _parts(seed)
    count = max(1, (size - len(head) - len(tail)) // len(location.format(0)))
    locations = "".join(location.format(number) for number in range(count))
    text = head + locations + tail
    return text.replace("grpc_pass grpc://", "proxy_pass http://", 1) if bad else text


def _parts(seed: int) -> tuple[str, str, str]:
    before, _, rest = GOOD.partition("        location /helloworld.Greeter/")
    body, _, after = rest.partition("        location = ")
    location = "        location /shop.Orders{}/" + body.replace("{", "{{").replace("}", "}}")
    head = before.replace("api.internal", f"api{seed}.internal")
    return head, location, "        location = " + after
