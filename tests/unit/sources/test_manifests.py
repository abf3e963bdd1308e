"""ConfigMaps: which keys are nginx text, what they include, and the lines of the YAML."""

import base64
import time

import pytest

from nginx_grpc.errors import Refused

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: edge\n"
MAIN = (
    HEAD
    + """\
data:
  nginx.conf: |
    events {}
    http {
      include /etc/nginx/mime.types;
      include /etc/nginx/conf.d/*.conf;
    }
  api.conf: |-
    # nginx-grpc: x
    server {
      listen 80;
    }
  app.properties: |
    a=b
"""
)


def refusal(site, text, file="cm.yaml"):
    site.write(file, text)
    with pytest.raises(Refused) as caught:
        site.read(f"site/{file}")
    return str(caught.value)


def test_a_config_map(site, words):
    site.write("cm.yaml", MAIN)
    configuration = site.one("site/cm.yaml")
    assert words(configuration) == ["events", "http", "server", "listen 80"]
    assert (configuration.kind, configuration.context) == ("manifest", "main")
    assert configuration.entry == "site/cm.yaml: edge/nginx.conf"
    assert configuration.files == ["site/cm.yaml"]
    assert configuration.texts == {"site/cm.yaml": MAIN.encode()}
    lines = MAIN.splitlines()
    for directive, text in (
        (configuration.directives[1], "http {"),
        (configuration.directives[1].block[0], "server {"),
        (configuration.directives[1].block[0].block[0], "listen 80;"),
    ):
        assert directive.file == "site/cm.yaml"
        assert lines[directive.line - 1].strip() == text
    assert configuration.directives[1].key == "nginx.conf"
    assert configuration.directives[1].block[0].key == "api.conf"
    comment = configuration.comments[0]
    assert lines[comment.line - 1].strip() == "# nginx-grpc: x"
    assert (comment.covers, comment.key) == (comment.line + 1, "api.conf")


def test_manifests_on_standard_input(site):
    configuration = site.one("-", stdin=MAIN.encode())
    assert (configuration.kind, configuration.files) == ("manifest", ["-"])


def test_any_name_if_the_text_is_a_manifest(site):
    site.write("cm", MAIN)
    assert site.one("site/cm").kind == "manifest"


@pytest.mark.parametrize(
    "head",
    ["|", "|-", "|+", "|2", "|2-", "| # a comment", "&a |", "!!str |", "&a\n    |", "|\r"],
)
def test_block_scalars_keep_their_lines(site, head):
    text = f"{HEAD}data:\n  a.conf: {head}\n\n    server {{\n      listen 80;\n    }}\n"
    site.write("cm.yaml", text)
    (server,) = site.one("site/cm.yaml").directives
    lines = text.split("\n")
    assert lines[server.line - 1].strip() == "server {"
    assert lines[server.block[0].line - 1].strip() == "listen 80;"


@pytest.mark.parametrize(
    "value",
    [
        ">\n    server {\n      listen 80;\n    }\n",
        '"server {\\n listen 80;\\n}"\n',
        "'server {\n\n    listen 80;\n    }'\n",
        "server { listen 80; }\n",
    ],
)
def test_other_scalars_have_one_line(site, value):
    text = f"{HEAD}data:\n  x: y\n  a.conf: {value}"
    site.write("cm.yaml", text)
    (server,) = site.one("site/cm.yaml").directives
    assert (server.line, server.block[0].line) == (7, 7)


def test_json(site):
    site.write(
        "cm.json",
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},\n'
        ' "data": {"nginx.conf": "http {\\n server { }\\n}"}}',
    )
    configuration = site.one("site/cm.json")
    assert configuration.directives[0].line == 2


def test_binary_data(site):
    encoded = base64.b64encode(b"server {\n listen 80;\n}").decode()
    site.write("cm.yaml", f"{HEAD}binaryData:\n  a.conf: {encoded}\n")
    (server,) = site.one("site/cm.yaml").directives
    assert (server.block[0].line, server.key) == (6, "a.conf")
    assert "key a.conf: no valid base64" in refusal(site, f"{HEAD}binaryData:\n  a.conf: '*'\n")


