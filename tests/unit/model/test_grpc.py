"""Which locations carry gRPC, and why."""

import pytest

from nginx_grpc.model.service_paths import is_service_path
from tests.unit.model.reading import http, location, server

BAD_EXAMPLE = """
    upstream grpc_backend {
        zone grpc_backend 64k;
        server 10.96.0.42:50051;
        server 10.96.0.43:50051;
    }
    server {
        listen 443 ssl http2;
        location /helloworld.Greeter/ {
            proxy_pass http://grpc_backend;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }
    }
"""


def carries(text, name="/", around=""):
    return location(server(text, around=around), name)["grpc"]["carries"]


def proxied(path, inside="", to="http://10.0.0.1:8080", around=""):
    """What a location with this proxy_pass carries."""
    document = server(f"location {path} {{ {inside} proxy_pass {to}; }}", around=around)
    return document["servers"][0]["locations"][0]["grpc"]["carries"]


def test_grpc_pass():
    assert location(server("location / { grpc_pass a:1; }"))["grpc"] == {
        "carries": "pass",
        "reasons": ["it has a grpc_pass"],
    }


def test_the_bad_example_of_the_checklist():
    place = location(http(BAD_EXAMPLE), "/helloworld.Greeter/")
    assert place["grpc"] == {
        "carries": "strong",
        "reasons": [
            "path /helloworld.Greeter/ is that of a gRPC service",
            "upstream grpc_backend has port 50051",
        ],
    }
    assert place["proxy_target"]["upstreams"] == ["grpc_backend"]


@pytest.mark.parametrize(
    "path",
    [
        "/helloworld.Greeter/",
        "/helloworld.Greeter/SayHello",
        "= /helloworld.Greeter/SayHello",
        "^~ /grpc.health.v1.Health/",
        "/grpc.health.v1.Health",
        "/f5.nginx.agent.sdk.MetricsService",
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        "/helloworld.greeter/SayHello",
        r"~ ^/helloworld\.Greeter/",
        r"~ ^/helloworld\.Greeter/(.*)$",
        r"~ ^/(signalexchange\.SignalExchange|management\.ManagementService)/",
        r"~* ^/(a|grpc\.health\.v1\.Health)",
        "~ ^/helloworld.Greeter/",
    ],
)
def test_paths_of_services(path):
    assert proxied(path) == "strong"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1.2/",
        "/v1.2/Users",
        "/app.js",
        "/app.js/Foo",
        "/index.php/Controller",
        "/static.File",
        "/static.FILE",
        "/example.com/Admin",
        "/example.com/",
        "/Company.Product/",
        "/api/helloworld.Greeter/",
        "/helloworld.greeter/",
        "/.well-known/",
        "/a..B/",
        "/helloworld.Greeter",
        "@helloworld.Greeter",
        r"~ \.Greeter/",
        r"~ ^/v[0-9]+\.[A-Z]/",
        r"~* \.(js|css|Png)$",
        r"~ ^/(.*)/",
        "~ ^/[a-z.]+/[A-Z]",
    ],
)
def test_other_paths(path):
    assert proxied(path) == "no"


def test_a_pattern_is_never_compiled():
    # `(a+)+$` takes exponential time in a regex engine.
    assert is_service_path("~", "^/" + "(" * 2000 + "a+" + ")+" * 2000) is False
    assert is_service_path("~", "^/(a|" + "x." * 100_000 + "Y)/") is True
    assert is_service_path("", "/" + "a." * 100_000) is False


@pytest.mark.parametrize(
    ("around", "to"),
    [
        ("", "http://127.0.0.1:50051"),
        ("", "http://backend:50051/path"),
        ("upstream u { server a:8080; server b:50051; }", "http://u"),
        ("map $host $to { default a:1; b c:50051; }", "http://$to"),
        ("", "http://collector:4317"),
        ("upstream u { server a:4317; }", "http://u"),
    ],
)
def test_the_port_of_grpc(around, to):
    assert proxied("/api", to=to, around=around) == "strong"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/grpc", "http://a:8080"),
        ("/api/GRPC/", "http://a:8080"),
        ("@grpc", "http://a:8080"),
        ("~ ^/grpc", "http://a:8080"),
        ("/api", "http://grpc_backend"),
        ("/api", "http://grpc.internal:8080"),
        ("/api", "http://$grpc_backend"),
    ],
)
def test_the_name_alone_is_weak(path, to):
    around = "upstream grpc_backend { server a:8080; }"
    assert proxied(path, to=to, around=around) == "weak"


