"""Settings with pseudonyms: the names in them are those of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.vocabulary import AMOUNT

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor

__all__ = ["kind_of", "redacted_settings"]

_KEYS = frozenset(
    """
    nginx_grpc profile inline_waivers nginx_version explicit workers grpc default upstreams
    max_connection_age max_connection_idle expected_concurrency longest_silence streaming metadata
    largest_request levels waivers id file location upstream server reason owner expires until
    not_judged extends
    """.split()  # noqa: SIM905
)
_KINDS = {
    "upstream": "upstream",
    "server": "host",
    "location": "location",
    "extends": "file",
    "file": "file",
    "metadata": "header",
    "reason": "word",
    "owner": "word",
}
_PLAIN = expression(
    r"NG[0-9]{3}\Z|[0-9.]+\Z|[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
    r"|(?:checklist|evidence|allow|forbid|advised|required|deny|warn|off|none|server|client|bidi)\Z"
)


def kind_of(above: tuple[str, ...], key: str) -> tuple[str, str]:
    """What the key and the values of a mapping's entry are: kinds of words, empty for none.

    Args:
        above: the keys on the way to the mapping.
        key: the entry's.
    """
    if above[-1:] == ("upstreams",):
        return "upstream", ""
    if above[-1:] == ("levels",):
        return ("" if _PLAIN.match(key) else "name"), ""
    return ("" if key in _KEYS else "name"), _KINDS.get(key, "")


def redacted_settings(values: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """The mapping under `nginx_grpc` with pseudonyms."""
    return {
        _key(redactor, (), key): _value(redactor, (key,), value, kind_of((), key)[1])
        for key, value in values.items()
    }


def _key(redactor: Redactor, above: tuple[str, ...], key: str) -> str:
    kind, _ = kind_of(above, key)
    return redactor.word(key, kind) if kind else key


def _value(redactor: Redactor, above: tuple[str, ...], value: Any, kind: str) -> Any:
    if isinstance(value, Mapping):
        return {
            _key(redactor, above, key): _value(
                redactor, (*above, key), inner, kind_of(above, key)[1]
            )
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_value(redactor, above, item, kind) for item in value]
    if not isinstance(value, str):
        return value
    return text_of(redactor, value, kind)


def text_of(redactor: Redactor, value: str, kind: str) -> str:
    """A text of the settings."""
    return value if _is_plain(value, kind) else redactor.word(value, kind or "word")


def _is_plain(value: str, kind: str) -> bool:
    return not kind and bool(_PLAIN.match(value) or AMOUNT.match(value))


def redacted_settings_text(data: bytes, redactor: Redactor) -> bytes:
    """A settings file with pseudonyms."""
    from nginx_grpc.redaction.words import apply
    from nginx_grpc.redaction.yaml_marks import outside
    from nginx_grpc.redaction.yaml_texts import Node, Scalar, Sequence, YamlText

    text = YamlText(data)
    edits = list(outside(text, redactor))
    waiting: list[tuple[Node, tuple[str, ...], str]] = [(node, (), "") for node in text.documents]
    while waiting:
        node, above, kind = waiting.pop()
        if isinstance(node, Scalar):
            if not _is_plain(node.value, kind):
                edits.extend(node.edits(redactor.edits(node.value, kind or "word")))
        elif isinstance(node, Sequence):
            waiting.extend((item, above, kind) for item in node.items)
        else:
            for key, value in node.items:
                of_key, of_value = kind_of(above, key.value)
                if of_key:
                    edits.extend(key.edits(redactor.edits(key.value, of_key)))
                waiting.append((value, (*above, key.value), of_value))
    return apply(text.text, edits).encode("latin-1")