def test_lists_and_documents(site):
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\n" + MAIN + "---\n# empty\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n"
        "  metadata: {name: b}\n  data:\n    x: |\n      server { }\n"
    )
    site.write("all.yaml", text)
    found = site.read("site/all.yaml")
    assert [c.entry for c in found] == [
        "site/all.yaml: edge/nginx.conf",
        "site/all.yaml: b/x",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\n{}",
        "kind: configmap\napiVersion: v1\n{}",
        "apiVersion: v1\nkind: ConfigMapList\nitems:\n- {}",
        "kind: ConfigMapList\nitems:\n- {}",
        "apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  {}",
        "apiVersion: v1\nkind: Pack\nitems:\n- kind: ConfigMap\n  {}",
        "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- kind: ConfigMap\n  {}",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMapList\n"
        "  items:\n  - {}",
    ],
)
def test_a_config_map_that_kubectl_takes_for_one(site, text, words):
    """Beside another one, which alone would be clean."""
    site.write("cm.yaml", MAIN + "---\n" + text.format("data: {a.conf: 'server { }'}\n"))
    assert [words(found) for found in site.read("site/cm.yaml")][1:] == [["server"]]


def test_http_level_keys_are_one_configuration(site):
    site.write(
        "cm.yaml",
        HEAD + "data:\n  b.conf: |\n    server { }\n  a.conf: |\n    upstream u { server a; }\n"
        "  l.conf: |\n    location / { }\n  main: |\n    http { }\n",
    )
    found = site.read("site/cm.yaml")
    assert [(c.entry, c.context, [d.name for d in c.directives]) for c in found] == [
        ("site/cm.yaml: edge", "http", ["server", "upstream"]),
        ("site/cm.yaml: edge/l.conf", "server", ["location"]),
        ("site/cm.yaml: edge/main", "main", ["http"]),
    ]


def test_includes_are_looked_up_among_the_keys_alone(site, gaps, words):
    site.write("other.conf", "server_tokens off;")
    site.write(
        "cm.yaml",
        HEAD + "data:\n  nginx.conf: |\n    http {\n      include other.conf;\n"
        "      include /etc/passwd;\n      include snippets/a;\n      include *.conf;\n    }\n"
        "  a: |\n    tcp_nopush on;\n  b.conf: |\n    server { }\n",
    )
    configuration = site.one("site/cm.yaml")
    assert gaps(configuration) == [
        ("other.conf", "no such key in the ConfigMap", "site/cm.yaml", 8),
        ("passwd", "no such key in the ConfigMap", "site/cm.yaml", 9),
    ]
    assert words(configuration)[-2:] == ["tcp_nopush on", "server"]


def test_a_pattern_takes_no_key_of_another_folder(site, words):
    """Else what belongs into one location would be in effect for every server."""
    site.write(
        "cm.yaml",
        HEAD + "data:\n  nginx.conf: |\n    http { include /etc/nginx/conf.d/*.conf; }\n"
        "  default.conf: |\n    server { include snippets/grpc.conf; include conf.d/own.conf; }\n"
        "  grpc.conf: |\n    grpc_read_timeout 300s;\n"
        "  own.conf: |\n    grpc_send_timeout 300s;\n",
    )
    assert words(site.one("site/cm.yaml")) == [
        "http",
        "server",
        "grpc_read_timeout 300s",
        "grpc_send_timeout 300s",
        "grpc_send_timeout 300s",
    ]


def test_bodies_of_blocks_are_found_by_name_and_by_pattern(site, words):
    """An upstream's servers, a map's pairs, directives that nobody here knows."""
    site.write(
        "cm.yaml",
        HEAD + "data:\n  nginx.conf: |\n    http {\n"
        "      map $http_x_tenant $backend { include /etc/nginx/tenants/*.map; }\n"
        "      upstream greeter { include /etc/nginx/servers.inc; }\n"
        "      upstream orders { include orders/*.servers; }\n"
        "      server { include own/*.module; }\n    }\n"
        '  blue.map: |\n    "~^blue;" greeter;\n'
        "  green.map: |\n    green orders;\n"
        "  servers.inc: |\n    server 10.0.0.1:50051;\n"
        "  a.servers: |\n    server 10.0.0.2:50051;\n"
        "  some.module: |\n    some_module on;\n"
        "  notes.map: |\n    these are notes; and no pairs\n",
    )
    configuration = site.one("site/cm.yaml")
    assert configuration.entry == "site/cm.yaml: edge/nginx.conf"
    assert words(configuration) == [
        "http",
        "map $http_x_tenant $backend",
        "~^blue; greeter",
        "green orders",
        "upstream greeter",
        "server 10.0.0.1:50051",
        "upstream orders",
        "server 10.0.0.2:50051",
        "server",
        "some_module on",
    ]