@pytest.mark.parametrize(
    ("path", "inside", "to"),
    [
        ("/grpc-web/", "", "http://a:8080"),
        ("/grpc", "", "http://grpcweb:8080"),
        ("/grpc", "add_header Access-Control-Allow-Headers x-grpc-web;", "http://a:8080"),
        ("/grpc", "grpc_web on;", "http://a:8080"),
        ("/grpc-gateway", "", "http://a:8080"),
        ("/api", "", "http://grpc-gateway:8080"),
        ("/grpc/transcode", "", "http://a:8080"),
        ("/grpc_metrics", "", "http://a:8080"),
        ("/grpc/health", "", "http://a:8080"),
        ("/grpc", "proxy_set_header Upgrade $http_upgrade;", "http://a:8080"),
        ("/grpc_error_502", "", "http://a:8080"),
    ],
)
def test_other_signs_cancel_a_weak_one(path, inside, to):
    assert proxied(path, inside, to) == "no"


def test_the_name_of_an_error_page_is_no_sign():
    text = "error_page 502 = @grpc_down; location @grpc_down { proxy_pass http://a:8080; }"
    assert carries(text, "@grpc_down") == "no"
    assert carries("location @grpc_down { proxy_pass http://a:8080; }", "@grpc_down") == "weak"
    http_level = server(
        "location /grpc_50x { proxy_pass http://a:8080; }", around="error_page 500 /grpc_50x;"
    )
    assert location(http_level, "/grpc_50x")["grpc"]["carries"] == "no"


def test_an_upstream_that_also_serves_plain_http():
    around = "upstream grpc_backend { server a:8080; }"
    only = "location / { proxy_pass http://grpc_backend; }"
    assert carries(only, around=around) == "weak"
    both = only + "location /api { proxy_pass http://grpc_backend; }"
    assert carries(both, around=around) == "no"


def test_other_signs_weaken_the_port():
    assert proxied("/metrics", to="http://a:50051") == "weak"
    assert proxied("/", to="http://grpc-web:50051") == "weak"
    assert proxied("/ws", "proxy_set_header Upgrade $http_upgrade;", "http://a:50051") == "weak"


def test_a_service_path_stays_strong_but_for_grpc_web():
    upgrade = "proxy_set_header Upgrade $http_upgrade;"
    assert proxied("/pkg.Service/", upgrade) == "strong"
    assert proxied("/pkg.Service/", to="http://convoy:8080") == "strong"
    assert proxied("/pkg.Service/", "add_header A x-grpc-web;", "http://a:50051") == "weak"


@pytest.mark.parametrize(
    ("path", "inside", "to"),
    [
        ("/pkg.Service/", "", "http://grpc-web-proxy:8080"),
        ("/pkg.Service/", "add_header A x-grpc-web;", "http://a:8080"),
        ("/pkg.Service/", "", "http://gateway:8080"),
        ("/pkg.Service/", "", "http://envoy:8080"),
        ("/pkg.Service/", "", "http://my_envoy"),
        ("/pkg.Service/", "", "http://transcoder:8080"),
        (r"~ ^/a\.b\.Service", "", "http://grpc-web-proxy:8080"),
    ],
)
def test_browsers_call_the_same_paths(path, inside, to):
    around = "upstream my_envoy { server 10.0.0.1:8080; }"
    assert proxied(path, inside, to, around) == "no"


@pytest.mark.parametrize("to", ["grpc://a:8080", "grpcs://a", "GRPC://a:1", "grpc://$x", "$y"])
def test_a_scheme_that_proxy_pass_does_not_take(to):
    around = "map $host $x { default a:1; } map $host $y { default grpc://a:1; }"
    assert proxied("/metrics", to=to, around=around) == "strong"


@pytest.mark.parametrize("port", [7233, 19530])
def test_ports_that_some_have(port):
    assert proxied("/", to=f"http://a:{port}") == "weak"
    assert proxied("/ws", "proxy_set_header Upgrade $http_upgrade;", f"http://a:{port}") == "no"


