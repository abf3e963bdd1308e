"""From a line to the class of messages that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nginx_grpc.explain import access, table
from nginx_grpc.explain.blocks import Block
from nginx_grpc.explain.entries import GRPC, Entry, none
from nginx_grpc.explain.lines import Facts, Line, error_line, facts_of, line_within, unwrapped
from nginx_grpc.explain.meanings import connections, pages
from nginx_grpc.explain.meanings.frames import HEAD
from nginx_grpc.explain.meanings.statuses import UNAVAILABLE, UNKNOWN, of_status
from nginx_grpc.explain.patterns import Matcher
from nginx_grpc.explain.table.requests import NOT_GRPC
from nginx_grpc.expressions import expression
from nginx_grpc.model.service_paths import is_service_path
from nginx_grpc.records import dataclass, field

__all__ = ["ANSWERED", "NOT_GRPC", "Recogniser", "Seen", "is_call"]

ANSWERED = Entry(
    "call-answered",
    "A call of gRPC that nginx answered with 200: how it ended says its grpc-status.",
    (none("nothing is wrong between nginx and the server"),),
)
_PLAIN_CALL = expression(r"/[A-Z][A-Za-z0-9_]*/[A-Z][A-Za-z0-9_]*")
# What the messages of clients have in common: each holds one of these.
_SIGN = expression(
    r"[gG]RPC|grpc|rpc error: |RpcError|StatusCode|[cC]ode[:=] ?\"?Unavailable|Stream removed"
    r"|(?:UNAVAILABLE|INTERNAL|UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|PERMISSION_DENIED): "
    r"|Failed to dial target host|recvmsg:|ipv[46]:|HTTP/2|http2|RST_STREAM|GOAWAY"
)
_CLIENT = expression(
    r"HTTP/2|http2|HTTP status|GOAWAY|RST_STREAM|[Ss]tream|grpc|gRPC|[cC]onnection|ALPN|tls: "
    r"|SETTINGS|TLS|curl: \(|[dD]eadline|DEADLINE|cardinality|EOF|content-type|EOS|pings|io exc"
    r"|Network closed|No status|Socket closed|Broken pipe|connect to all|ECONNRESET|Connect Fail"
    r"|received no request|SSL_ERROR|transport|rpc error|navailable|UNAVAILABLE|RpcError"
    r"|UNKNOWN|Unknown|Illegal header|Error parsing|malformed|header field"
    r"|ertificate|CERTIFICATE|altnames|finishConnect|certification path|GRPC|NaN undefined"
    r"|unknown (?:method|service) |Method not found|not implement the method|is unimplemented"
    r"|essage (?:larger than|exceeds)|INTERNAL: |Resolution note|reflection|Bandwidth exhausted"
    r"|esolution fail|nknownHost"
)
# What a client says where there is no more to it than the code.
_CODES = frozenset({UNAVAILABLE.name, UNKNOWN.name})
# A status is told in numbers; the table lists the usual ones.
_STATUS = expression(
    r"(?:Received http2 header with status: |unexpected HTTP status code received from server: "
    r"|Received HTTP status code |Bad gRPC response\. HTTP status code: )(\d{1,3})(?!\d)"
)
_SIZE = expression(
    r"(?:eceived message larger than max \(|essage exceeds maximum size \d{1,10}: )(\d{1,10})(?!\d)"
)
# What grpc-java says goes on over lines, with the headers and the page that came.
_JAVA = expression(r"io\.grpc\.Status(?:Runtime)?Exception|io\.grpc\.StatusException")
_TRACE = expression(
    r"Caused by: |\s+at |\s*\.\.\. \d|\s*Suppressed: |<|(?:in|mis)\w* content-type"
    r"|missing GRPC status|headers: Met|trailers: Met|Channel Pipe|DATA---"
)
_TOLD = "told"  # the cause of a message was in a line before
_WHOLE = ("unexpected EOF",)  # all that grpc-go says
# What is quoted most often, without the end of its line: nginx says it of upstreams above all.
_CUT = expression(r"(?:recv|send|writev)\(\) failed \(\d+: Connection reset by peer\)")
_CONNECTION = expression(r"^ *(?:\d{1,10}#\d{1,10}: )?\*\d{1,20} ")
_CALLS_OF_UNIX = "dial unix"
_WRAPPING = ("log", "message", "msg", "MESSAGE", "textPayload", "line", "body")
_DEPTH = 2  # objects within the text of an object


@dataclass(slots=True)
class Seen:
    """What a line is.

    Args:
        entry: its class; None where no entry knows it.
        time: see Line.
        facts: of its request.
        source: error log, access log, start, client, or other.
        text: the line as it is classified, without what a collector put before it.
    """

    entry: Entry | None
    time: str
    source: str
    text: str
    facts: Facts = field(default_factory=Facts)
    status: int = -1


def is_call(facts: Facts) -> bool:
    """Whether a request is surely one of gRPC, by method, protocol and path."""
    return (
        facts.method == "POST"
        and facts.protocol[:6] in ("HTTP/2", "HTTP/3", "")
        and _is_method(facts.path)
    )


def _is_method(path: str) -> bool:
    if len(path) > 512:
        return False
    return is_service_path("", path) or _PLAIN_CALL.fullmatch(path) is not None


class Recogniser:
    """Tells what lines are, one after the other.

    Args:
        formats: the configuration's own log formats.
        leads_to_grpc: whether a request comes to a location of gRPC; always False without a
            configuration.
    """

    def __init__(
        self,
        *,
        formats: access.Formats | None = None,
        leads_to_grpc: Callable[[Facts], bool] = lambda facts: False,
    ) -> None:
        self._formats = formats or access.Formats()
        self._leads_to_grpc = leads_to_grpc
        self._errors = Matcher(table.ERROR_LOG)
        self._startup = Matcher(table.STARTUP)
        # What says more than its code is known by that.
        said = [entry for entry in table.CLIENTS if entry.name not in _CODES]
        self._before = ""  # the start of a client's message that goes on over lines
        self._block: Block | None = None
        self._clients = Matcher(entry for entry in said if not entry.vague)
        self._vague = Matcher(entry for entry in said if entry.vague)
        self._codes = Matcher(entry for entry in table.CLIENTS if entry not in said)

    def all(self, lines: Iterable[str]) -> Iterator[Seen]:
        """What the lines are.

        Of a call that several tell of, the last one says which it is. The start of a message
        whose end does not come is no frame, but unknown.
        """
        head: Seen | None = None
        for text in lines:
            block, seen = self._block, self.see(text)
            if head is not None and self._before != head.text:
                yield head if self._before == _TOLD else Seen(None, head.time, "other", head.text)
                head = None
            if block is not None and self._block is not block and not block.ended:
                yield self._told(block)
            if seen is None:
                continue
            if (
                seen.entry is not None
                and seen.entry.name == HEAD.name
                and seen.text == self._before
            ):
                head = seen
            else:
                yield seen
        if head is not None:
            yield Seen(None, head.time, "other", head.text)
        if self._block is not None:
            yield self._told(self._block)

    def see(self, text: str) -> Seen | None:
        """What a line is; None for an empty one."""
        line = error_line(text) if text[4:5] == "/" else None
        if line is not None:
            self._block = None
            return self._error(line, text)
        text, stamp = unwrapped(text)
        seen = self._in_block(text)
        if seen is None:
            if not text.strip(" \t\0"):
                return None
            seen = self._seen(text)
        if not seen.time and stamp:
            seen.time = access.moment(stamp)
        return seen

    def _in_block(self, text: str) -> Seen | None:
        """What a line is in what a client says of one call; None where it is not in such."""
        block = self._block
        if block is not None and block.takes(text):
            if not block.ended:
                return Seen(HEAD, "", "client", text)
            self._block = None
            return self._told(block)
        self._block = Block.begun_by(text)
        return None if self._block is None else Seen(HEAD, "", "client", text)

    def _told(self, block: Block) -> Seen:
        said = " ".join(part.strip() for part in block.parts)
        return Seen(self._said(" ".join(block.parts), ""), "", "client", said)

    def _seen(self, text: str) -> Seen:
        line = error_line(text)
        if line is not None:
            return self._error(line, text)
        if text.startswith("{"):
            found = self._object(text)
            if found is not None:
                return found
        combined = access.access_line(text)
        request = self._formats.line(text) or combined
        if request is not None:
            return self._access(request, text if combined is not None else request.shown)
        within = line_within(text)
        line = error_line(within) if within else None
        if line is not None:
            return self._error(line, within)
        return self._other(text)

    def _error(self, line: Line, text: str) -> Seen:
        if line.level == "debug":
            return Seen(NOT_GRPC, line.time, "error log", text)
        if not line.rest and line.level in ("emerg", "warn", "notice"):
            entry = self._startup.entry(line.message)
            if entry is not None:
                return Seen(entry, line.time, "start", text)
            if line.level == "notice":
                # nginx tells of its processes and signals.
                return Seen(NOT_GRPC, line.time, "error log", text)
        facts = facts_of(line.rest)
        entry = self._errors.entry(line.message)
        if entry is None:
            if not self._concerns(facts):
                entry = NOT_GRPC if facts.path or facts.scheme else None
        elif entry.matters and not self._concerns(facts):
            entry = NOT_GRPC
        elif facts.method == "PRI" and entry is NOT_GRPC:
            entry = self._errors.entry(
                "client sent invalid request while reading client request line"
            )
        elif entry.name == "http2-to-http1-port" and (line.rest and facts.method != "PRI"):
            entry = NOT_GRPC
        return Seen(entry, line.time, "error log", text, facts)

    def _concerns(self, facts: Facts) -> bool:
        """Whether a line may be about gRPC: it says nothing of a request, or one of gRPC."""
        if facts.scheme in GRPC or facts.method == "PRI":
            return True
        if not facts.scheme and not facts.path and not facts.method:
            return True
        return is_call(facts) or (bool(facts.path) and self._leads_to_grpc(facts))

    def _object(self, text: str) -> Seen | None:
        value = access.as_object(text)
        if value is None:
            return None
        inner = self._inner(value, _DEPTH)
        if inner is not None and inner.entry is not None:
            return inner
        request = self._formats.value(value) or access.json_line(value)
        if request is not None:
            return self._access(request, request.shown)
        other = self._other(text)
        return inner if inner is not None and other.entry is None else other

    def _inner(self, value: Mapping[str, Any], depth: int) -> Seen | None:
        """The line that a collector put into an object: Docker's json-file driver, fluent-bit,
        journald, Google Cloud; the first one that is known, else the first."""
        first: Seen | None = None
        for key in _WRAPPING:
            line = value.get(key)
            if not isinstance(line, str) or (key != "log" and "status" in value):
                continue
            inner, stamp = unwrapped(line.rstrip("\n"))
            within = access.as_object(inner) if depth and inner.startswith("{") else None
            if within is None:
                seen: Seen | None = self._seen(inner) if inner[:1] != "{" else None
            else:
                seen = self._inner(within, depth - 1)
                request = self._formats.value(within) or access.json_line(within)
                if request is not None:
                    seen = self._access(request, request.shown)
            if seen is None:
                continue
            when = value.get("time") or value.get("@timestamp") or value.get("timestamp") or stamp
            if not seen.time and isinstance(when, str):
                seen.time = access.moment(when)
            if seen.entry is not None:
                return seen
            first = first or seen
        return first

    def _access(self, request: access.Access, text: str) -> Seen:
        facts, status = request.facts, request.status
        seen = Seen(NOT_GRPC, request.time, "access log", text, facts, status)
        if facts.method == "PRI":
            seen.entry = connections.HTTP1
        elif request.grpc or is_call(facts) or (facts.path and self._leads_to_grpc(facts)):
            seen.entry = of_status(status) or ANSWERED
        return seen

    def _said(self, text: str, before: str) -> Entry | None:
        """What a client says, in a line of its own or in one that goes on with a message."""
        if before.endswith("HTTP status code 200"):
            text = f"{before} {text}"  # the lines after it say what is wrong
        found = None
        if _CLIENT.search(text) and _CALLS_OF_UNIX not in text:
            status, size = _STATUS.search(text), _SIZE.search(text)
            if status is not None:
                found = of_status(int(status[1]))
            elif size is not None:
                found = pages.of_size(int(size[1]))
            found = found or self._clients.entry(text)
            of_grpc = before and text.startswith("Caused by: ")
            if found is None and (of_grpc or _SIGN.search(text) or text.strip() in _WHOLE):
                found = self._vague.entry(text)
            found = found or self._codes.entry(text)
        return found or (HEAD if before else None)

    def _other(self, text: str) -> Seen:
        """A client's message, or one of nginx without its time."""
        seen = Seen(None, "", "other", text)
        before, self._before = self._before, ""
        if before and _TRACE.match(text):
            self._before = before
        else:
            before = ""
        # Quoted without its time: `30#30: *187 upstream sent ...`.
        cut = _CONNECTION.match(text)
        if cut is None:
            seen.entry = HEAD if before == _TOLD else self._said(text, before)
        if seen.entry is not None:
            seen.source = "client"
            if before or _JAVA.search(text):
                open_still = seen.entry.name in {HEAD.name, *_CODES}
                self._before = (before or text) if open_still else _TOLD
            return seen
        if _CUT.fullmatch(text.strip()):
            text = f"{text.strip()} while reading response header from upstream"
        text = text[cut.end() :] if cut else text
        at = text.find(", client: ")
        message, rest = (text, "") if at < 0 else (text[:at], text[at:])
        found = self._errors.entry(message, anywhere=False)
        if found is not None and found.matters:
            seen.facts = facts_of(rest)
            seen.source = "error log"
            seen.entry = found if self._concerns(seen.facts) else NOT_GRPC
        return seen