def test_a_pattern_does_not_mean_the_key_that_it_stands_in(site, gaps, words):
    """Where the key is mounted is not known; nginx would never end if it matched itself."""
    site.write(
        "cm.yaml",
        HEAD + "data:\n  default.conf: |\n    server {\n      include snippets/*.conf;\n    }\n"
        "  gzip.conf: |\n    gzip on;\n",
    )
    configuration = site.one("site/cm.yaml")
    assert gaps(configuration) == []
    assert words(configuration) == ["server", "gzip on"]


def test_a_key_that_includes_itself_by_name_is_a_cycle(site, gaps):
    site.write("cm.yaml", HEAD + "data:\n  a.conf: |\n    server { include a.conf; }\n")
    ((name, why, _, _),) = gaps(site.one("site/cm.yaml"))
    assert (name, why) == ("a.conf", "a cycle of includes: a.conf -> a.conf")


def test_keys_that_are_no_nginx_text_are_left(site):
    site.write(
        "cm.yaml",
        MAIN + '  app.json: |\n    {"server": {}}\n  run.sh: |\n    #!/bin/sh\n    cat > x <<EOF\n'
        "    server {\n    }\n    EOF\n  empty: ''\n  redis.conf: |\n    bind 127.0.0.1\n"
        "  proxy-read-timeout: '60'\n  init.sql: |\n    set a = 1; insert into x values (1);\n",
    )
    assert len(site.read("site/cm.yaml")) == 1


def test_a_comment_makes_no_key_look_like_nginx(site, words):
    """The body of a map, whose first words are no names of directives."""
    site.write(
        "cm.yaml",
        HEAD + "data:\n  api.conf: |\n    map $uri $to { include tenants.inc; }\n"
        "  tenants.inc: |\n    # for grpc_pass below\n"
        '    "~^/a;" b; # and proxy_pass\n    ~^/c d;#grpc_pass x\n',
    )
    assert words(site.one("site/cm.yaml")) == ["map $uri $to", "~^/a; b", "~^/c d"]


def test_a_key_that_looks_like_nginx_must_be_read(site):
    text = HEAD + "data:\n  main: |\n    http {\n      server {\n    }\n"
    assert refusal(site, text).startswith("site/cm.yaml:7: key main: the text ends inside")
    text = HEAD + "data:\n  main: |\n    location / {\n      grpc_pass {{ x }};\n    }\n"
    assert refusal(site, text).startswith("site/cm.yaml:8: key main: looks like a Jinja template")


def test_a_script_that_nginx_would_take_is_nginx_text(site):
    text = HEAD + "data:\n  x.sh: |\n    location / { grpc_pass grpc://u; }\n"
    site.write("cm.yaml", text)
    assert site.one("site/cm.yaml").context == "server"


