"""What real configurations hold that a policy is easily wrong about, each with the right verdict.

Every test goes the whole way: text, document, embedded engine, findings. What it lists is all that
is found.
"""

import io

import pytest

from nginx_grpc import check, engines, sources
from nginx_grpc.settings_search import Given

# What the article's checklist asks for and these owners do not have: nothing here that is broken.
NO_ERROR_PAGES = {"NG108", "NG109"}

UPSTREAM = """
    upstream greeter {
        zone greeter 64k;
        server 10.0.0.1:50051 max_fails=0;
        server 10.0.0.2:50051 max_fails=0;
        keepalive 32;
        keepalive_timeout 20s;
    }
"""

# A location about which the checklist has nothing to say, but for its error pages.
PASS = """
            grpc_pass grpc://greeter;
            grpc_connect_timeout 5s;
            grpc_read_timeout 10m;
            client_body_timeout 10m;
            grpc_intercept_errors on;
"""

PAGE = """
        error_page 502 503 504 = /unavailable;
        location = /unavailable {
            internal;
            default_type application/grpc;
            add_header grpc-status 14;
            return 200;
        }
"""


class Verdict:
    """Ids of the faults by level, each with its line; and what NG005 says."""

    def __init__(self, findings):
        faults = [finding for finding in findings if finding.outcome == "fault"]
        self.denied = {(each.id, each.line) for each in faults if each.level == "deny"}
        self.warned = {(each.id, each.line) for each in faults if each.level == "warn"}
        unknown = [finding for finding in findings if finding.outcome == "unknown"]
        self.not_judged = "".join(each.message for each in unknown)
        self.faults = {each.id for each in faults}


@pytest.fixture
def judge(tmp_path):
    def judge(text: str, profile: str = "checklist", version: str = "", **beside: str) -> Verdict:
        (tmp_path / "nginx.conf").write_text(text)
        for name, included in beside.items():
            (tmp_path / f"{name}.conf").write_text(included)
        settings = {"profile": profile, **({"nginx_version": version} if version else {})}
        engine = engines.by_name("embedded")
        read = sources.read([str(tmp_path / "nginx.conf")], stdin=io.BytesIO())
        return Verdict(check.check(read, engine, settings_of=lambda _: Given(settings)).findings)

    return judge


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


def http(servers: str) -> str:
    return f"events {{}}\nhttp {{{servers}}}\n"


# XHTTP as Xray's own documentation has it: nginx carries HTTP/2 to a proxy that speaks no gRPC.
XHTTP = http("""
    server {
        listen 443 ssl;
        http2 on;
        server_name example.net;
        ssl_certificate     /etc/ssl/example.net.pem;
        ssl_certificate_key /etc/ssl/example.net.key;

        location / {
            root /var/www/html;
        }

        location /split {
            client_max_body_size 0;
            client_body_timeout 5m;
            grpc_read_timeout 315;
            grpc_send_timeout 5m;
            grpc_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            grpc_pass grpc://127.0.0.1:8001;
        }
    }
""")

# DNS over HTTPS.
DOH = http("""
    upstream dns {
        zone dns 64k;
        server 127.0.0.1:8053;
        keepalive 8;
        keepalive_timeout 20s;
    }
    server {
        listen 443 ssl http2;
        server_name dns.example.net;
        ssl_certificate     /etc/ssl/dns.example.net.pem;
        ssl_certificate_key /etc/ssl/dns.example.net.key;

        location /dns-query {
            grpc_pass grpc://dns;
        }
    }
""")


@pytest.mark.parametrize("text", [XHTTP, DOH])
def test_an_http2_proxy_without_grpc_fails_no_client(judge, text):
    """It works as it stands, and that it is no gRPC is not to be seen: no page of an HTTP client
    is a fault, nor is a target that happens to be one server."""
    found = judge(text, "evidence")
    assert found.denied == set()
    assert found.warned == set()
    assert found.not_judged == ""


