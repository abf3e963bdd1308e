"""NG205 max-fails: one reset takes a server out for ten seconds, two resets a service of two."""

from tests.live.bench import every, raw_server
from tests.live.bench.misbehaving import cancels_slow, resets_second_use

DENIED = """
upstream greeter { zone greeter 64k; server ONE; server TWO; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("ONE", "ONE max_fails=0").replace("TWO", "TWO max_fails=0")


def test_two_stale_connections(story):
    """Two good servers reset one stale connection each: the next calls meet no live upstream."""
    with raw_server(resets_second_use) as one, raw_server(resets_second_use) as two:
        with story.denied(DENIED, ONE=one, TWO=two) as nginx:
            assert nginx.call(calls=12).codes == {"OK": 2, "UNAVAILABLE": 10}
            nginx.logged("upstream server temporarily disabled")
            nginx.logged("no live upstreams while connecting to upstream")
        with story.accepted(ACCEPTED, ONE=one, TWO=two) as nginx:
            assert nginx.call(calls=12).codes == {"OK": 6, "UNAVAILABLE": 6}


def test_deadlines(story):
    """Expired deadlines count as failures of the servers: after two, nobody else is served."""
    with raw_server(cancels_slow) as one, raw_server(cancels_slow) as two:
        for stage, conf, others in (
            (story.denied, DENIED, "UNAVAILABLE"),
            (story.accepted, ACCEPTED, "OK"),
        ):
            with stage(conf, ONE=one, TWO=two) as nginx:
                nginx.call(calls=2, metadata={"slow": "yes"})
                nginx.logged("upstream rejected request with error 8")
                assert nginx.codes() == every(others)