@pytest.mark.parametrize(
    ("kind", "pod"),
    [
        ("VirtualServer", "CONTROLLER_POD"),
        ("GRPCRoute", "GATEWAY_POD -c nginx"),
    ],
)
def test_what_a_controller_renders(site, kind, pod):
    message = refusal(site, f"apiVersion: x/v1\nkind: {kind}\nmetadata: {{name: a}}\n")
    assert message.startswith("site/cm.yaml:1: this is a")
    assert f"{kind}, no nginx text; judge what its controller writes: kubectl exec" in message
    assert f"{pod} -- nginx -T | nginx-grpc check -" in message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("apiVersion: v1\nkind: Secret\nstringData: {nginx.conf: 'http { }'}\n", "a Secret"),
        ("apiVersion: v1\nkind: Service\n", "no ConfigMap and no Ingress"),
        (HEAD + "data:\n  a: b\n", "no nginx text in its ConfigMaps"),
        (HEAD, "no nginx text in its ConfigMaps"),
        (HEAD + "data:\n", "no nginx text in its ConfigMaps"),
        ("a: b\n", "no Kubernetes manifest"),
        ("replicas: 1\ngateway:\n  config: |\n    http { }\n", "no Kubernetes manifest"),
        ("- a\n- b\n", "no Kubernetes manifest"),
        ("just text\n", "no Kubernetes manifest"),
        ("# nothing\n", "no Kubernetes manifest"),
        ("apiVersion: v1\nkind: [ConfigMap]\ndata: {a: b}\n", "no Kubernetes manifest"),
        (HEAD + "data: [a]\n", "data that is no mapping"),
        (HEAD + "data: text\n", "data that is no mapping"),
        (HEAD + "data:\n  a: 1\n", "key a: its value is no text"),
        (HEAD + "data:\n  a: on\n", "key a: its value is no text"),
        (HEAD + "data:\n  a:\n", "key a: its value is no text"),
        (HEAD + "data:\n  a: [b]\n", "key a: its value is no text"),
        (HEAD + "data:\n  a: {b: c}\n", "key a: its value is no text"),
        (HEAD + "data:\n  a: !!binary aaaa\n", "key a: its value is no text"),
        (HEAD + "data:\n  a: !x b\n", "key a: its value is no text"),
        (HEAD + "data:\n  a/b: c\n", "a key in data that Kubernetes does not allow"),
        (HEAD + "data:\n  <<: {a: b}\n", "a key in data that Kubernetes does not allow"),
        (HEAD + "data:\n  a: b\n  a: c\n", "a YAML key that is there twice"),
        (HEAD + "data:\n  a: b\nbinaryData:\n  a: Yg==\n", "in data and in binaryData"),
        (HEAD + "kind: ConfigMap\n", "a YAML key that is there twice"),
        (HEAD + "<<: {data: {nginx.conf: 'http { }'}}\n", "a merge key (<<) in an object"),
        ("a: &a {kind: ConfigMap}\n---\n<<: {kind: ConfigMap}\n", "a merge key (<<)"),
        ("apiVersion: v1\nkind: !!binary Q29uZmlnTWFw\n", "a kind in base64"),
        (HEAD + "!!binary ZGF0YQ==: {a: 'http { }'}\n", "a YAML key that is no text"),
        (MAIN + "---\nhttp\n", "text beside the objects of Kubernetes that is none"),
        (MAIN + "---\nlisten 80;\nlocation /;\n", "text beside the objects"),
        ("? [a]\n: b\n", "a YAML key that is no text"),
        ("a: *b\n", "an alias without its anchor"),
        ("a: [b\n", "no valid YAML"),
        ("a: b: c\n", "no valid YAML"),
        ("\tkind: x\n", "no valid YAML"),
        ("a: \x01\n", "no valid YAML"),
        ("a: b\x85c\n", "a U+0085, which is a line end to YAML alone"),
        ("a: b\u2028c\n", "a U+2028, which is a line end to YAML alone"),
        ("a: b\rc: d\n", "a U+000D, which is a line end to YAML alone"),
        (b"a: \xff\n", "bytes that are no UTF-8"),
        (HEAD.encode("utf-16"), "this is UTF-16"),
    ],
)
def test_what_is_refused(site, text, what):
    message = refusal(site, text)
    assert what in message
    assert "; " in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD.replace("edge", "{{ .Release.Name }}"), 4),
        ("{{- if .Values.x }}\n" + HEAD + "{{- end }}\n", 1),
        (HEAD + "data:\n{{ toYaml .Values.data | indent 2 }}\n", 6),
    ],
)
def test_helm_templates(site, text, line):
    message = refusal(site, text)
    assert message.startswith(f"site/cm.yaml:{line}: looks like a Helm template")
    assert "helm template" in message


def test_a_byte_order_mark_is_fine_in_yaml(site):
    site.write("cm.yaml", b"\xef\xbb\xbf" + MAIN.encode())
    assert site.one("site/cm.yaml")


def test_crlf(site):
    site.write("cm.yaml", MAIN.replace("\n", "\r\n"))
    server = site.one("site/cm.yaml").directives[1].block[0]
    assert MAIN.splitlines()[server.line - 1].strip() == "server {"


def test_aliases_are_not_written_out(site):
    site.write("cm.yaml", HEAD + "x: &a |\n  server { }\ndata:\n  a.conf: *a\n  b.txt: *a\n")
    (configuration,) = site.read("site/cm.yaml")
    assert [d.line for d in configuration.directives] == [6, 6]


def bomb(width, depth):
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, depth)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (bomb(10, 50) + "\n", "no Kubernetes manifest"),
        (
            "apiVersion: v1\nkind: List\nx: &l\n- &m {apiVersion: v1, kind: List, items: [a]}\n"
            "items: " + "[" * 60 + "]" * 60,
            "no ConfigMap and no Ingress",
        ),
        (bomb(1_001, 2), "more than 1,000 aliases"),
        ("a: " + "[" * 101 + "]" * 101, "YAML of more than 100 levels"),
        # libyaml has a limit of its own.
        ("a: " + "[" * 100_000, "YAML"),
        ("{a: " * 100_000, "YAML"),
        ("- " * 100_000 + "a", "YAML of more than 100 levels"),
        ("a: " + "x" * 5_000_000, "no Kubernetes manifest"),
    ],
)
def test_hostile_yaml(site, text, what):
    start = time.monotonic()
    assert what in refusal(site, text)
    assert time.monotonic() - start < 10


