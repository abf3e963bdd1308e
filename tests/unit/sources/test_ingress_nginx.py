"""Ingress objects of ingress-nginx: what is read, from where, and what is refused."""

import json

import pytest
import yaml

from nginx_grpc import model, summary
from nginx_grpc.check import check
from nginx_grpc.engines import by_name
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


@pytest.mark.parametrize(
    ("said", "rule", "remedy"),
    [
        ('upstream-keepalive-connections: "0"', "NG214", 'upstream-keepalive-connections: "320"'),
        ('proxy-read-timeout: "5"', "NG106", 'proxy-read-timeout: "300"'),
        ('proxy-connect-timeout: "0"', "NG211", 'proxy-connect-timeout: "5"'),
        ('upstream-keepalive-timeout: "60"', "NG103", 'upstream-keepalive-timeout: "20"'),
        ('client-body-timeout: "10"', "NG301", 'client-body-timeout: "300"'),
        ("ssl-protocols: TLSv1 TLSv1.2", "NG404", "ssl-protocols: TLSv1.2 TLSv1.3"),
        ('use-http2: "false"', "NG201", "use-http2: true"),
        ("proxy-read-timeout: 5m", "NG601", 'proxy-read-timeout: "300"'),
        ("proxy-read-tiemout: '5'", "NG602", "proxy-read-timeout"),
        ("http-snippet: grpc_intercept_errors off;", "NG108", "grpc_intercept_errors on;"),
        ("server-snippet: error_page 502 /x;", "NG109", None),
    ],
)
def test_a_config_map_alone_is_judged_by_what_it_says(site, said, rule, remedy):
    """No Ingress is there, and so no gRPC is found; of defaults nothing is said."""
    notes = []
    site.write("cm.yaml", f"{CONFIG}  {said}\n")
    one = site.one("site/cm.yaml", note=notes.append)
    result = check([one], by_name("embedded"))
    (found,) = (each for each in result.findings if each.id == rule)
    assert (found.file, found.line) == ("site/cm.yaml", 7 if rule != "NG201" else 6)
    assert remedy is None or remedy in found.remedy
    assert {each.id for each in result.findings} <= {rule, "NG005", "NG106"}
    assert result.grpc_locations == 0
    assert summary.verdict(result) in (summary.FAILED, summary.NO_GRPC)
    assert notes == [
        "no Ingress of ingress-nginx was given: its ConfigMap (site/cm.yaml) is judged by what it "
        "says for any that is gRPC"
    ]


@pytest.mark.parametrize("said", ['hsts: "false"', 'keep-alive: "75"', 'use-gzip: "true"'])
def test_a_config_map_that_says_nothing_of_grpc(site, said):
    site.write("cm.yaml", f"{CONFIG}  {said}\n")
    result = check([site.one("site/cm.yaml")], by_name("embedded"))
    assert not result.findings
    assert summary.verdict(result) == summary.NO_GRPC
    site.write("cm.yaml", f'{CONFIG}  server-snippet: "location /a.B/ {{ grpc_pass grpc://a; }}"\n')
    assert check([site.one("site/cm.yaml")], by_name("embedded")).grpc_locations == 2


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


@pytest.mark.parametrize(
    ("said", "concerns"),
    [
        ('grpc-backend: "true"', True),
        ('use-grpc: "yes"', True),
        ('grpc-backend: "false"', False),
        ('foo: "true"', False),
    ],
)
def test_a_switch_of_another_name_asks_for_grpc(site, said, concerns):
    site.write("ingress.yaml", ingress().replace('backend-protocol: "GRPC"', said))
    (found,) = site.one("site/ingress.yaml").ineffective
    assert (found.state, found.grpc) == ("unknown", concerns)
    assert found.nearest.endswith("/backend-protocol") is concerns


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


CLASS = """\
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: edge}
spec: {controller: k8s.io/ingress-nginx}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: greeter}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
HOST = "apiVersion: k8s.nginx.org/v1\nkind: VirtualServer\nmetadata: {name: a}\n"
HEADERS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: headers, namespace: edge}
data: {Connection: close}
"""


def test_manifests_of_other_objects_may_stand_beside(site):
    """As a shell gives them for *.yaml; by themselves they are refused."""
    notes, unjudged = [], []
    site.write("a.yaml", SERVICE)
    site.write("b.yaml", ingress())
    site.write("c.yaml", HOST)
    site.one(*(f"site/{name}.yaml" for name in "abc"), note=notes.append, unjudged=unjudged.append)
    assert notes[-1] == "no nginx text and no Ingress in site/a.yaml"
    assert [each.partition(";")[0] for each in unjudged] == [
        "not judged: VirtualServer (site/c.yaml:1)"
    ]
    for alone in ("site/a.yaml", "site/c.yaml"):
        with pytest.raises(Refused):
            site.read(alone)
    site.write("d.yaml", f"{SECRET}---\n{HOST}")
    site.write("e.yaml", SECRET)
    site.write("f.yaml", f"{SERVICE}x: 'server {{ grpc_pass grpc://a; }}'\n")
    unjudged.clear()
    site.one(*(f"site/{name}.yaml" for name in "bdef"), note=notes.append, unjudged=unjudged.append)
    assert notes[-1] == "no nginx text and no Ingress in site/e.yaml"
    assert [each.partition(";")[0] for each in unjudged] == [
        "not judged: VirtualServer (site/d.yaml:5)",
        "not judged: nginx text in an object that is not read (site/f.yaml:4)",
    ]
    site.write("values.yaml", "a: 1\n")
    with pytest.raises(Refused, match="the values of a Helm chart"):
        site.read("site/b.yaml", "site/values.yaml")