@pytest.mark.parametrize("text", [XHTTP, DOH])
def test_the_checklist_asks_an_http2_proxy_for_its_items_alone(judge, text):
    found = judge(text)
    assert {rule for rule, _ in found.denied} <= {"NG104", "NG106", *NO_ERROR_PAGES}
    assert found.not_judged == ""


PAGE_IN_INCLUDE = http(f"""
    {UPSTREAM}
    server {{
        listen 50050 http2;

        location / {{{PASS}        }}

        # Error responses
        include errors.conf;
        default_type application/grpc;   # Ensure gRPC for all error responses
    }}
""")


def test_error_pages_in_an_include_that_is_not_there_are_unknown(judge):
    """NGINX's own example of a gateway: the pages are in conf.d/errors.grpc_conf, and rely on the
    server's default_type."""
    found = judge(PAGE_IN_INCLUDE)
    assert found.denied == {("NG002", line_of(PAGE_IN_INCLUDE, "include errors.conf"))}
    assert found.warned == set()
    assert "NG109" in found.not_judged
    assert "errors.conf was not read" in found.not_judged


def test_error_pages_in_an_include_are_read(judge):
    pages = """
        error_page 502 503 504 = @unavailable;
        location @unavailable {
            add_header grpc-status 14 always;
            add_header grpc-message unavailable always;
            return 204;
        }
    """
    found = judge(PAGE_IN_INCLUDE, errors=pages)
    # What that example returns, and what fails its clients.
    assert {rule for rule, _ in found.denied} == {"NG110"}
    found = judge(PAGE_IN_INCLUDE, errors=pages.replace("204", "200"))
    assert found.faults == set()
    assert found.not_judged == ""


def test_a_page_with_an_unread_include_is_unknown(judge):
    """Its content type and headers may stand there."""
    text = http(f"""
        {UPSTREAM}
        server {{
            listen 50050 http2;
            error_page 502 503 504 = /unavailable;
            location / {{{PASS}            }}
            location = /unavailable {{
                internal;
                include grpc_unavailable.conf;
                return 200;
            }}
        }}
    """)
    found = judge(text)
    assert "NG110" not in found.faults
    assert "NG109" not in found.faults
    assert "grpc_unavailable.conf was not read" in found.not_judged
    assert found.denied <= {("NG002", line_of(text, "include grpc_unavailable.conf"))}
    read = judge(text, grpc_unavailable="default_type application/grpc; add_header grpc-status 14;")
    assert read.faults == set()
    assert read.not_judged == ""


def one_location(lines: str) -> str:
    return http(f"""
    {UPSTREAM}
    server {{
        listen 50050 http2;
        {PAGE}
        location / {{
            {lines}
        }}
    }}
    """)


def test_an_empty_connection_header_is_harmless(judge):
    """`grpc_set_header Connection ""` is copied from proxy_pass; nginx then sends none."""
    found = judge(one_location(f'{PASS} grpc_set_header Connection "";'))
    assert found.faults == set()
    assert found.not_judged == ""
    # The one that isn't.
    assert judge(one_location(f"{PASS} grpc_set_header Connection close;")).faults == {"NG214"}


def test_a_directive_without_a_value_is_unresolved(judge):
    """nginx refuses it; what is left of a template that lost its value is no fault of the rules."""
    text = one_location(PASS.replace("grpc_read_timeout 10m;", "grpc_read_timeout ;"))
    found = judge(text)
    assert found.faults == set()
    assert "grpc_read_timeout has no value" in found.not_judged
    assert "NG106" in found.not_judged


def test_a_dialect_with_a_second_argument_is_read_by_its_first(judge):
    """Google's Extensible Service Proxy: REST clients come over HTTP/1.1 here, and it makes gRPC
    of what they send."""
    text = http("""
    server {
        listen 127.0.0.1:8090;
        server_name localhost;
        location / {
            grpc_pass 127.0.0.1:8081 override;
        }
    }
    """)
    line = line_of(text, "grpc_pass")
    found = judge(text)
    assert {rule for rule, _ in found.denied} == {"NG104", "NG106", *NO_ERROR_PAGES}
    assert {("NG102", line), ("NG107", line)} == found.warned
    assert "NG201" in found.not_judged
    assert "override is not nginx's own" in found.not_judged
    found = judge(text, "evidence")
    assert found.faults == set()


