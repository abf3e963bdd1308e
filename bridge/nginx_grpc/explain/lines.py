"""What a line of a log is, and what it says: nginx's error log, an access log, or neither."""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass

__all__ = ["Facts", "Line", "error_line", "facts_of", "line_within", "unwrapped"]

_ANSI = expression(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]")
_ERROR = expression(
    r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d) \[(\w+)\] \d+#\d+: (?:\*\d+ )?(.*)", re.DOTALL
)
_TESTED = expression(r"nginx: \[(\w+)\] (.*)", re.DOTALL)
_BARE = expression(r"\[(emerg|alert|crit|error|warn|notice|info)\] (?:\d+#\d+: )?(?:\*\d+ )?(.*)")
# What collectors put before a line: kubectl --prefix and --timestamps, CRI, docker compose, stern,
# syslog, journald and klog; grep, with a file's name and the line's number; who quotes it in a
# message. A line is nginx's own where nothing else stands before it: what a client sends stands
# further behind, in quotes.
_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_DAY = r"\d{4}/\d\d/\d\d \d\d:"  # as a line of the error log begins
_PREFIX = expression(
    r"(?:\ufeff?(?:"
    r"\[(?!(?:emerg|alert|crit|error|warn|notice|info|debug)\])(?:pod/)?[\w./-]+\] +"
    rf"|(?P<stamp>{_STAMP}) +(?:[\w.-]{{1,253}} [\w./-]{{1,99}}\[\d{{1,10}}\]: )?"
    r"|[\w./+@-]{0,255}\.log[\w.-]{0,32}?[:-](?:\d{1,9}[:-])?(?=\d{4}/|\d{1,3}\.|\{|[\da-f:]+ - )"
    rf"|(?:\d{{1,9}}[:-]|[-*>|`'\" ]{{1,8}})(?={_DAY})"
    r"|(?:> ?){1,3}(?=[^> ])"
    r"|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d{1,10} [\w./-]{1,99}:\d{1,6}\] "
    r"|(?:stdout|stderr) [FP] "
    r"|[\w.-]+ +\| "
    r"|(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[\w.:-]+ )?(?:[\w./-]+(?:\[\d+\])?: )"
    r"|nginx(?:\[\d+\])?: "
    r"|[a-z0-9][a-z0-9.-]*[a-z0-9] [a-z0-9][a-z0-9.-]*[a-z0-9] (?=\d{4}/)"
    r")){1,4}"
)
# Whatever else stands before it, as long as that is nothing in quotes.
_WITHIN = expression(
    rf"[^\"]{{1,200}}?(?={_DAY}\d\d:\d\d \[(?:emerg|alert|crit|error|warn)\] \d+#\d+: )"
)
_REQUEST = expression(r", request: \"([^ \"]{1,32}) (\S*) (HTTP/\d(?:\.\d)?)\"")
_PREFACE = expression(r", request: \"(PRI) \* (HTTP/2\.0)")
_SERVER = expression(r", server: ([^,]*)")
_UPSTREAM = expression(r"(?:, subrequest: \"\S*\")?, upstream: \"(?:([a-z]+)://)?([^/\"]*)")
_UNIX = expression(r"unix:[^\"]*?(?=:/|:?\"|$)")
_HOST = expression(r", host: \"([^\"]*)\"")


@dataclass(slots=True)
class Facts:
    """What a line of nginx says of its request; empty where it does not.

    Args:
        server: the first name of the server block, or the address of the socket.
        host: the Host header or :authority, as the client sent it.
        method, path, protocol: the request line.
        scheme: of `upstream:`, as grpc, grpcs, http, fastcgi.
        peer: its address, as 10.0.0.1:50051, or the upstream's name.
    """

    server: str = ""
    host: str = ""
    method: str = ""
    path: str = ""
    protocol: str = ""
    scheme: str = ""
    peer: str = ""


@dataclass(slots=True)
class Line:
    """One line of nginx's error log.

    Args:
        time: as 2024-01-15T03:42:17, in the time of the machine; empty where it has none.
        level: emerg, alert, crit, error, warn, notice, info or debug; empty for a bare message.
        message: up to the phase that it happened in.
        rest: what follows, with client, server, request, upstream and host.
    """

    time: str
    level: str
    message: str
    rest: str


def unwrapped(text: str) -> tuple[str, str]:
    """A line without colours and what collectors put before it, and the time that they say."""
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    text = text.rstrip("\r")
    found = _PREFIX.match(text)
    if found is None:
        return text, ""
    return text[found.end() :], found["stamp"] or ""


def line_within(text: str) -> str:
    """A line of nginx's error log that something else stands before; empty where there is none."""
    found = _WITHIN.match(text) if "#" in text else None
    return text[found.end() :] if found is not None else ""


def error_line(text: str) -> Line | None:
    """A line of nginx's error log, of `nginx -t`, or such a message alone; None for another."""
    found = _ERROR.match(text) if text[4:5] == "/" else None
    if found is not None:
        year, month, day, clock, level, body = found.groups()
        time = f"{year}-{month}-{day}T{clock}"
    else:
        text = text.lstrip(" ")
        if text[:1] not in ("[", "n"):
            return None
        found = _TESTED.match(text) or _BARE.match(text)
        if found is None:
            return None
        level, body = found.groups()
        time = ""
    at = body.find(", client: ")
    if at < 0:
        at = body.find(", server: ")
    if at < 0:
        return Line(time, level, body.removesuffix(", context: ngx_http"), "")
    return Line(time, level, body[:at], body[at:])


def facts_of(rest: str) -> Facts:
    """What stands behind a message.

    A path may hold quotes, and so what looks like another field; it never holds a space. What
    follows it is nginx's own.
    """
    facts = Facts()
    if not rest:
        return facts
    found = _SERVER.search(rest)
    if found is not None:
        facts.server = found[1]
    request = _REQUEST.search(rest)
    if request is None or request[1] == "PRI":
        preface = _PREFACE.search(rest)
        facts.method, facts.protocol = preface.groups() if preface is not None else ("", "")
    else:
        facts.method, facts.path, facts.protocol = request.groups()
    after = request.end() if request is not None else rest.find(", upstream: ")
    if after < 0:
        return facts
    upstream = _UPSTREAM.match(rest, after)
    if upstream is not None:
        facts.scheme, facts.peer = upstream[1] or "", upstream[2]
        if facts.peer.startswith("unix:"):
            path = _UNIX.search(rest, upstream.start(2))
            facts.peer = path[0] if path else facts.peer
    host = _HOST.search(rest, upstream.end() if upstream is not None else after)
    if host is not None:
        facts.host = host[1]
    return facts