def test_what_belongs_to_an_ingress_is_found_in_the_folder(site):
    """Its class and the headers of its controller, each in a file that by itself says nothing."""
    text = ingress(class_name="edge").replace("nginx.ingress.kubernetes.io/backend", "x/backend")
    site.write("a.yaml", text)
    with pytest.raises(Refused, match="not of ingress-nginx"):
        site.read("site")
    site.write("class.yaml", CLASS)
    site.write("headers.yaml", HEADERS)
    site.write("cm.yaml", f"{CONFIG}  proxy-set-headers: edge/headers\n")
    site.write("a.yaml", ingress(class_name="edge"))
    unread = []
    found = check([site.one("site", unread=unread.append)], by_name("embedded")).findings
    assert ("NG214", "site/headers.yaml") in {(each.id, each.file) for each in found}
    assert "NG002" not in {each.id for each in found}
    assert not unread


@pytest.mark.parametrize(
    "form",
    [
        lambda text: json.dumps(yaml.safe_load(text), separators=(",", ":")),
        lambda text: text.replace("kind: Ingress", "kind: !!str Ingress"),
        lambda text: text.replace("kind: Ingress", "'kind': &k 'Ingress'"),
        lambda text: text.replace("kind: Ingress", "kind:\n  Ingress"),
        lambda text: f"kind: List\nitems: [{json.dumps(yaml.safe_load(text))}]\n",
    ],
)
def test_no_way_of_writing_an_ingress_is_passed_over_in_a_folder(site, form):
    site.write("a.yaml", form(ingress()))
    assert seconds(site.one("site")) == "60s"


WAIVER = "# nginx-grpc: ignore {} until=2999-01-01 owner=me reason=it is known"


def waived(site, text):
    """The waived findings, and what is said of waivers."""
    site.write("all.yaml", text)
    result = check([site.one("site/all.yaml")], by_name("embedded"))
    return (
        sorted({each.id for each in result.findings if each.waived}),
        [each.message for each in result.findings if each.id == "NG004"],
    )


@pytest.mark.parametrize(
    ("where", "comment"),
    [
        ("apiVersion: networking", "{0}\napiVersion: networking"),
        ("apiVersion: networking", "---\n# of the shop\n{0}\n# more\napiVersion: networking"),
        ("kind: Ingress\n", "kind: Ingress {0}\n"),
        ("metadata:\n  name", "{0}\nmetadata:\n  name"),
        ("      - path: /", "      {0}\n      - path: /"),
        ("      - path: /\n", "      - path: /   {0}\n"),
    ],
)
def test_a_waiver_of_an_object_or_of_a_path(site, where, comment):
    text = ingress()
    assert where in text
    text = text.replace(where, comment.format(WAIVER.format("NG108")))
    assert waived(site, text) == (["NG108"], [])


@pytest.mark.parametrize(
    "line",
    [
        "    {0}\n    nginx.ingress.kubernetes.io/proxy-read-timeout: 5m",
        "    {0}\n\n    # seconds\n    nginx.ingress.kubernetes.io/proxy-read-timeout: 5m",
        "    nginx.ingress.kubernetes.io/proxy-read-timeout: 5m {0}",
        "    nginx.ingress.kubernetes.io/proxy-read-timeout: |- {0}\n      5m",
    ],
)
def test_a_waiver_of_an_annotation(site, line):
    text = ingress().replace(
        "  annotations:\n", f"  annotations:\n{line.format(WAIVER.format('NG601'))}\n"
    )
    assert waived(site, text) == (["NG601"], [])


def test_a_waiver_in_the_config_map(site):
    text = f'{CONFIG}  upstream-keepalive-timeout: "60"  {WAIVER.format("NG103")}\n---\n'
    assert waived(site, text + ingress()) == (["NG103"], [])
    text = CONFIG.replace("kind: ConfigMap", f"{WAIVER.format('NG103')}\nkind: ConfigMap")
    text = f'{text}  keep-alive: "60"\n---\n{ingress()}'
    assert waived(site, text) == (["NG103"], [])


def test_what_is_no_waiver_of_an_object(site):
    """Text in a scalar, the comment of another object, one that nothing is found for."""
    said = WAIVER.format("NG108")
    text = ingress()
    quoted = text.replace("  name: a", f'  name: a\n  labels: {{x: "{said}"}}')
    folded = text.replace("  name: a", f"  name: a\n  labels:\n    x: >\n      {said}")
    snippet = ingress(f"configuration-snippet: |\n      {said}")
    assert waived(site, quoted) == ([], [])
    assert waived(site, folded) == ([], [])
    assert waived(site, snippet) == ([], ["the waiver of NG108 accepts nothing"])
    other = ingress(name="b").replace("a.example", "b.example")
    both = f"{text}---\n{WAIVER.format('NG601')}\n{other}"
    assert waived(site, both) == ([], ["the waiver of NG601 accepts nothing"])
