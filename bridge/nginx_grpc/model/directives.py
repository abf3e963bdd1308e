"""One setting: which directive says it, in which contexts, and how its text reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nginx_grpc.compact_json import compact
from nginx_grpc.model import units
from nginx_grpc.model.nodes import lined
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = [
    "HTTP_SETTINGS",
    "LOCATION_SETTINGS",
    "SERVER_SETTINGS",
    "UPSTREAM_SETTINGS",
    "Form",
    "Setting",
    "SettingReader",
    "overriding",
    "overshadowed",
    "shortened",
]

# A text of this length is shown in part where it is repeated: nothing that a rule reads is longer.
_LONGEST_TEXT = 1000
_MOST_KNOWN = 10_000
# As a key, for in a text its quotes would be escaped.
_LINE = '"line":-1'


@dataclass(frozen=True, slots=True)
class Form:
    """How nginx reads a directive.

    Args:
        field: the document's name of the value: ms, bytes, number, on; empty for a text.
        value: what one text means, None where nginx refuses it.
        least, most: how many arguments it takes.
        words: for a directive that takes a set of words: those that nginx knows. Several
            such directives in one context add up, where any other is refused as a duplicate.
        repeats: whether nginx accepts it twice in a context.
    """

    field: str = ""
    value: Callable[[str], int | bool | None] | None = None
    least: int = 1
    most: int = 1
    words: frozenset[str] = frozenset()
    repeats: bool = False


_MANY = 1 << 30
_TIME = Form("ms", units.milliseconds_of)
_SIZE = Form("bytes", units.bytes_of)
_OFFSET = Form("bytes", units.offset_of)
_COUNT = Form("number", units.count_of)
_SWITCH = Form("on", units.switch_of)
_TEXT = Form()
_RESOLVER = Form(most=_MANY)
_TLS = Form(
    most=_MANY, words=frozenset(("sslv2", "sslv3", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"))
)
_NEXT_UPSTREAM = Form(
    most=_MANY,
    words=frozenset(
        (
            "error",
            "timeout",
            "invalid_header",
            "non_idempotent",
            "http_500",
            "http_502",
            "http_503",
            "http_504",
            "http_403",
            "http_404",
            "http_429",
            "off",
        )
    ),
)

# Of these, location sees what http and server say.
SERVER_SETTINGS = {
    "http2": _SWITCH,
    "underscores_in_headers": _SWITCH,
    "ignore_invalid_headers": _SWITCH,
    "client_header_buffer_size": _SIZE,
    "large_client_header_buffers": Form(least=2, most=2),
    "ssl_protocols": _TLS,
    "resolver": _RESOLVER,
    # The second argument is the value of the Keep-Alive header.
    "keepalive_timeout": Form("ms", units.milliseconds_of, most=2),
    "keepalive_requests": _COUNT,
    "keepalive_time": _TIME,
    "client_header_timeout": _TIME,
    "http2_max_concurrent_streams": _COUNT,
    "max_headers": _COUNT,
}

LOCATION_SETTINGS = {
    "grpc_connect_timeout": _TIME,
    "grpc_read_timeout": _TIME,
    "grpc_send_timeout": _TIME,
    "grpc_next_upstream_timeout": _TIME,
    "client_body_timeout": _TIME,
    "send_timeout": _TIME,
    "proxy_read_timeout": _TIME,
    "proxy_send_timeout": _TIME,
    "proxy_connect_timeout": _TIME,
    "client_max_body_size": _OFFSET,
    "grpc_buffer_size": _SIZE,
    "grpc_next_upstream_tries": _COUNT,
    "grpc_intercept_errors": _SWITCH,
    "recursive_error_pages": _SWITCH,
    "grpc_ssl_verify": _SWITCH,
    "grpc_ssl_server_name": _SWITCH,
    "proxy_pass_trailers": _SWITCH,
    "grpc_web": _SWITCH,
    "grpc_next_upstream": _NEXT_UPSTREAM,
    "grpc_ssl_name": _TEXT,
    "grpc_ssl_protocols": _TLS,
    "grpc_ssl_trusted_certificate": _TEXT,
    "default_type": _TEXT,
    "proxy_http_version": _TEXT,
    "resolver": _RESOLVER,
}

HTTP_SETTINGS = {**SERVER_SETTINGS, **LOCATION_SETTINGS}

UPSTREAM_SETTINGS = {
    # The second argument is `local`.
    "keepalive": Form("number", units.count_of, most=2),
    "keepalive_requests": _COUNT,
    "keepalive_timeout": _TIME,
    "keepalive_time": _TIME,
    "zone": Form(most=2, repeats=True),
    "resolver": _RESOLVER,
}


class Setting(dict[str, Any]):
    """A setting of the document.

    Attributes:
        around: its JSON before and after its line; None where that is not known. Most settings
            differ from others in their line alone.
    """

    __slots__ = ("around",)

    around: tuple[str, str] | None

    def text(self) -> str:
        """Its JSON."""
        if self.around is None:
            return compact(self)
        before, after = self.around
        return f"{before}{self['line']}{after}"


class SettingReader:
    """Reads the settings of one document. What is written alike is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Setting] = {}

    def read(
        self, name: str, form: Form, directives: list[Directive], context: str, *, more: bool
    ) -> Setting:
        """The setting that the directives of one context make.

        Args:
            name: the directive.
            form: how nginx reads it in that context.
            directives: all of its name in that context, at least one.
            context: the context's name.
            more: whether an unread include in that context may say more of it.
        """
        first = directives[0]
        if len(directives) > 1:
            return _read(form, directives, context, more)
        like = (name, context, more, first.file, first.key, *first.args)
        known = self._known.get(like)
        if known is None:
            known = _read(form, directives, context, more)
            before, line, after = compact({**known, "line": -1}).partition(_LINE)
            known.around = (before + line[:-2], after)
            if len(self._known) < _MOST_KNOWN:
                self._known[like] = known
        setting = Setting(known)
        setting["line"] = first.line if first.line > 0 else 1
        setting.around = known.around
        return setting


