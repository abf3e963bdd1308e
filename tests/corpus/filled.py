"""Samples that are templates, filled in as the program they are for does, line for line.

The bridge refuses a template, and rightly; its labels can be compared once it is filled in.
"""

import re
from collections.abc import Callable

_PORT = re.compile(r"%%PORT_(\d+)(?:_UDP)?%%")
_NOTHING = re.compile(r"%%[A-Z_]+%%")
_SHELL = re.compile(r"\$\{(\w+)\}")
_ACTION = re.compile(r"\{\{.*?\}\}")


def nginx_tests(text: str) -> str:
    """Test::Nginx puts in its ports and settings of the whole process; ESP's tests their own."""
    text = _PORT.sub(r"\1", text)
    ports = {name: str(50051 + n) for n, name in enumerate(sorted(set(_SHELL.findall(text))))}
    return _SHELL.sub(lambda found: ports[found[1]], _NOTHING.sub("", text))


def python_format(text: str) -> str:
    """str.format with the one name that it has."""
    return text.replace("{API_DOMAIN}", "api.example.com")


def here_document(text: str) -> str:
    r"""What the shell writes: `\$` is a dollar sign, names are those of the installation."""
    values = {"install_note": "#", "dashboard_addr": "127.0.0.1:8080"}
    text = _SHELL.sub(lambda found: values.get(found[1], "127.0.0.1:8081"), text)
    return text.replace("$NETBIRD_DOMAIN", "netbird.example.com").replace("\\$", "$")


def helm(text: str) -> str:
    """Each branch taken once: actions that stand alone leave no text, the others a value."""
    lines = [
        "" if not _ACTION.sub("", line).strip() and "{{" in line else line
        for line in text.split("\n")
    ]
    filled = "\n".join(lines).replace("{{ .ip }}:{{ .port }}", "10.0.0.1:9370")
    return _ACTION.sub("1m", filled)


def closed(text: str) -> str:
    """The last brace of the server is missing as published."""
    return text + "\n}"


FILLED: dict[str, Callable[[str], str]] = {
    "005-couchers-api.conf": python_format,
    "117-nginx-grpc.t.conf": nginx_tests,
    "118-nginx-grpc-early-hints.t.conf": nginx_tests,
    "119-nginx-grpc-next-upstream.t.conf": nginx_tests,
    "120-nginx-grpc-pass.t.conf": nginx_tests,
    "121-nginx-grpc-request-buffering.t.conf": nginx_tests,
    "122-nginx-grpc-ssl.t.conf": nginx_tests,
    "123-nginx-grpc-trailers.t.conf": nginx_tests,
    "124-nginx-proxy-ssl-conf-command.t.conf": nginx_tests,
    "125-cloudendpoints-grpc-errors.t.conf": nginx_tests,
    "126-cloudendpoints-grpc-grpc-override.t.conf": nginx_tests,
    "127-cloudendpoints-grpc-uds.t.conf": nginx_tests,
    "128-cloudendpoints-grpc-grpc-fallback.t.conf": nginx_tests,
    "129-cloudendpoints-grpc-ssl-downstream.t.conf": nginx_tests,
    "130-cloudendpoints-transcoding.t.conf": nginx_tests,
    "146-documentation-secure-traffic-doc1.conf": closed,
    "155-netbird-heredoc1.tmpl": here_document,
    "156-netbird-heredoc2.tmpl": here_document,
    "165-kubefate-configmap.yaml": helm,
}
