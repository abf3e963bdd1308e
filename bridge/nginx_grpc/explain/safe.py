"""A line of a log, made safe to show: nothing of a client's that steers or tells."""

from __future__ import annotations

import re

from nginx_grpc import printable
from nginx_grpc.explain.groups import service_of
from nginx_grpc.expressions import expression

__all__ = ["safe"]

_LONGEST = 600
_CLIENT = expression(r", client: [^,\s]+")
_REFERRER = expression(r", referrer: \".*", re.DOTALL)
_REQUEST = expression(r"\"([A-Z]{1,16}) (/[^ \"]*)( HTTP/[\d.]+)?\"?")
_SUBREQUEST = expression(r", subrequest: \"[^\"]*\"")
_ACCESS = expression(r"^\S+ - [^\[]* (?=\[)")
# Behind the size come referrer and browser, then what each site adds: often the client again, in
# X-Forwarded-For. ingress-nginx says which Service it was for and how that answered.
_AGENT = expression(
    r"(\] \"[^\"]*\" \d{3} (?:\d+|-))(?: \"[^\"]*\")*"
    r"( \d+ [\d.]+ \[[\w.-]*\] \[[\w.-]*\] [\d.:, a-f\[\]-]*)?.*",
    re.DOTALL,
)
_HEADER = expression(r"( header line: \"[\w-]{1,64} ?:).*?\"(?=$|,| while )", re.DOTALL)
_FILE = expression(r"(open\(\)|directory index of) \"[^\"]*\"")
_HOST = expression(r", host: \"([^\"]*)\"")
_NAME = expression(r"[A-Za-z0-9.:_\[\]-]{1,255}")


def safe(text: str) -> str:
    """The line without the client's address, user, browser and referrer, without paths that are
    none of gRPC, on one line, with nothing in it that a terminal obeys."""
    text = _REFERRER.sub("", text)
    text = _CLIENT.sub(", client: ...", text)
    text = _SUBREQUEST.sub("", text)
    access = _ACCESS.sub("... ", text)
    if access != text:
        text = _AGENT.sub(r"\1\2", access)
    text = _HEADER.sub(r'\1 ..."', text)
    text = _FILE.sub(r'\1 "..."', text)
    text = _HOST.sub(_host, text)
    text = _REQUEST.sub(_request, text)
    shown = printable.line(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 3] + "..."


def _host(found: re.Match[str]) -> str:
    return found[0] if _NAME.fullmatch(found[1]) else ', host: "..."'


def _request(found: re.Match[str]) -> str:
    path = found[2] if service_of(found[2]) else "/..."
    return f'"{found[1]} {path}{found[3] or ""}"'
