"""NG206 retry-expectation: conditions of grpc_next_upstream that do nothing for gRPC, or harm.

nginx sends a call on while it comes in, and does not repeat what it has begun to send.
"""

import pytest

from tests.live.bench import grpc_server, raw_server
from tests.live.bench.misbehaving import answers_http, refuses, resets_every_call, resets_second_use

DENIED = """
upstream greeter { server BAD max_fails=0; server GOOD max_fails=0; keepalive 32; }
server {
    listen LISTEN http2;
    grpc_next_upstream error timeout invalid_header http_502 http_503 non_idempotent;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace(" invalid_header http_502 http_503 non_idempotent", "")
FAULTS = {"reset": resets_every_call, "http_503": answers_http(503), "refused_stream": refuses}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_effect(story, fault):
    """Every second call meets the bad server and fails, with the conditions and without."""
    with raw_server(FAULTS[fault]) as bad, grpc_server() as good:
        for stage, conf in ((story.denied, DENIED), (story.accepted, ACCEPTED)):
            with stage(conf, BAD=bad, GOOD=good) as nginx:
                assert nginx.call(calls=10).codes == {"OK": 5, "UNAVAILABLE": 5}
                assert {len(r.upstream_addr.split(",")) for r in nginx.requests(10)} == {1}


HARMFUL = """
upstream greeter { server STALE max_fails=0; server GOOD max_fails=0 backup; keepalive 32; }
server {
    listen LISTEN http2;
    grpc_next_upstream error timeout non_idempotent;
    location / {
        auth_request /authorize;
        grpc_pass grpc://greeter;
    }
    location = /authorize {
        internal;
        proxy_pass http://LISTEN_AUTHORIZE;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }
}
server { listen LISTEN_AUTHORIZE; return 204; }
"""


def test_harm(story):
    """Behind auth_request the call is repeated, but with the old stream id before its data: the
    server waits for the data until the client's deadline. Without the retry it fails at once."""
    with raw_server(resets_second_use) as stale, grpc_server() as good:
        with story.denied(HARMFUL, STALE=stale, GOOD=good) as nginx:
            seen = nginx.call(calls=6, deadline=1)
            assert seen.failed == 3
            assert min(one.seconds for one in seen.outcomes if one.code != "OK") > 0.9
        without = HARMFUL.replace(" non_idempotent", "")
        with story.accepted(without, STALE=stale, GOOD=good) as nginx:
            seen = nginx.call(calls=6, deadline=1)
            assert seen.codes == {"OK": 3, "UNAVAILABLE": 3}
            assert seen.seconds < 0.5
