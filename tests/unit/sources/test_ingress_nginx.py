"""Ingress objects of ingress-nginx: what is read, from where, and what is refused."""

import pytest

from nginx_grpc import model
from nginx_grpc.errors import Refused

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: "GRPC"
{annotations}spec:
  ingressClassName: {class_name}
  rules:
  - host: {name}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: greeter
            port:
              number: 50051
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: ingress-nginx-controller
  namespace: ingress-nginx
data:
"""


def ingress(*annotations, name="a", class_name="nginx"):
    lines = "".join(f"    nginx.ingress.kubernetes.io/{each}\n" for each in annotations)
    return INGRESS.format(name=name, annotations=lines, class_name=class_name)


def location(configuration, host="a.example.com"):
    (server,) = (s for s in model.build(configuration)["servers"] if s["name"] == host)
    (found,) = (each for each in server["locations"] if each["name"] == "/")
    return found


def seconds(configuration):
    return location(configuration)["directives"]["grpc_read_timeout"]["value"]


def test_an_ingress_alone_has_the_controller_s_defaults_and_that_is_said(site):
    notes = []
    site.write("ingress.yaml", ingress())
    one = site.one("site/ingress.yaml", note=notes.append)
    assert (one.kind, one.entry) == ("manifest", "site/ingress.yaml: ingress-nginx")
    assert seconds(one) == "60s"
    assert location(one)["owner"] == {"kind": "Ingress", "namespace": "shop", "name": "a"}
    assert notes == [
        "no ConfigMap of ingress-nginx was given: its defaults are assumed (--controller-configmap)"
    ]


def test_an_annotation_counts_more_than_the_config_map(site):
    site.write("all.yaml", f'{CONFIG}  proxy-read-timeout: "90"\n---\n{ingress()}')
    assert seconds(site.one("site/all.yaml")) == "90s"
    both = ingress('proxy-read-timeout: "120"')
    site.write("all.yaml", f'{CONFIG}  proxy-read-timeout: "90"\n---\n{both}')
    one = site.one("site/all.yaml")
    assert seconds(one) == "120s"
    said = location(one)["directives"]["grpc_read_timeout"]
    assert (said["line"], said["key"]) == (
        16,
        "nginx.ingress.kubernetes.io/proxy-read-timeout",
    )


def test_objects_in_several_files_are_one_configuration(site):
    site.write("a/ingress.yaml", ingress())
    site.write("b/cm.yaml", f'{CONFIG}  proxy-read-timeout: "90"\n')
    assert seconds(site.one("site")) == "90s"
    assert seconds(site.one("site/a/ingress.yaml", "site/b/cm.yaml")) == "90s"


def test_a_list_as_kubectl_gives_it(site):
    items = [CONFIG + '  proxy-read-timeout: "90"\n', ingress()]
    indented = ["- " + each.replace("\n", "\n  ").rstrip(" ") for each in items]
    text = "apiVersion: v1\nkind: List\nitems:\n" + "".join(indented)
    assert seconds(site.one("-", stdin=text.encode())) == "90s"


@pytest.mark.parametrize("said", ["site/cm.yaml", "edge/settings", "site/mounted"])
def test_the_config_map_may_be_named(site, said):
    config = CONFIG.replace("ingress-nginx-controller", "settings").replace(
        "namespace: ingress-nginx", "namespace: edge"
    )
    site.write("cm.yaml", f'{config}  proxy-read-timeout: "90"\n')
    site.write("mounted/proxy-read-timeout", "90")
    site.write("ingress.yaml", ingress())
    paths = ["site/ingress.yaml", *(["site/cm.yaml"] if said == "edge/settings" else [])]
    assert seconds(site.one(*paths, controller_configmap=said)) == "90s"


def test_a_config_map_that_is_not_there(site):
    site.write("ingress.yaml", ingress())
    with pytest.raises(Refused, match="no such ConfigMap was given"):
        site.read("site/ingress.yaml", controller_configmap="edge/settings")


def test_two_config_maps_that_may_be_the_controller_s(site):
    other = CONFIG.replace("namespace: ingress-nginx", "namespace: other")
    both = f'{CONFIG}  keep-alive: "60"\n---\n{other}  keep-alive: "70"\n---\n{ingress()}'
    site.write("all.yaml", both)
    with pytest.raises(Refused, match="several ConfigMaps may be ingress-nginx's"):
        site.read("site/all.yaml")
    site.read("site/all.yaml", controller_configmap="other/ingress-nginx-controller")


def test_each_class_is_a_controller(site):
    text = ingress() + "---\n" + ingress(name="b", class_name="nginx-internal")
    site.write("all.yaml", text)
    assert [each.entry for each in site.read("site/all.yaml")] == [
        "site/all.yaml: ingress-nginx, class nginx",
        "site/all.yaml: ingress-nginx, class nginx-internal",
    ]


def test_another_controller_s_ingress_is_refused_with_the_command(site):
    text = ingress(class_name="traefik").replace("nginx.ingress.kubernetes.io", "traefik.io")
    site.write("ingress.yaml", text)
    with pytest.raises(Refused, match=r"of class traefik.*kubectl exec"):
        site.read("site/ingress.yaml")


def test_beside_others_it_is_said(site):
    other = ingress(name="b", class_name="x").replace("nginx.ingress.kubernetes.io", "nginx.org")
    site.write("all.yaml", f"{ingress()}---\n{other}")
    unjudged = []
    site.one("site/all.yaml", unjudged=unjudged.append)
    (told,) = unjudged
    assert told.startswith("not judged: Ingress of another controller (site/all.yaml:22); ")


def test_an_ingress_class_says_whose_it_is(site):
    classes = """\
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: edge}
spec: {controller: CONTROLLER}
---
"""
    text = ingress(class_name="edge").replace("nginx.ingress.kubernetes.io/backend", "x/backend")
    site.write("all.yaml", classes.replace("CONTROLLER", "k8s.io/ingress-nginx") + text)
    site.one("site/all.yaml")
    site.write("all.yaml", classes.replace("CONTROLLER", "nginx.org/ingress-controller") + text)
    with pytest.raises(Refused, match="of class edge"):
        site.read("site/all.yaml")


def test_snippets_stand_where_the_template_puts_them(site):
    snippet = "configuration-snippet: |\n      grpc_next_upstream off;"
    server = "server-snippet: |\n      grpc_intercept_errors on;"
    config = f'{CONFIG}  allow-snippet-annotations: "true"\n  annotations-risk-level: Critical\n'
    site.write("all.yaml", f"{config}---\n{ingress(snippet, server)}")
    found = location(site.one("site/all.yaml"))["directives"]
    assert found["grpc_next_upstream"]["value"] == "off"
    assert (found["grpc_next_upstream"]["line"], found["grpc_next_upstream"]["context"]) == (
        18,
        "location",
    )
    assert found["grpc_intercept_errors"]["context"] == "server"


def test_a_snippet_that_nginx_refuses(site):
    snippet = "configuration-snippet: |\n      grpc_next_upstream off"
    site.write("ingress.yaml", ingress(snippet))
    with pytest.raises(Refused, match="nginx refuses all") as caught:
        site.read("site/ingress.yaml")
    assert (caught.value.file, caught.value.line) == ("site/ingress.yaml", 9)


def test_a_snippet_of_critical_risk_costs_the_ingress(site):
    snippet = "configuration-snippet: |\n      grpc_next_upstream off;"
    config = f'{CONFIG}  allow-snippet-annotations: "true"\n'
    site.write("all.yaml", f"{config}---\n{ingress(snippet)}")
    one = site.one("site/all.yaml")
    assert {s["name"] for s in model.build(one)["servers"]} == {"_", ""}
    assert [(each.state, each.becomes) for each in one.ineffective] == [("forbidden", "dropped")]


@pytest.mark.parametrize(
    ("annotation", "state", "becomes", "nearest"),
    [
        ('proxy-read-timeout: "5m"', "refused", "default", ""),
        ('proxy-read-timeout: "-1"', "refused", "written", ""),
        ('connection-proxy-header: "upgrade"', "refused", "dropped", ""),
        ('whitelist-source-range: "10.0.0.0/8,x"', "refused", "denied", ""),
        ('grpc-read-timeout: "600"', "unknown", "", "proxy-read-timeout"),
        ('proxy-next-upstream: "off"', "no_effect", "", ""),
        ("configuration-snippet: grpc_next_upstream off;", "undecided", "", ""),
    ],
)
def test_what_is_said_in_vain(site, annotation, state, becomes, nearest):
    site.write("ingress.yaml", ingress(annotation))
    (found,) = site.one("site/ingress.yaml").ineffective
    assert found.name == "nginx.ingress.kubernetes.io/" + annotation.partition(":")[0]
    assert (found.state, found.becomes) == (state, becomes)
    assert found.nearest == (f"nginx.ingress.kubernetes.io/{nearest}" if nearest else "")
    assert found.line == 8


def test_lower_case_is_grpc_by_half(site):
    site.write("ingress.yaml", ingress().replace('"GRPC"', '"grpc"'))
    one = site.one("site/ingress.yaml")
    assert [each.state for each in one.ineffective] == ["lower_case"]
    found = location(one)
    assert found["grpc_pass"] == "grpc://upstream_balancer"
    assert "grpc_read_timeout" not in found["directives"]


def test_a_misspelt_protocol_is_noticed_where_nothing_else_asks_for_grpc(site):
    site.write("ingress.yaml", ingress().replace("backend-protocol", "backend-protocl"))
    (found,) = site.one("site/ingress.yaml").ineffective
    assert (found.state, found.grpc) == ("unknown", True)
    assert found.nearest.endswith("/backend-protocol")


def test_what_the_config_map_says_in_vain(site):
    keys = '  upstream-keepalive-timeouts: "20"\n  proxy-read-timeout: "5m"\n  use-http2: "no"\n'
    site.write("all.yaml", f"{CONFIG}{keys}---\n{ingress()}")
    one = site.one("site/all.yaml")
    assert [(each.name, each.state, each.nearest) for each in one.ineffective] == [
        ("upstream-keepalive-timeouts", "unknown", "upstream-keepalive-timeout"),
        ("proxy-read-timeout", "refused", ""),
        ("use-http2", "refused", ""),
    ]
    assert seconds(one) == "60s"


def test_headers_in_a_config_map_that_is_not_here_are_a_gap(site):
    site.write("all.yaml", f"{CONFIG}  proxy-set-headers: edge/headers\n---\n{ingress()}")
    document = model.build(site.one("site/all.yaml"))
    assert {(gap["what"], gap["matters"]) for gap in document["gaps"]} == {
        ("ConfigMap edge/headers", True)
    }


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"GRPC"', "true", "its value is no text, which Kubernetes rejects"),
        ("pathType: Prefix", "pathType: prefix", "a pathType 'prefix'"),
        ("  rules:\n  - host", "  rules:\n    host", "no list"),
    ],
)
def test_what_kubernetes_would_not_take(site, old, new, why):
    site.write("ingress.yaml", ingress().replace(old, new))
    with pytest.raises(Refused, match=why) as caught:
        site.read("site/ingress.yaml")
    assert caught.value.line
