"""NG102 grpc-pass-scheme: a grpc_pass that does not say grpc:// or grpcs://.

To a plaintext server it makes no difference, which is shown first. It matters on the day when the
server gets TLS: no scheme means plaintext.
"""

from tests.live.bench import certificate, every, grpc_server

DENIED = """
server {
    listen LISTEN http2;
    location / { grpc_pass GREETER; }
}
"""


def test_plaintext_server(story):
    """Without a scheme the call goes out in plaintext, as with grpc://."""
    with grpc_server() as greeter:
        for stage, conf in (
            (story.denied, DENIED),
            (story.accepted, DENIED.replace("GREETER", "grpc://GREETER")),
        ):
            with stage(conf, GREETER=greeter) as nginx:
                assert nginx.codes() == every("OK")


def test_tls_server(story):
    """Without a scheme nginx speaks plaintext to a server that wants TLS."""
    with grpc_server(tls=certificate("greeter.example.com")) as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream prematurely closed connection while reading response header")
        with story.accepted(DENIED.replace("GREETER", "grpcs://GREETER"), GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
