"""What must hold for every input: the bodies of the fuzz targets.

A target raises for a find: an AssertionError, or whatever escapes from the code.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from pathlib import Path
from random import Random
from typing import Any

from nginx_grpc import documents, sources
from nginx_grpc.errors import Refused
from nginx_grpc.parsers import directives, foreign, parse, templates
from nginx_grpc.parsers.interface import Parsed
from nginx_grpc.sources import Limits, ReadOptions
from tests.oracle.agreement import reading
from tests.oracle.plain_tree import slowly
from tests.oracle.texts import hostile, lines, lua, mutated, planted, valid

__all__ = ["TARGETS", "guard", "made_up", "on_bridge", "on_parser"]

# What the parser refuses although the text splits into words: names, blocks and what hides others.
_NOT_SYNTAX = (
    "a name that no directive has",
    "a U+",
    "a string or comment of more than 4,096 bytes in a Lua block",
    "the name of a directive in capitals",
    "a block where nginx takes none",
    "more than two words in",
    "more than 1,000 blocks",
    "an if without a condition",
    "a directive inside another one",
    "a byte that is no UTF-8 in one name",
    "looks like",
)
_MOST_BYTES = 64 * 1024


def on_parser(data: bytes) -> None:
    """The parser reads a text as it is read byte by byte, or refuses it with its line."""
    if len(data) < 2 or len(data) > _MOST_BYTES:
        return
    choice, text = data[0], data[1:]
    free_names, one_line, offset = bool(choice & 1), bool(choice & 2), choice >> 2
    try:
        with guard():
            found: Parsed | Refused = parse(
                text, "f", line_offset=offset, one_line=one_line, free_names=free_names, key=""
            )
    except Refused as refused:
        found = refused
    assert gc.isenabled()
    ours = reading(text, free_names=free_names)
    assert not ours.problem, ours.problem
    lines_ = text.count(b"\n") + 1
    if isinstance(found, Refused):
        assert found.file == "f", found
        assert offset < found.line <= offset + (1 if one_line else lines_), found
        _check_words(found)
        slow = slowly(text)
        why = ours.read.why
        assert slow.stopped or not why or _expected(why), f"refused without need: {found}"
        return
    _check_parsed(found, offset, one_line, lines_)
    assert found.statements == ours.count == len(ours.statements)


def _expected(why: str) -> bool:
    known = (" takes no block: a ; is missing", " needs a block")
    return why.startswith(_NOT_SYNTAX) or why.endswith(known)


def _check_parsed(parsed: Parsed, offset: int, one_line: bool, lines_: int) -> None:
    last = offset + (1 if one_line else lines_)
    blocks = [(parsed.directives, 0, 0)]
    deepest = statements = 0
    including = []
    while blocks:
        block, depth, least = blocks.pop()
        deepest = max(deepest, depth)
        statements += len(block)
        for directive in block:
            assert offset < directive.line <= last
            assert directive.line >= least
            least = directive.line
            if directive.block is not None:
                blocks.append((directive.block, depth + 1, least))
            elif directive.name == "include":
                including.append(id(block))
    assert deepest == parsed.depth
    assert statements == parsed.statements
    assert {id(each.directives) for each in parsed.including} <= set(including)
    for comment in parsed.comments:
        assert offset < comment.line <= last
        assert comment.covers == 0 or offset < comment.covers <= last
        assert comment.text.startswith("nginx-grpc:")


_LIMITS = Limits(files=50, total_bytes=1 << 20, statements=20_000, names=5_000, unread=100)


def on_bridge(data: bytes) -> None:
    """A text on standard input gives valid documents, or a refusal that says where."""
    if len(data) > _MOST_BYTES:
        return
    # The first byte is for the options of on_parser.
    stdin = io.BytesIO(data[1:])
    try:
        with guard():
            configurations = sources.read(["-"], options=ReadOptions(limits=_LIMITS), stdin=stdin)
            built = documents.build(configurations)
            text = documents.as_json(built)
    except Refused as refused:
        text, said = "", refused
    if not text:
        _check_words(said)
        return
    assert text.isascii()
    read = json.loads(text)
    assert (read if isinstance(read, list) else [read]) == built


def _check_words(refused: Refused) -> None:
    assert refused.what, refused
    assert refused.hint, refused
    assert "\n" not in str(refused), refused
    assert "fault of nginx-grpc" not in refused.hint, refused


TARGETS = {"parser": on_parser, "bridge": on_bridge}


def made_up(seed: int, most: int) -> bytes:
    """A text of the grammar, of a seed."""
    rng = Random(seed)
    kind = rng.randrange(8)
    if kind == 0:
        text = hostile(rng)
    elif kind == 1:
        text = lua(rng)
    elif kind in (2, 3):
        text = lines(rng)
    else:
        text = valid(rng)
        text = mutated(rng, text) if rng.random() < 0.7 else text
        text = planted(rng, text) if rng.random() < 0.2 else text
    # The first byte holds the options.
    return (bytes([rng.choice([0, 0, 0, rng.randrange(256)])]) + text)[:most]


class guard:  # noqa: N801 - used as a word
    """While it is entered, no file outside this folder, no process and no socket may be opened."""

    _on = False
    _hooked = False
    # What a standard library opens on its own: time zones, locales, itself.
    _own = tuple({sys.prefix, sys.base_prefix, str(Path(json.__file__).parent.parent)})
    _project = str(Path(documents.__file__).resolve().parents[2])

    def __enter__(self) -> None:
        if not guard._hooked:
            guard._hooked = True
            sys.addaudithook(_audit)
        guard._on = True

    def __exit__(self, *_: object) -> None:
        guard._on = False


_FORBIDDEN = (
    *("subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "socket."),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod"),
    *("shutil.", "tempfile.", "urllib.", "http.", "ctypes.", "pty.", "signal."),
)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not guard._on:
        return
    if event.startswith(_FORBIDDEN):
        raise AssertionError(f"{event} {args}")
    if event in ("open", "os.listdir", "os.scandir"):
        path = os.path.abspath(os.fsdecode(args[0])) if isinstance(args[0], (str, bytes)) else ""
        inside = path.startswith((os.getcwd() + os.sep, *guard._own, guard._project))
        if path and path != os.getcwd() and not inside:
            raise AssertionError(f"{event} {path}")
        if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wxa+"):
            raise AssertionError(f"{event} {args}")


# The parser imports these when it needs them; the guard is to see no import.
_IMPORTED = (directives, foreign, templates)