def test_lists_of_aliased_lists(site):
    lists = "apiVersion: v1\nkind: List\nitems:\n"
    item = "{apiVersion: v1, kind: List, items: [&a0 {apiVersion: v1, kind: X}]}"
    parts = [f"- &b0 {item}"]
    for number in range(1, 8):
        inner = ", ".join([f"*b{number - 1}"] * 20)
        parts.append(f"- &b{number} {{apiVersion: v1, kind: List, items: [{inner}]}}")
    start = time.monotonic()
    assert "more than 10,000 objects" in refusal(site, lists + "\n".join(parts))
    assert time.monotonic() - start < 10


def test_a_thousand_keys(site):
    text = (
        HEAD
        + "data:\n"
        + "".join(f"  k{n}.conf: |\n    server {{ include k*; }}\n" for n in range(1_000))
    )
    site.write("cm.yaml", text)
    start = time.monotonic()
    assert "more than 10,000 includes that can't be read" in refusal(site, text)
    assert time.monotonic() - start < 20


def test_without_libyaml(site, monkeypatch):
    import yaml

    from nginx_grpc.sources.kubernetes import yaml_nodes

    monkeypatch.setattr(yaml_nodes, "_LOADER", yaml.SafeLoader)
    test_a_config_map(site, lambda c: ["events", "http", "server", "listen 80"])
    for head in ("|", "|-", "&a\n    |"):
        test_block_scalars_keep_their_lines(site, head)
    assert "YAML of more than 100 levels" in refusal(site, "a: " + "[" * 100_000)
    assert "no valid YAML" in refusal(site, "a: [b\n")