def test_two_upstreams_of_one_name_are_each_judged(judge):
    """Two sites' files, read together: nginx would refuse the pair, each may be right or wrong."""
    good = """
    upstream greeter {
        server 10.0.0.1:50051 max_fails=0;
        server 10.0.0.2:50051 max_fails=0;
        keepalive 32;
        keepalive_timeout 20s;
    }
    """
    bad = good.replace("20s", "10m").replace("10.0.0.", "10.0.1.")
    location = f"server {{ listen 50050 http2; {PAGE} location / {{ {PASS} }} }}"
    for first, second in ((good, bad), (bad, good)):
        text = http(first + second + location)
        assert judge(text).denied == {("NG103", line_of(text, "keepalive_timeout 10m"))}
    assert judge(http(good + good + location)).faults == set()


def test_two_pools_behind_one_name_are_each_judged(judge):
    """A map chooses the pool: that the stable one is right says nothing of the canary's."""
    pools = """
    map $http_x_canary $pool {
        default stable;
        yes     canary;
    }
    upstream stable {
        server 10.0.0.1:50051 max_fails=0;
        server 10.0.0.2:50051 max_fails=0;
        keepalive 32;
        keepalive_timeout 20s;
    }
    upstream canary {
        server 10.0.1.1:50051 max_fails=0;
        server 10.0.1.2:50051 max_fails=0;
        keepalive 32;
        keepalive_timeout 20m;
    }
    """
    passed = PASS.replace("grpc://greeter", "grpc://$pool")
    text = http(f"{pools} server {{ listen 50050 http2; {PAGE} location / {{ {passed} }} }}")
    assert judge(text).denied == {("NG103", line_of(text, "keepalive_timeout 20m"))}
    found = judge(text.replace("20m", "20s"))
    assert found.faults == set()
    assert found.not_judged == ""


LUA = """
    upstream upstream_balancer {
        server 0.0.0.1; # placeholder
        balancer_by_lua_block {
            balancer.balance()
        }
        KEEPALIVE
    }
"""


def lua(keepalive: str) -> str:
    passed = PASS.replace("grpc://greeter", "grpc://upstream_balancer")
    upstream = LUA.replace("KEEPALIVE", keepalive)
    return http(f"{upstream} server {{ listen 50050 http2; {PAGE} location / {{ {passed} }} }}")


@pytest.mark.parametrize("version", ["", "1.24.0"])
def test_a_balancer_in_lua_is_unknown_and_no_missing_pool(judge, version):
    """ingress-nginx: whether connections are kept, Lua says. Its servers are ready endpoints."""
    found = judge(lua(""), version=version)
    assert found.faults == set()
    assert (
        "the connections of upstream upstream_balancer are in the hands of Lua" in found.not_judged
    )
    for rule in ("NG103", "NG104"):
        assert rule in found.not_judged
    for rule in ("NG107", "NG205"):
        assert rule not in found.not_judged


def test_a_pool_beside_a_balancer_in_lua_is_judged(judge):
    """As ingress-nginx writes it: `keepalive` is nginx's own, whatever Lua chooses."""
    pool = "keepalive 320; keepalive_time 1h; keepalive_timeout 60s; keepalive_requests 10000;"
    text = lua(pool)
    found = judge(text)
    assert found.denied == {("NG103", line_of(text, pool))}
    assert "in the hands of Lua" not in found.not_judged
    assert judge(lua(pool.replace("60s", "20s"))).faults == set()


def test_good_is_clean(judge):
    """What the others differ from by their trap: without it there is nothing to say."""
    found = judge(one_location(PASS))
    assert found.faults == set()
    assert found.not_judged == ""
