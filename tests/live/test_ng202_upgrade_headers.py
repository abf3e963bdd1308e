"""NG202 upgrade-headers: proxy_set_header Upgrade and Connection left in a gRPC location.

No call fails: nginx does not send them with grpc_pass. The server tells which headers it got.
"""

from tests.live.bench import every, grpc_server

ACCEPTED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
    }
}
"""
DENIED = ACCEPTED.replace(
    "grpc_pass",
    "proxy_set_header Upgrade websocket;\n"
    '        proxy_set_header Connection "upgrade";\n'
    "        grpc_pass",
)


def test_headers_are_not_sent(story):
    """What proxy_set_header says never reaches the gRPC server."""
    with grpc_server() as greeter:
        for stage, conf in ((story.denied, DENIED), (story.accepted, ACCEPTED)):
            with stage(conf, GREETER=greeter) as nginx:
                assert nginx.codes() == every("OK")
                nginx.note("Upgrade that the server got", nginx.call("echo=upgrade").reply)
                assert nginx.record["notes"] == {"Upgrade that the server got": ""}