def test_yaml_is_loaded_for_manifests_alone(site):
    import subprocess
    import sys

    site.write("nginx.conf", "http { }")
    code = (
        "import io, sys; from nginx_grpc import sources;"
        "sources.read(['site/nginx.conf'], stdin=io.BytesIO());"
        "assert 'yaml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_handler_behind_what_looks_like_a_comment(site, words):
    body = 'a b; c d; e f; add_header X " #"; grpc_pass grpc://u;'
    site.write("cm.yaml", f"{HEAD}data:\n  l: |\n    {body}\n  site: |\n    server {{ }}\n")
    assert ["grpc_pass grpc://u" in words(c) for c in site.read("site/cm.yaml")] == [True, False]


def test_a_decoy_hides_no_key(site):
    site.write(
        "cm.yaml",
        HEAD + "data:\n  decoy: 'server { if ($a) { include l; } }'\n  l: 'grpc_pass grpc://u;'\n",
    )
    assert "site/cm.yaml: edge/l" in [c.entry for c in site.read("site/cm.yaml")]


def test_keys_that_include_each_other_beside_one_that_does_not(site):
    site.write(
        "cm.yaml",
        HEAD + "data:\n  a: 'include b; server { }'\n  b: 'include a; server { }'\n"
        "  c: 'server { }'\n  d: 'include d; location / { }'\n",
    )
    found = site.read("site/cm.yaml")
    assert sorted(d.key for c in found for d in c.directives if not d.unread) == [*"abcd"]


def test_what_stands_beside_and_is_not_judged_is_said(site):
    unjudged = []
    server = "---\napiVersion: k8s.nginx.org/v1\nkind: VirtualServer\nmetadata: {name: e}\n"
    site.write("cm.yaml", f"{HEAD}data:\n  good.conf: |\n    server {{ }}\n{server}{server}")
    (configuration,) = site.read("site/cm.yaml", unjudged=unjudged.append)
    assert configuration.entry == "site/cm.yaml: edge/good.conf"
    (servers,) = unjudged
    assert servers.startswith("not judged: VirtualServer (site/cm.yaml:9, 13); ")


@pytest.mark.parametrize(
    "other",
    [
        "kind: Secret\nstringData:\n  bad.conf: |\n    server { listen 81; }\n",
        "kind: Secret\ndata:\n  bad.conf: c2VydmVyIHsgbGlzdGVuIDgxOyB9Cg==\n",
        "kind: Web\nspec:\n  deep:\n  - conf: location / { grpc_pass grpc://up; }\n",
    ],
)
def test_nginx_text_in_an_object_that_is_not_read_is_said(site, other):
    good = f"{HEAD}data:\n  good.conf: |\n    server {{ }}\n"
    for text in (
        f"{good}---\napiVersion: v1\n{other}",
        f"{good}---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  "
        + other.replace("\n", "\n  "),
    ):
        unjudged = []
        site.write("cm.yaml", text.rstrip(" "))
        site.read("site/cm.yaml", unjudged=unjudged.append)
        assert unjudged[-1].startswith("not judged: nginx text in an object that is not read (")


@pytest.mark.parametrize(
    "other",
    [
        "kind: Deployment\nspec: {args: [-g, 'daemon off;'], note: 'set grpc_pass, server {}'}\n",
        "kind: Secret\ndata:\n  tls.key: c2VydmVyIGxpc3RlbiA4MTsgbm8ga2V5IGhlcmUK\n",
    ],
)
def test_words_of_nginx_in_other_objects_are_none(site, other):
    unjudged = []
    site.write(
        "cm.yaml", f"{HEAD}data:\n  good.conf: |\n    server {{ }}\n---\napiVersion: v1\n{other}"
    )
    site.read("site/cm.yaml", unjudged=unjudged.append)
    assert not any("nginx text in an object" in each for each in unjudged)


def test_the_objects_of_a_list_are_read_and_not_said(site):
    unjudged = []
    inner = HEAD.replace("\n", "\n  ")
    site.write(
        "cm.yaml",
        f"apiVersion: v1\nkind: List\nitems:\n- {inner}data:\n"
        "    good.conf: 'server { listen 81; }'\n",
    )
    site.read("site/cm.yaml", unjudged=unjudged.append)
    assert unjudged == []


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("default.conf.template", "server { listen {{ .port }}; }", "looks like a Go template"),
        ("site.conf.j2", "server { listen {{ p }}; }", "looks like a Jinja template"),
        ("limits.conf", "client_max_body_size 1k", "the text ends inside"),
        ("limits", "grpc_read_timeout 1s;\n}", 'a "}" that closes no'),
        ("start.sh", "#!/bin/sh\ncat >x <<E\nserver { grpc_pass u; }\nE\n", "this is a script"),
    ],
)
def test_a_key_that_may_be_nginx_text_and_can_not_be_read_is_said(site, key, text, why):
    unread = []
    body = text.replace("\n", "\n    ")
    site.write(
        "cm.yaml", f"{HEAD}data:\n  good.conf: |\n    server {{ }}\n  {key}: |\n    {body}\n"
    )
    assert [c.entry for c in site.read("site/cm.yaml", unread=unread.append)] == [
        "site/cm.yaml: edge/good.conf"
    ]
    (refused,) = unread
    assert refused.what.startswith(f"key {key}: {why}")
    # Alone, it is what was given.
    assert f"key {key}: {why}" in refusal(site, f"{HEAD}data:\n  {key}: |\n    {body}\n")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("README.md", "Write this:\n```\nserver { grpc_pass grpc://u; }\n```"),
        ("start.sh", "#!/bin/sh\nexec nginx -g 'daemon off;'"),
        ("run.sh", "#!/bin/sh\ncat >x <<E\nserver { proxy_pass http://u; }\nE"),
        ("app.py", "import os\nserver_name = 'a'\nproxy_pass(1)"),
        ("redis.conf", "bind 127.0.0.1\ntimeout 0\nsave 900 1"),
        ("www.conf", "[www]\nlisten = 9000\nuser = a"),
        ("postgres.conf", "ssl_ciphers = 'HIGH'\nlisten_addresses = '*'"),
    ],
)
def test_scripts_and_texts_of_others_are_no_noise(site, key, text):
    unread = []
    body = text.replace("\n", "\n    ")
    site.write(
        "cm.yaml", f"{HEAD}data:\n  good.conf: |\n    server {{ }}\n  {key}: |\n    {body}\n"
    )
    assert len(site.read("site/cm.yaml", unread=unread.append)) == 1
    assert unread == []


def test_a_key_in_utf16_is_refused(site):
    data = base64.b64encode("http { }".encode("utf-16")).decode()
    text = f"{HEAD}data:\n  a.conf: 'server {{ }}'\nbinaryData:\n  b.conf: {data}\n"
    assert "key b.conf: this is UTF-16" in refusal(site, text)
