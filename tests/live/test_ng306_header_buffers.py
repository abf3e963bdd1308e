"""NG306 header-buffers: metadata that does not fit nginx's buffers."""

from tests.live.bench import CURRENT, DEBIAN, c_core_server, every, grpc_server, grpc_settings

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        grpc_buffer_size 4k;
    }
}
"""
LARGE = CONF.replace("4k", "16k")
REQUEST = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    large_client_header_buffers 4 1k;
    location / { grpc_pass grpc://greeter; }
}
"""


def test_trailers(story):
    """From 1.31.3 the trailers have to fit grpc_buffer_size; before they pass in any size."""
    settings = grpc_settings(response_metadata=6000)
    with c_core_server() as greeter:
        if story.version == CURRENT:
            with story.denied(CONF, settings, GREETER=greeter) as nginx:
                assert nginx.codes("details=4500") == every("INTERNAL")
                nginx.logged("upstream sent too large http2 header")
                assert nginx.call("details=2000").code == "OK"
            with story.accepted(LARGE, settings, GREETER=greeter) as nginx:
                assert nginx.call("details=4500").code == "OK"
        else:
            with story.accepted(CONF, settings, GREETER=greeter) as nginx:
                assert nginx.call("details=4500").code == "OK"


def test_huffman(story):
    """2,900 bytes are 3,867 in base64, which would fit: nginx counts 8/5 of their coded length."""
    settings = grpc_settings(response_metadata=3900)
    with c_core_server() as greeter:
        if story.version == DEBIAN:
            with story.accepted(CONF, settings, GREETER=greeter) as nginx:
                assert nginx.call("details=2900").code == "OK"
            return
        with story.denied(CONF, settings, GREETER=greeter) as nginx:
            assert nginx.call("details=2900").code == "INTERNAL"
            nginx.logged("upstream sent too large http2 header")
        with story.accepted(CONF.replace("4k", "7k"), settings, GREETER=greeter) as nginx:
            assert nginx.call("details=2900").code == "OK"


def test_request(story):
    """A client's metadata above large_client_header_buffers ends its connection."""
    metadata = {"metadata": {"x-large": "A" * 3000}}
    with grpc_server() as greeter:
        with story.denied(REQUEST, GREETER=greeter) as nginx:
            assert nginx.call(**metadata).code == "UNAVAILABLE"
        with story.accepted(REQUEST.replace("1k", "8k"), GREETER=greeter) as nginx:
            assert nginx.codes(**metadata) == every("OK")


def test_request_of_settings(story):
    """The default, 8k, is too little for 20,000 bytes."""
    settings = grpc_settings(request_metadata=20000)
    metadata = {"metadata": {"x-large": "A" * 20000}}
    default = REQUEST.replace("    large_client_header_buffers 4 1k;\n", "")
    with grpc_server() as greeter:
        with story.denied(default, settings, GREETER=greeter) as nginx:
            assert nginx.call(**metadata).code == "UNAVAILABLE"
        with story.accepted(REQUEST.replace("1k", "32k"), settings, GREETER=greeter) as nginx:
            assert nginx.call(**metadata).code == "OK"


def test_answer(story):
    """32 bytes hold no answer's headers, and 64 those of an error by chance."""
    with c_core_server() as core, grpc_server() as greeter:
        small = CONF.replace("4k", "32")
        with story.denied(small, GREETER=core) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream sent too big header")
        with story.denied(small, GREETER=greeter) as nginx:
            assert nginx.codes("code=7") == every("UNAVAILABLE")
        with story.accepted(CONF, GREETER=greeter) as nginx:
            assert nginx.codes("code=7") == every("PERMISSION_DENIED")


def test_number_of_headers(story):
    """max_headers counts gRPC's own headers, and metadata. Debian's 1.22.1 has it as well."""
    conf = REQUEST.replace("large_client_header_buffers 4 1k", "max_headers MOST")
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, MOST="3") as nginx:
            assert nginx.noted("calls") == every("INTERNAL")
        metadata = {f"x-{number}": "a" for number in range(12)}
        with story.denied(conf, GREETER=greeter, MOST="15") as nginx:
            assert nginx.noted("calls with metadata", metadata=metadata)["C-core"] == "INTERNAL"
        with story.accepted(conf, GREETER=greeter, MOST="1000") as nginx:
            assert nginx.call(metadata=metadata).code == "OK"


def test_beginning_of_http2(story):
    """From 1.25.1 a plaintext socket reads 24 bytes before it knows that they are HTTP/2's."""
    conf = REQUEST.replace("large_client_header_buffers 4 1k", "client_header_buffer_size SIZE")
    small, enough = conf.replace("SIZE", "23"), conf.replace("SIZE", "24")
    with grpc_server() as greeter:
        if story.version == CURRENT:
            with story.denied(small, GREETER=greeter) as nginx:
                assert nginx.call().code == "UNAVAILABLE"
        else:
            with story.accepted(small, GREETER=greeter) as nginx:
                assert nginx.codes() == every("OK")
        with story.accepted(enough, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
