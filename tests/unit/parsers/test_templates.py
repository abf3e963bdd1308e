"""Templates and files of other kinds: refused with the true reason."""

import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse


def refusal(text):
    with pytest.raises(Refused) as caught:
        parse(text.encode(), "x.conf")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        ("server {\n server_name {{ domain }};\n}", 2, "a Jinja template"),
        ("{% if x %}\nlisten 80;\n{% endif %}", 1, "a Jinja template"),
        ("# {{ ansible_managed }}\nserver {\n{% if x %}\n}", 3, "a Jinja template"),
        ("{# comment #}\nserver { }", 1, "a Jinja template"),
        ('server {\n server_name "{{ domain }}";\n}', 2, "a Jinja template"),
        ("server {\n grpc_read_timeout '{{ t }}';\n}", 2, "a Jinja template"),
        ("server {\n {{ range .Servers }}\n}", 2, "a Go template"),
        ("server {\n listen {{ .Port }};\n}", 2, "a Go template"),
        ("server {\n {{- if $x }}\n}", 2, "a Go template"),
        ("server {\n listen {{ .Values.port }};\n}", 2, "a Helm template"),
        ('server {\n {{- include "x" . }}\n}', 2, "a Helm template"),
        ("server {\n listen <%= @port %>;\n}", 2, "an ERB or Mako template"),
        ("<% if x %>\nlisten 80;\n<% end %>", 1, "an ERB or Mako template"),
        ("% if x:\nlisten 80;\n% endif", 1, "a Mako template"),
        ("server {\n server_name {DOMAIN};\n}", 2, "a Python format template"),
        ("server {\n server_name {domain}.example.com;\n}", 2, "a Python format template"),
        ("server {\n listen 127.0.0.1:%%PORT_8080%%;\n}", 2, "an nginx-tests template"),
        ("%%TEST_GLOBALS%%\n\ndaemon off;", 1, "an nginx-tests template"),
        ("map $a $b {\n default '{{ x }}';\n}", 2, "a Jinja template"),
        ("server {\n listen @PORT@;\n}", 2, "a configure template"),
        ("user {* user *};", 1, "a lua-resty-template"),
        ("error_log ${{ERROR_LOG}} info;", 1, "a Penlight template"),
        ("> if x then\nlisten 80;\n> end", 1, "a Penlight template"),
        ("server {\n proxy_set_header Host \\$host;\n}", 2, "a shell here-document"),
        ("server {\n return 301 https://\\$host\\$request_uri;\n}", 2, "a shell here-document"),
    ],
)
def test_templates(text, line, kind):
    message = refusal(text)
    assert message.startswith(f"x.conf:{line}: looks like {kind}")
    assert "; render it first: " in message


@pytest.mark.parametrize(
    ("file", "text", "command"),
    [
        (
            "charts/a b/templates/x/cm.yaml",
            "listen {{ .Values.port }};",
            "helm template RELEASE 'charts/a b' --show-only templates/x/cm.yaml | nginx-grpc",
        ),
        ("templates/x.yaml", "listen {{ .Values.port }};", "helm template RELEASE . --show-only"),
        ("x.conf", "listen {{ .Values.port }};", "helm template RELEASE CHART | nginx-grpc"),
        (
            "a.conf.tmpl",
            "listen {{ .Port }};",
            "gomplate -f a.conf.tmpl -c .=VALUES.yaml -o a.conf",
        ),
        (
            "a.j2",
            "listen {{ port }};",
            "ansible localhost -m template -a 'src=a.j2 dest=a' -e @VARS.yaml",
        ),
        ("a.erb", "listen <%= port %>;", "erb a.erb > a "),
        ("nginx.conf.in", "listen @PORT@;", "config.status --file=nginx.conf:nginx.conf.in"),
        ("a.conf", "listen %%PORT_1%%;", "TEST_NGINX_LEAVE=1 prove TEST.t,"),
    ],
)
def test_a_refusal_has_the_command_that_renders_it(file, text, command):
    with pytest.raises(Refused) as caught:
        parse(text.encode(), file)
    assert f"; render it first: {command}" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        # Text for a browser, a log or another template engine.
        "sub_filter '{{ user }}' 'x';",
        "return 200 '{{ .Name }}';",
        "log_format a '{% x %}<% y %>';",
        "add_header X '{{ x }}';",
        'return 200 "\\$server_addr";',
        # Regular expressions.
        "location ~ ^/\\$metadata { }",
        "rewrite ^/\\$batch$ /x;",
        "if ($uri ~ \\$x) { }",
        # Comments.
        "# {{ ansible_managed }} ${X} {% if x %}\nenv a;",
        # Variables and named locations.
        "set $a ${host}:${server_port};",
        "error_page 502 @backend;",
        "location @backend { }",
    ],
)
def test_what_is_no_template(text):
    parse(text.encode(), "x.conf")


def test_an_error_elsewhere_is_not_blamed_on_a_template():
    message = refusal("sub_filter '{{ user }}' 'x';\nlocation ~ ^/\\$metadata {\n listen 80\n}")
    assert message.startswith('x.conf:4: a "}" inside a directive')


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"upstream": [1, 2]}', "JSON"),
        ('[\n {"a": 1}\n]', "JSON"),
        ("a: b\nc:\n  - d\n", "YAML"),
        ("---\na: b\n", "YAML"),
        ("# a comment\nserver:\n  listen: 80\n", "YAML"),
        ("<!DOCTYPE html>\n<html></html>", "HTML or XML"),
        ("<html>\n<body></body></html>", "HTML or XML"),
        ('<?xml version="1.0"?><a/>', "HTML or XML"),
        ("#!/bin/sh\nset -e\necho x\n", "a script"),
        ("cat <<EOF > nginx.conf\nserver { }\nEOF\n", "a script"),
        ("[section]\na = b\n", "an INI or TOML file"),
        ("diff --git a/x b/x\n--- a/x\n+++ b/x\n", "a patch"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", "a key or certificate"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a Git LFS pointer"),
        ("\x7fELF\x02\x01\x01\x00\x00\x00\x00", "binary data"),
        ("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary data"),
    ],
)
def test_other_files(text, kind):
    message = refusal(text)
    assert f"this is {kind}, no nginx configuration" in message


def test_a_merge_conflict():
    text = "server {\n<<<<<<< HEAD\n listen 80;\n=======\n listen 81;\n>>>>>>> b\n}\n"
    assert refusal(text).startswith("x.conf:2: an unresolved merge conflict")