def _read(form: Form, directives: list[Directive], context: str, more: bool) -> Setting:
    first = directives[0]
    texts = [argument for directive in directives for argument in directive.args]
    setting = Setting(value=shortened(" ".join(texts) if form.words else _text(first)))
    setting.around = None
    why = ""
    if any(not directive.args for directive in directives):
        why = "empty"
    elif any("$" in text for text in texts):
        why = "variable"
    elif not _accepted(form, directives):
        why = "duplicate" if len(directives) > 1 and _accepted(form, directives[:1]) else "rejected"
    elif form.words:
        # nginx reads these words in any case and takes one said twice as said once.
        words = [text.lower() for text in texts]
        if form.words.issuperset(words):
            setting["value"] = " ".join(dict.fromkeys(words))
            why = "gap" if more else ""
        else:
            why = "rejected"
    elif form.value is not None:
        value = form.value(first.args[0])
        if value is None:
            why = "rejected"
        else:
            setting[form.field] = value
    if why:
        setting["unresolved"] = True
        setting["why"] = why
    setting["context"] = context
    lined(setting, first)
    return setting


def overshadowed(setting: Setting) -> Setting:
    """The setting where an unread include further in may set another value."""
    if setting.get("unresolved"):
        return setting
    doubtful = Setting(value=setting["value"], unresolved=True, why="gap")
    doubtful.around = None
    for name in ("context", "file", "line", "key"):
        if name in setting:
            doubtful[name] = setting[name]
    return doubtful


def overriding(setting: Setting, outer: Setting | None, form: Form) -> Setting:
    """The setting of an inner context, with the other time or size that it overrides."""
    field = form.field
    if (
        outer is None
        or field not in ("ms", "bytes")
        or not {field} <= setting.keys() & outer.keys()
    ):
        return setting
    if outer[field] != setting[field]:
        setting["outer_value"], setting["outer_context"] = outer["value"], outer["context"]
        setting.around = None
    return setting


def shortened(text: str) -> str:
    """A text that is repeated where it is inherited, cut where none that counts is so long."""
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "..."


def _text(directive: Directive) -> str:
    return " ".join(directive.args)


def _accepted(form: Form, directives: list[Directive]) -> bool:
    if len(directives) > 1 and not form.words and not form.repeats:
        return False
    return all(form.least <= len(item.args) <= form.most for item in directives)
