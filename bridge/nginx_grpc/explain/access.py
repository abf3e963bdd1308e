"""Lines of access logs: combined, ingress-nginx's, JSON, and the configuration's own log_format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from nginx_grpc.explain.lines import Facts
from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass

__all__ = ["Access", "Formats", "access_line", "as_object", "json_line", "moment"]

_MONTHS = {
    month: f"{number:02}"
    for number, month in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_LOCAL = expression(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-])(\d\d)(\d\d)")
_ISO = expression(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?")
# nginx writes a quote in a value as \x22, so that a value in quotes ends at the next one.
_COMBINED = expression(
    r"(\S+) - ([^\[]*) \[([^\]]{20,32})\] \"([^\"]*)\" (\d{3}) (\d+|-)"
    r"(?: \"[^\"]*\" \"([^\"]*)\")?(.*)",
    re.DOTALL,
)
# What gRPC's clients call themselves: "grpc-go/1.24.0", "my-app/1 grpc-java-netty/1.68.2".
_AGENT = expression(r"(?:^| )(?:grpc-(?!web)[a-z+-]{1,32}|tonic)/\d")
# Behind combined, ingress-nginx says which Service it was for and what each server answered.
_INGRESS = expression(
    r" \d+ [\d.]+ \[([^\]]*)\] \[[^\]]*\] (\S+(?:(?:,| :) \S+)*) (?:[\d, :-]+) (?:[\d., :-]+) (\S+)"
)
_REQUEST = expression(r"([!-~]{1,32}) (\S*) (HTTP/\d(?:\.\d)?)")
_KEYS = {
    "status": (
        "status",
        "response_code",
        "http_status",
        "responseStatus",
        "http.response.status_code",
        "httpRequest.status",
    ),
    "request": ("request", "request_line"),
    "method": (
        "request_method",
        "method",
        "http.request.method",
        "httpRequest.requestMethod",
    ),
    "path": (
        "request_uri",
        "uri",
        "path",
        "document_uri",
        "url.original",
        "url.path",
        "httpRequest.requestUrl",
    ),
    "protocol": (
        "server_protocol",
        "protocol",
        "http_version",
        "proto",
        "http.version",
        "httpRequest.protocol",
    ),
    "host": ("host", "http_host", "vhost", "authority", "url.domain"),
    "server": ("server_name",),
    "peer": ("upstream_addr", "upstream", "upstreamAddr"),
    "upstream_status": ("upstream_status",),
    "time": ("time_iso8601", "time_local", "@timestamp", "timestamp", "time", "msec", "ts"),
    "content_type": ("content_type", "http_content_type"),
    "agent": (
        "http_user_agent",
        "user_agent",
        "userAgent",
        "agent",
        "user_agent.original",
        "httpRequest.userAgent",
    ),
}
_URL = expression(r"https?://[^/]*(?=/)")
_TIMES: dict[str, str] = {}
_KEPT_TIMES = 4096
_SECONDS = expression(r":[0-5]\d")


@dataclass(slots=True)
class Access:
    """A line of an access log.

    Args:
        time: as 2024-01-15T03:42:17Z; empty where it has none.
        status: what the client got.
        facts: the request, as far as it is there.
        grpc: whether the line itself says that it was a call of gRPC, by its content type or by
            who calls.
    """

    time: str
    status: int
    facts: Facts
    grpc: bool = False

    @property
    def shown(self) -> str:
        """What was read of a line in a site's own format, whose other fields may tell anything."""
        facts = self.facts
        request = " ".join(filter(None, (facts.method, facts.path, facts.protocol)))
        time = f"[{self.time}] " if self.time else ""
        upstream = f', upstream: "{facts.peer}"' if facts.peer else ""
        return f'{time}"{request}" {self.status}{upstream}'


def moment(text: str) -> str:
    """A time of a log in one spelling, that of UTC where it says its zone; empty for none."""
    if text[2:3] == "/":
        # Of the usual spelling, a minute is worked out once: 15/Jan/2024:03:42:17 +0100.
        seconds = text[17:20]
        known = _known(text[:17] + ":00" + text[20:])
        if known and _SECONDS.fullmatch(seconds):
            return f"{known[:16]}{seconds}Z"
    return _known(text)


