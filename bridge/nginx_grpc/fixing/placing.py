"""An edit to changes of a text: what is written, in the style of what stands around it.

Comments, blank lines, indentation, line ends and the lines that a directive shares with others
stay. A directive that has its lines for itself is added and taken away with them.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from nginx_grpc.expressions import expression
from nginx_grpc.fixing import quoting
from nginx_grpc.fixing.edits import Statement
from nginx_grpc.fixing.homes import Change, UnplacedError
from nginx_grpc.fixing.spans import Span, Spans
from nginx_grpc.records import replace

__all__ = ["added", "moved", "removed", "rewritten"]

_BLANKS = " \t\r"
_TO_END = expression(r"[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_REFERENCE = expression(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|\(([A-Za-z_]\w*)\))", re.ASCII)
# nginx drops the pool of a `keepalive` above one of these before 1.29.7.
_BALANCERS = ("hash", "ip_hash", "least_conn", "least_time", "random", "sticky")


def rewritten(spans: Spans, span: Span, new: Statement) -> list[Change]:
    """A directive with another name or other arguments; what stays equal is not touched."""
    text = spans.text
    written = [text[start:end] for start, end in span.words]
    known = dict(zip(map(_plain, span.args), written[1:], strict=True))
    changes: list[Change] = []
    if new.name != span.name:
        changes.append(Change(*span.words[0], _bytes(_quoted(new.name))))
    old, wanted = list(map(_plain, span.args)), list(map(_plain, new.args))
    for tag, first, last, start, end in SequenceMatcher(None, old, wanted, False).get_opcodes():
        if tag == "equal":
            continue
        words = [_word(value, known) for value in new.args[start:end]]
        both = min(last - first, len(words))
        changes += [
            Change(*span.words[1 + first + number], words[number]) for number in range(both)
        ]
        if len(words) > both:
            behind = span.words[first + both][1]
            more = "".join(f" {each}" for each in words[both:])
            if both or (changes and changes[-1].end == behind):
                last_change = changes.pop()
                changes.append(replace(last_change, text=last_change.text + more))
            else:
                changes.append(Change(behind, behind, more))
        for number in range(1 + first + both, 1 + last):
            begin, until = span.words[number]
            before = span.words[number - 1][1]
            changes.append(Change(begin if "#" in text[before:begin] else before, until, ""))
    return changes


def removed(spans: Spans, span: Span) -> list[Change]:
    """A directive taken away, with the lines that it has for itself."""
    text = spans.text
    begin, lone = _line_start(text, span.start)
    after = _TO_END.match(text, span.end)
    if lone and after is not None and "#" not in after[0]:
        return [Change(begin, after.end(), "")]
    start, end = span.start, span.end
    if lone:
        # What follows on the line takes its place.
        while text[end] in _BLANKS:
            end += 1
    else:
        while text[start - 1] in _BLANKS:
            start -= 1
        if text[start - 1] == "{" and text[end] not in _BLANKS:
            start = span.start
    return [Change(start, end, "")]


def moved(spans: Spans, span: Span, after: Span) -> list[Change]:
    """A directive put behind another one of the same text, with the comment on its line."""
    text = spans.text
    begin, lone = _line_start(text, span.start)
    rest = _TO_END.match(text, span.end)
    target = _TO_END.match(text, after.end)
    if lone and rest is not None and target is not None and _starts_line(text, after):
        line = text[begin : rest.end()]
        if not line.endswith("\n"):
            line += _newline(text, begin)
        if text[: target.end()].endswith("\n"):
            return [Change(begin, rest.end(), ""), Change(target.end(), target.end(), line)]
        newline = _newline(text, after.start)
        line = newline + line.removesuffix("\n").removesuffix("\r")
        return [Change(begin, rest.end(), ""), Change(target.end(), target.end(), line)]
    new = text[span.start : span.end]
    return [*removed(spans, span), Change(after.end, after.end, f" {new}")]


def added(spans: Spans, block: Span | None, new: Statement) -> list[Change]:
    """One more directive in a block, or at the top of the text for None.

    A plain one goes behind the last plain one before the first block, a block goes to the end.
    """
    inside = spans.top if block is None else block.block
    if inside is None:
        raise UnplacedError("no block of nginx's directives stands there")
    if new.block is not None:
        return [_at_end(spans, block, inside, new)]
    first = next((n for n, each in enumerate(inside) if _is_block(each)), len(inside))
    plain = inside[:first]
    if new.name == "keepalive":
        last = max((n for n, each in enumerate(inside) if each.name in _BALANCERS), default=-1)
        plain = inside[: max(first, last + 1)]
    if plain:
        return [_behind(spans, block, plain[-1], new)]
    return [_at_start(spans, block, inside, new)]


def _behind(spans: Spans, block: Span | None, last: Span, new: Statement) -> Change:
    text = spans.text
    rest = _TO_END.match(text, last.end)
    if rest is not None and (_starts_line(text, last) or _ends_line(text, block)):
        indent = _indent(text, last) if _starts_line(text, last) else _inner(spans, block)
        lines = _lines(new, indent, _unit(spans, block), _newline(text, last.start))
        if rest[0].endswith("\n"):
            return Change(rest.end(), rest.end(), lines)
        newline = _newline(text, last.start)
        return Change(rest.end(), rest.end(), newline + lines.removesuffix(newline))
    return Change(last.end, last.end, f" {_one_line(new)}")


def _at_start(spans: Spans, block: Span | None, inside: list[Span], new: Statement) -> Change:
    text = spans.text
    at = 0 if block is None else block.head
    rest = _TO_END.match(text, at)
    if block is None and inside:
        # The text's own head, a comment as a rule, stays on top.
        at = _line_start(text, inside[0].start)[0]
        return Change(at, at, _lines(new, _indent(text, inside[0]), "", _newline(text, at)))
    if rest is not None and (block is None or rest[0].endswith("\n")):
        lines = _lines(new, _inner(spans, block), _unit(spans, block), _newline(text, at))
        if rest[0] and not rest[0].endswith("\n"):
            lines = _newline(text, at) + lines
        return Change(rest.end(), rest.end(), lines)
    tail = "" if text[at : at + 1] in (" ", "\t") else " "
    return Change(at, at, f" {_one_line(new)}{tail}")


def _at_end(spans: Spans, block: Span | None, inside: list[Span], new: Statement) -> Change:
    text = spans.text
    apart = bool(inside) and (_is_block(inside[-1]) or len(inside) > 1)
    newline = _newline(text, len(text) if block is None else block.start)
    if block is None:
        lines = _lines(new, "", _unit(spans, None), newline)
        before = "" if not text or text.endswith("\n") else newline
        return Change(len(text), len(text), before + newline * apart + lines)
    begin, lone = _line_start(text, block.close)
    if lone:
        lines = _lines(new, _inner(spans, block), _unit(spans, block), newline)
        return Change(begin, begin, newline * apart + lines)
    close = block.close
    head = "" if text[close - 1] in " \t" else " "
    tail = " "
    return Change(close, close, f"{head}{_one_line(new)}{tail}")


def _word(value: str, known: dict[str, str]) -> str:
    """A word, as it was written before where it was."""
    written = known.get(_plain(value))
    if written is not None:
        return written
    if "$(" in value:
        # A name that something is to fill in: how it is written is not known here.
        raise UnplacedError("a name that something is to fill in has a part in it")
    return _bytes(_quoted(value))


def _quoted(value: str) -> str:
    try:
        return quoting.word(value)
    except ValueError as error:
        raise UnplacedError(f"nginx can't read {error}") from None


def _bytes(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _plain(value: str) -> str:
    """A value with each name that something may fill in written alike."""
    return _REFERENCE.sub(lambda found: f"$({found[found.lastindex or 0]})", value)


def _one_line(new: Statement) -> str:
    words = " ".join([new.name, *(_word(each, {}) for each in new.args)])
    if new.block is None:
        return f"{words};"
    return " ".join([words, "{", *map(_one_line, new.block), "}"])


def _lines(new: Statement, indent: str, unit: str, newline: str) -> str:
    words = " ".join([new.name, *(_word(each, {}) for each in new.args)])
    if new.block is None:
        return f"{indent}{words};{newline}"
    inner = "".join(_lines(each, indent + unit, unit, newline) for each in new.block)
    return f"{indent}{words} {{{newline}{inner}{indent}}}{newline}"


def _is_block(span: Span) -> bool:
    return span.end != span.head


def _line_start(text: str, at: int) -> tuple[int, bool]:
    """Where the line of an offset starts, and whether nothing but blanks stands before it."""
    start = at
    while start and text[start - 1] in _BLANKS:
        start -= 1
    if start and text[start - 1] != "\n":
        return start, False
    return start, True


def _starts_line(text: str, span: Span) -> bool:
    return _line_start(text, span.start)[1]


def _ends_line(text: str, block: Span | None) -> bool:
    return block is None or _line_start(text, block.close)[1]


def _indent(text: str, span: Span) -> str:
    """The blanks before the line that a directive starts in."""
    begin = text.rfind("\n", 0, span.start) + 1
    end = begin
    while text[end] in " \t":
        end += 1
    return text[begin:end]


def _inner(spans: Spans, block: Span | None) -> str:
    """The indentation of what stands in a block."""
    if block is None:
        return ""
    for each in block.block or ():
        if _starts_line(spans.text, each):
            return _indent(spans.text, each)
    return _indent(spans.text, block) + _unit(spans, block)


def _unit(spans: Spans, block: Span | None) -> str:
    """By how much a block is indented, as the nearest block around shows it, or the text."""
    around: Span | None = block
    while around is not None:
        if (unit := _step(spans.text, around)) is not None:
            return unit
        around = around.parent
    for top in spans.top:
        if (unit := _step(spans.text, top)) is not None:
            return unit
    return "    "


def _step(text: str, block: Span) -> str | None:
    for each in block.block or ():
        if _starts_line(text, each) and _starts_line(text, block):
            outer, inner = _indent(text, block), _indent(text, each)
            if inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
    return None


def _newline(text: str, at: int) -> str:
    """The line end of the line at an offset; of a last line, that of the one before it."""
    end = text.find("\n", at)
    if end < 0:
        end = text.rfind("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"
