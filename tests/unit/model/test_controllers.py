"""Which controller wrote a configuration, and which object each location is of."""

import pytest

from tests.unit.model.reading import read

INGRESS_NGINX = """
upstream upstream_balancer { server 0.0.0.1; balancer_by_lua_file /etc/nginx/lua/balancer.lua; }
server {
    listen 443 ssl;
    location "/" {
        set $namespace "shop";
        set $ingress_name "api";
        proxy_read_timeout 60s;
        proxy_ssl_verify on;
        grpc_pass grpc://upstream_balancer;
        if ($a) { set $b 1; }
    }
    location = /healthz { set $namespace ""; set $ingress_name ""; return 200; }
}
"""
CONTROLLER = """
map $http_host $resource_type { default ""; }
server {
    listen 443 ssl;
    set $resource_type "KIND"; set $resource_name "api"; set $resource_namespace "shop";
    location / { set $service "a"; proxy_buffering on; grpc_pass grpc://u; }
}
"""
GATEWAY = """
map $http_host $gw_api_compliant_host { default $http_host; }
server { listen 80; location / { proxy_read_timeout 1h; grpc_pass grpc://u; } }
"""


def locations(document):
    return [location for server in document["servers"] for location in server["locations"]]


def test_ingress_nginx():
    document = read(f"events {{}} http {{ {INGRESS_NGINX} }}")
    assert document["controller"] == "ingress-nginx"
    calls, inside, health = locations(document)
    owner = {"kind": "Ingress", "namespace": "shop", "name": "api"}
    assert calls["owner"] == inside["owner"] == owner
    assert "owner" not in health


def test_what_the_template_alone_writes_is_left_out():
    calls, *_ = locations(read(f"events {{}} http {{ {INGRESS_NGINX} }}"))
    assert [each["name"] for each in calls["proxy_directives"]] == ["proxy_ssl_verify"]
    (calls,) = locations(read(f"events {{}} http {{ {GATEWAY} }}"))
    assert [each["name"] for each in calls["proxy_directives"]] == ["proxy_read_timeout"]


@pytest.mark.parametrize(
    ("said", "kind"), [("ingress", "Ingress"), ("virtualserver", "VirtualServer")]
)
def test_nginx_ingress_controller(said, kind):
    document = read(f"events {{}} http {{ {CONTROLLER.replace('KIND', said)} }}")
    assert document["controller"] == "nginx-ingress-controller"
    (calls,) = locations(document)
    assert calls["owner"] == {"kind": kind, "namespace": "shop", "name": "api"}
    assert calls["proxy_directives"] == []


def test_nginx_gateway_fabric_names_no_object():
    document = read(f"events {{}} http {{ {GATEWAY} }}")
    assert document["controller"] == "nginx-gateway-fabric"
    assert "owner" not in locations(document)[0]


@pytest.mark.parametrize(
    "text",
    [
        "upstream upstream_balancer { server 10.0.0.1:1; }",
        "map $http_host $resource { default x; }",
        "server { set $namespace a; set $ingress_name b; location / { grpc_pass grpc://u; } }",
    ],
)
def test_everything_else_is_somebody_s_own(text):
    document = read(f"events {{}} http {{ {text} }}")
    assert document["controller"] == ""
    assert all("owner" not in location for location in locations(document))