def _known(text: str) -> str:
    known = _TIMES.get(text)
    if known is None:
        known = _moment(text)
        if len(_TIMES) >= _KEPT_TIMES:
            _TIMES.clear()
        _TIMES[text] = known
    return known


def _moment(text: str) -> str:
    try:
        local = _LOCAL.fullmatch(text)
        if local is not None:
            day, month, year, clock, sign, hours, minutes = local.groups()
            return _utc(f"{year}-{_MONTHS[month]}-{day}T{clock}{sign}{hours}:{minutes}")
        iso = _ISO.match(text)
        if iso is not None:
            zone = iso[3] or ""
            if not zone:
                return f"{iso[1]}T{iso[2]}"
            if zone != "Z" and ":" not in zone:
                zone = f"{zone[:3]}:{zone[3:]}"
            return _utc(f"{iso[1]}T{iso[2]}{'+00:00' if zone == 'Z' else zone}")
        if re.fullmatch(r"\d{9,11}(?:\.\d+)?", text):
            return _stamp(datetime.fromtimestamp(float(text), timezone.utc))
    except (ValueError, KeyError, OverflowError, OSError):
        pass
    return ""


def _utc(text: str) -> str:
    return _stamp(datetime.fromisoformat(text).astimezone(timezone.utc))


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def access_line(text: str) -> Access | None:
    """A line of an access log in combined or ingress-nginx's format; None for another."""
    found = _COMBINED.match(text)
    if found is None:
        return None
    request, agent, rest = found[4], found[7] or "", found[8]
    facts = _requested(request)
    ingress = _INGRESS.match(rest) if rest else None
    if ingress is not None:
        facts.peer = ingress[2]
    return Access(moment(found[3]), int(found[5]), facts, _is_of_grpc(agent))


def json_line(value: Mapping[str, Any]) -> Access | None:
    """A line of an access log in JSON; None where it has no status or no request.

    The request may be in an object of its own, as Elastic's and Google's collectors write it.
    """
    found = _json_line(value)
    inner = [each for each in value.values() if isinstance(each, dict)] if found is None else []
    if inner:
        found = _json_line(_flat(value))
        found = found or next((each for each in map(_json_line, inner) if each is not None), None)
    return found


