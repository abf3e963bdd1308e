"""Where a remedy is mechanical: the edit of the text that carries it out.

Only an edit that can't be wrong is offered: one directive put for another of the same name on its
own line, or one directive put into a block that opens on the place's line. Whatever is less plain
(a remedy of several lines or with a name to fill in, a quoted piece, a directive of which a block
has several or whose place in it matters) gets none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nginx_grpc.findings import Finding
from nginx_grpc.fingerprints import Lines

__all__ = ["Replacement", "of"]

_STATEMENT = re.compile(r"([a-z_][a-z0-9_]*)(?:\s[^;{}#\"'<>]*)?;")
_ONLY_STATEMENT = re.compile(r"\s*([a-z_][a-z0-9_]*)(?:\s[^;{}#\"'\\]*)?;\s*(?:#.*)?")
_OPENS_BLOCK = re.compile(r"\s*(location|upstream|server)\b[^#{};]*\{\s*(?:#.*)?")
_INDENT = re.compile(r"[ \t]*")

_TO_FILL_IN = re.compile(r"\.\.\.|\b[A-Z][A-Z_]{2,}\b")

# A block has several of these, or the first of its own ends what it inherits.
_ONE_OF_MANY = frozenset(
    {
        "add_header",
        "add_trailer",
        "error_page",
        "grpc_set_header",
        "listen",
        "proxy_set_header",
        "server",
        "set",
    }
)

# nginx reads `keepalive` and the balancing methods in the order they stand in.
_ORDER_MATTERS = frozenset({"keepalive", "least_conn", "ip_hash", "hash", "random", "zone"})

# A content handler replaces the one that is there.
_REPLACES = {"grpc_pass": ("grpc_pass", "proxy_pass")}


@dataclass(frozen=True, slots=True)
class Replacement:
    """Text that replaces a part of one line, or nothing of it.

    Args:
        line: the line, from 1.
        start, end: columns from 1 in UTF-16 code units; `end` is the first one kept.
        text: what to put there.
    """

    line: int
    start: int
    end: int
    text: str


def of(finding: Finding, lines: Lines) -> Replacement | None:
    """The edit that carries out a finding's remedy; None where it is not mechanical."""
    remedy = finding.remedy.strip().split("   # ")[0]
    statement = _STATEMENT.fullmatch(remedy)
    if statement is None or _TO_FILL_IN.search(remedy) or statement.group(1) in _ONE_OF_MANY:
        return None
    try:
        text = lines.at(finding.file, finding.line).decode("utf-8")
    except UnicodeDecodeError:
        return None
    ending = "\r" if text.endswith("\r") else ""
    text = text.removesuffix("\r")
    name = statement.group(1)
    only = _ONLY_STATEMENT.fullmatch(text)
    if only is not None and only.group(1) in _REPLACES.get(name, (name,)):
        start = only.start(1)
        return Replacement(
            finding.line, _column(text[:start]), _column(text[: text.index(";") + 1]), remedy
        )
    if _OPENS_BLOCK.fullmatch(text) is not None and name not in _ORDER_MATTERS:
        indent = _inner_indent(text, lines.at(finding.file, finding.line + 1))
        end = _column(text)
        return Replacement(finding.line, end, end, f"{ending}\n{indent}{remedy}")
    return None


def _column(before: str) -> int:
    return len(before.encode("utf-16-le")) // 2 + 1


def _inner_indent(opening: str, following: bytes) -> str:
    outer = _indent(opening)
    inner = _indent(following.decode("utf-8", "replace"))
    if following.strip() and inner.startswith(outer) and len(inner) > len(outer):
        return inner
    return outer + ("\t" if outer.endswith("\t") else "    ")


def _indent(text: str) -> str:
    found = _INDENT.match(text)
    return found.group() if found else ""
