"""NG217 grpc-web-untranslated: CORS headers in a plain grpc_pass location.

They promise browsers a service that nginx does not have: it does not translate gRPC-Web.
"""

import httpx

from tests.live.bench import every, grpc_server, text

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        add_header Access-Control-Allow-Origin https://shop.example.com always;
        add_header Access-Control-Allow-Headers X-Grpc-Web always;
    }
}
"""
ACCEPTED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""


def web_call(address):
    """A call as a browser makes it, over HTTP/2."""
    with httpx.Client(http1=False, http2=True, trust_env=False, timeout=5) as browser:
        return browser.post(
            f"http://{address}/greeter.v1.Greeter/Hello",
            headers={"content-type": "application/grpc-web+proto", "x-grpc-web": "1"},
            content=text.framed("hello"),
        )


def test_web_client(story):
    """The gRPC server refuses the content type of gRPC-Web, with headers that invite it."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            answer = web_call(nginx.address)
            assert answer.status_code == 415
            assert "access-control-allow-origin" in answer.headers
            nginx.note("a gRPC-Web call", f"HTTP {answer.status_code}")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
            assert "access-control-allow-origin" not in web_call(nginx.address).headers


def test_content_type(story):
    """With the header line the server answers, in what a browser can't read."""
    denied = ACCEPTED.replace(
        "grpc_pass grpc://greeter;",
        "grpc_pass grpc://greeter; grpc_set_header Content-Type application/grpc;",
    )
    with grpc_server() as greeter:
        with story.denied(denied, GREETER=greeter) as nginx:
            answer = web_call(nginx.address)
            nginx.note("a gRPC-Web call", f"HTTP {answer.status_code}")
            assert answer.headers.get("content-type", "") != "application/grpc-web+proto"
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


def test_answer_in_an_if(story):
    """The answer to a browser's question is an invitation as well."""
    denied = ACCEPTED.replace(
        "grpc_pass",
        "if ($request_method = OPTIONS) "
        "{ add_header Access-Control-Allow-Origin * always; return 204; } grpc_pass",
    )
    with grpc_server() as greeter:
        with story.denied(denied, GREETER=greeter) as nginx:
            assert web_call(nginx.address).status_code == 415
            nginx.note("a gRPC-Web call", "HTTP 415")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