def _flat(value: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """The object with what is in objects of it, as a.b.c."""
    flat: dict[str, Any] = {}
    for key, each in value.items():
        if isinstance(each, dict) and depth:
            flat.update(
                (f"{key}.{name}", within) for name, within in _flat(each, depth - 1).items()
            )
        else:
            flat[key] = each
    return flat


def _json_line(value: Mapping[str, Any]) -> Access | None:
    named = {}
    for name, keys in _KEYS.items():
        for key in keys:
            given = value.get(key)
            if isinstance(given, (str, int, float)) and not isinstance(given, bool):
                named[name] = str(given)
                break
    if not named.get("status", "").isdigit() or not ("request" in named or "path" in named):
        return None
    url = _URL.match(named.get("path", ""))
    if url is not None:
        named["path"] = named["path"][url.end() :]
    if named.get("protocol", "")[:1].isdigit():
        named["protocol"] = f"HTTP/{named['protocol']}"
    return _of_variables(named)


def _of_variables(named: Mapping[str, str]) -> Access | None:
    status = named.get("status", "")
    if not (status.isascii() and status.isdigit()) or len(status) > 3:
        return None
    facts = _requested(named.get("request", ""))
    facts.method = facts.method or named.get("method", "")
    facts.path = facts.path or named.get("path", "")
    facts.protocol = facts.protocol or named.get("protocol", "")
    facts.host = named.get("host", "")
    facts.server = named.get("server", "")
    facts.peer = named.get("peer", "").strip("-")
    grpc = named.get("content_type", "").startswith("application/grpc") or _is_of_grpc(
        named.get("agent", "")
    )
    return Access(moment(named.get("time", "")), int(status), facts, grpc)


def _is_of_grpc(agent: str) -> bool:
    return _AGENT.search(agent) is not None


def _requested(request: str) -> Facts:
    facts = Facts()
    found = _REQUEST.fullmatch(request)
    if request.startswith("PRI * HTTP/2"):
        facts.method, facts.protocol = "PRI", "HTTP/2.0"
    elif found is not None:
        facts.method, facts.path, facts.protocol = found.groups()
    return facts


_LONGEST_FORMAT = 4096
_PAIR = expression(r'"([^"]+)"\s*:\s*"?\$\{?(\w+)\}?"?\s*[,}]')
_VARIABLE = expression(r"\$(?:\{(\w+)\}|(\w+))")
_VARIABLES = expression(r"(?:\$(?:\{\w+\}|\w+))+")
_NAMES = {
    "status": "status",
    "request": "request",
    "request_method": "method",
    "request_uri": "path",
    "uri": "path",
    "server_protocol": "protocol",
    "host": "host",
    "http_host": "host",
    "server_name": "server",
    "upstream_addr": "peer",
    "time_local": "time",
    "time_iso8601": "time",
    "msec": "time",
    "content_type": "content_type",
    "http_content_type": "content_type",
}
_SEVERAL = r"[^\s,]*(?:(?:,| :) [^\s,]+)*"  # one for each server that was tried


class Formats:
    """The log_formats of a configuration, those that say a status and a request.

    Args:
        texts: each format's text, its arguments joined.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._patterns: list[re.Pattern[str]] = []
        self._keys: list[dict[str, str]] = []
        for text in texts:
            if len(text) > _LONGEST_FORMAT:
                continue
            if text.lstrip().startswith("{"):
                keys = {m[1]: _NAMES[m[2]] for m in _PAIR.finditer(text) if m[2] in _NAMES}
                if _enough(set(keys.values())):
                    self._keys.append(keys)
                continue
            pattern = _pattern(text)
            if _enough(set(re.findall(r"\(\?P<(\w+)>", pattern))):
                self._patterns.append(re.compile(pattern, re.DOTALL))

    def line(self, text: str) -> Access | None:
        """A line in one of them; None for another."""
        for pattern in self._patterns:
            own = pattern.fullmatch(text)
            if own is not None:
                found = _of_variables(own.groupdict(default=""))
                if found is not None:
                    return found
        return None

    def value(self, value: Mapping[str, Any]) -> Access | None:
        """A line in one of those that are JSON."""
        for keys in self._keys:
            if all(key in value for key in keys):
                return _of_variables({name: str(value[key]) for key, name in keys.items()})
        return None


def _enough(names: set[str]) -> bool:
    return "status" in names and bool(names & {"request", "path"})


def _pattern(text: str) -> str:
    """What a line of this format looks like. Of where a value ends there is never a choice: with
    one, a line that doesn't fit would take time without end."""
    parts: list[str] = []
    seen: set[str] = set()
    at = 0
    for run in _VARIABLES.finditer(text):
        parts.append(re.escape(text[at : run.start()]))
        at = run.end()
        names = [found[1] or found[2] for found in _VARIABLE.finditer(run[0])]
        follows = text[at : at + 1]
        # The last one of a line is all that is left.
        value = f"[^{re.escape(follows)}]*" if follows else ".*"
        if len(names) > 1:
            # What is written without anything between can't be told apart, but for a path.
            if _NAMES.get(names[-1]) != "path":
                parts.append(value)
                continue
            parts.append(f"[^/{re.escape(follows)}]*")
            value = f"(?:/{value})?"
        elif names[0].startswith("upstream_") and follows == " " and text[at + 1 : at + 2] != ":":
            value = _SEVERAL
        group = _NAMES.get(names[-1])
        if group is not None and group not in seen:
            seen.add(group)
            value = f"(?P<{group}>{value})"
        # Once matched, it stays: what follows is not tried with a part of it.
        parts.append(f"(?=(?P<_{len(parts)}>{value}))(?P=_{len(parts)})")
    parts.append(re.escape(text[at:]))
    return "".join(parts)


def as_object(text: str) -> dict[str, Any] | None:
    """A line of JSON as an object; None for another."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