@pytest.mark.parametrize(
    ("said", "carries"),
    [
        ('"50051"', "strong"),
        ('"4317"', "strong"),
        ('"7233"', "weak"),
        ('"grpc"', "weak"),
        ('"80"', "no"),
        ('"http"', "no"),
        ('""', "no"),
    ],
)
def test_the_port_of_an_ingress_service(said, carries):
    """As ingress-nginx writes it for a backend that is said to speak HTTP."""
    inside = f'set $service_name "shop"; set $service_port {said};'
    assert proxied("/", inside, "http://upstream_balancer") == carries


@pytest.mark.parametrize(
    "name", ["ns-ingress-grpc.example.com-svc-80", "default_grpc-backend_8080"]
)
def test_a_generated_name_is_no_sign(name):
    around = f"upstream {name} {{ server 10.0.0.1:8080; }}"
    assert proxied("/", to=f"http://{name}", around=around) == "no"
    assert proxied("/", to="http://grpc_1", around="upstream grpc_1 { server a:80; }") == "weak"


def test_the_reasons_against_are_said():
    document = server("location /metrics { proxy_pass http://a:50051; }")
    assert location(document, "/metrics")["grpc"]["reasons"] == [
        "its target has port 50051",
        "but its path is for metrics",
    ]


@pytest.mark.parametrize(
    "split",
    [
        'if ($content_type ~ "application/grpc") { grpc_pass a:50051; }',
        'if ($http_content_type = "application/grpc") { return 418; }',
        "if ($http_content_type ~* grpc) { rewrite ^ /internal$uri last; }",
    ],
)
def test_calls_that_are_split_off_by_content_type(split):
    document = server(f"location /pkg.Service/ {{ {split} proxy_pass http://a:50051; }}")
    assert location(document, "/pkg.Service/")["grpc"]["carries"] == "no"


def test_the_split_itself():
    document = server(
        "location / { if ($content_type ~ grpc) { grpc_pass a:50051; } proxy_pass http://a:50051; }"
    )
    inner = location(document, "if ($content_type ~ grpc)")
    assert (inner["grpc"]["carries"], inner["target"]["context"]) == ("pass", "if")
    document = server(
        "location /pkg.Service/ { if ($content_type !~ grpc) "
        "{ proxy_pass http://web:80; } grpc_pass a:50051; }"
    )
    assert location(document, "if ($content_type !~ grpc)")["grpc"]["carries"] == "no"
    assert location(document, "/pkg.Service/")["grpc"]["carries"] == "pass"


def test_an_if_with_a_proxy_pass_is_weak_at_most():
    document = server(
        "location /pkg.Service/ { if ($a) { proxy_pass http://a:1; } grpc_pass b:1; }"
    )
    assert location(document, "if ($a)")["grpc"]["carries"] == "weak"


def test_an_if_that_inherits_proxy_pass_is_said_once():
    document = server("location /pkg.Service/ { if ($a) { set $b c; } proxy_pass http://b:1; }")
    assert location(document, "if ($a)")["grpc"]["carries"] == "no"
    assert location(document, "/pkg.Service/")["grpc"]["carries"] == "strong"


@pytest.mark.parametrize("inside", ["return 404;", "root /srv;", "fastcgi_pass a:9000;", ""])
def test_other_handlers_carry_none(inside):
    document = server(f"location /pkg.Service/ {{ {inside} }}")
    assert location(document, "/pkg.Service/")["grpc"]["carries"] == "no"


def test_a_return_before_the_proxy_pass():
    assert proxied("/pkg.Service/", "return 403;") == "no"


def test_a_location_that_answers_more_than_grpc_says_so():
    given = server(
        "location /a { grpc_pass grpc://a:1; location /a/b { location /a/b/c { root /x; } } }"
        "location /c { grpc_pass grpc://a:1; if ($a) { return 405; } if ($b) { set $c 1; } }"
        "location /d { proxy_pass http://x:1; if ($a) { grpc_pass grpc://a:1; } }"
    )
    mixed = {each["name"]: each["mixed"] for each in given["servers"][0]["locations"]}
    assert mixed == {
        "/a": True,
        "/a/b": True,
        "/a/b/c": True,
        "/c": False,
        "if ($a)": False,
        "if ($b)": False,
        "/d": True,
    }
