"""One text, read line by line into directives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.blocks import BLOCKS, NAME, Body, body_of, problem
from nginx_grpc.parsers.interface import (
    MAX_DEPTH,
    NAMED_BLOCKS,
    Including,
    Parsed,
    Place,
)
from nginx_grpc.parsers.lines import (
    CLOSES,
    ENTRY,
    LINE_OF_WORDS,
    OPENS,
    PLAIN,
    WORDS,
    Line,
    classify,
    kind_of_directive,
    kind_of_entry,
)
from nginx_grpc.parsers.lua import is_lua, lua_end
from nginx_grpc.parsers.positions import cover, directives_of, place_at
from nginx_grpc.parsers.words import (
    Fault,
    Piece,
    Statement,
    comment_end,
    decoded,
    statement,
    undecodable,
)
from nginx_grpc.tree import Comment, Directive

__all__ = ["Reading"]

# No limit of nginx is near in a line of this length.
_SHORT = 1_000
_LINES_KEPT = 65_536
# Blocks of pairs: nginx rejects a third word.
_PAIRS = frozenset({"geo", "map"})

_GAP = expression(r"[ \t\r]*")
# A directive without anything special, on one line and as short as a line to remember.
_SIMPLE = expression(r"[^\x00-\x08\x0a-\x0c\x0e-\x1f\x7f-\xff\"'\\#{};%@<]{1,900}[;{]")
# What may make a word one of a template's, see parsers.templates.
_SIGN = expression(r"<%|%%[A-Z]|@[A-Z]|\{\{|\{%|\\\$")
# A name that something is to fill in, on a line of its own.
_ALONE = expression(r"\$(?:\{\w+\}|\(\w+\)|_*[A-Z][A-Z0-9_]*)(?:[ \t\r]*\n|[ \t\r]+[#}])")


class _Frame(NamedTuple):
    """What stands around a block: the directives there and theirs, its own directive, its start."""

    directives: list[Directive]
    body: Body
    includes: bool
    owner: Directive
    start: int


class Reading:
    """A text being read: the block that is open, and those around it.

    Args:
        text: the text, one character a byte, and one line feed more.
        place: where it stands.
        body: what may stand at its top level.
    """

    def __init__(self, text: str, place: Place, body: Body) -> None:
        self.text = text
        self.ascii = text.isascii()
        self.place = place
        self.parsed = Parsed([])
        self.out = self.parsed.directives
        self.body = body
        self.includes = False
        self.around: list[_Frame] = []
        # Lines met before, for blocks of directives and for blocks of values.
        self.learned: tuple[dict[str, Line], dict[str, Line]] = ({}, {})
        self.known = self.learned[body.free_names]
        # What bytes that are no UTF-8 became, e.g. `\xff`.
        self.escapes: set[str] = set()

    def run(self) -> Parsed:
        """Reads it all. Raises Fault where nginx would stop."""
        text, file, key = self.text, self.place.file, self.place.key
        find, learn = text.find, self.learn
        append, known = self.out.append, self.known.get
        line, at, size = self.place.line_offset, 0, len(text)
        while at < size:
            end = find("\n", at)
            line += 1
            written = text[at:end]
            kind, name, args, column = known(written) or learn(written)
            if kind == PLAIN:
                append(Directive(name, args, file, line, None, key, "", column))
            elif kind == ENTRY:
                self.add(name, args, line, at, column)
            elif kind == OPENS:
                self.open(name, args, line, at, column)
                append, known = self.out.append, self.known.get
            elif kind == CLOSES:
                self.close(at)
                append, known = self.out.append, self.known.get
            elif kind == WORDS:
                at, line = self.line_of_words(written, at, line)
                append, known = self.out.append, self.known.get
                continue
            at = end + 1
        return self.finish()

    def learn(self, written: str) -> Line:
        """What a line is that was not met before."""
        if len(written) > _SHORT:
            return LINE_OF_WORDS
        found = classify(written, entries=self.body.free_names)
        self.remember(written, found)
        return found

    def remember(self, written: str, found: Line) -> None:
        """Keeps what a line is, for the next one like it in such a block."""
        if len(written) <= _SHORT and len(self.known) < _LINES_KEPT:
            self.known[written] = found

    def line_of_words(self, written: str, at: int, line: int) -> tuple[int, int]:
        """Reads a line word by word, and remembers it if it holds just one plain directive."""
        out, had, body, parsed = self.out, len(self.out), self.body, self.parsed
        noted = len(parsed.comments)
        end, last = self.words(at, line)
        if (
            last == line
            and len(out) == had + 1
            and noted == len(parsed.comments)
            and written.isascii()
        ):
            found = out[-1]
            if self.out is out and found.block is None:
                if not body.free_names and not is_lua(found.name):
                    kind = kind_of_directive(found.name)
                    self.remember(written, (kind, found.name, found.args, found.column))
                elif body.free_names and len(found.args) < 2:
                    kind = kind_of_entry(found.name)
                    self.remember(written, (kind, found.name, found.args, found.column))
            elif self.out is found.block and not found.block and found.name in BLOCKS:
                opens = (OPENS, found.name, found.args, found.column)
                if written in self.learned[False]:
                    self.learned[False][written] = opens
        return end, last

    def words(self, at: int, line: int) -> tuple[int, int]:
        """Reads from `at`, the start of a line, to the end of a line between two directives.

        Returns the offset after it and its number.
        """
        text = self.text
        # The first line of the directive that began its block, or ended, on this line.
        last = 0
        # An offset in the line, and its column.
        known, column = at, 1
        while True:
            gap = _GAP.match(text, at)
            assert gap is not None
            at = gap.end()
            column += self.characters(known, at)
            known = at
            first = text[at]
            if first == "\n":
                return at + 1, line
            if first == "#":
                end = comment_end(text, at)
                self.comment(at, end, line, last)
                at = end
            elif first == "}":
                last = self.close(at).line
                at += 1
            else:
                last = line
                simple = _SIMPLE.match(text, at)
                if simple is not None and self.simple(simple[0], line, at, column):
                    at = simple.end()
                    continue
                end = self.directive(at, line, column)
                if lines := text.count("\n", at, end):
                    line += lines
                    known, column = text.rindex("\n", at, end) + 1, 1
                at = end

    def characters(self, start: int, end: int) -> int:
        """How many characters there are between two places of a line."""
        if self.ascii:
            return end - start
        return len(self.text[start:end].encode("latin-1").decode("utf-8", "surrogateescape"))

    def simple(self, written: str, line: int, at: int, column: int) -> bool:
        """Takes a directive like a line of its own, if it can be one that is remembered."""
        kind, name, args, _ = self.known.get(written) or self.learn(written)
        if kind == PLAIN:
            place = self.place
            self.out.append(Directive(name, args, place.file, line, None, place.key, "", column))
        elif kind == ENTRY:
            self.add(name, args, line, at, column)
        elif kind == OPENS:
            self.open(name, args, line, at, column)
        return kind != WORDS

    def directive(self, at: int, line: int, column: int) -> int:
        """Reads a directive up to its `;` or `{`, or to the end of its Lua; returns the end."""
        text = self.text
        if text[at] == "$":
            self.check_lone_name(at)
        read = statement(text, at)
        end = read.end
        name, *args = [self.decoded(word) for word in read.words]
        self.check_words(name, read, at, line)
        if not read.opens:
            self.add(name, args, line, at, column)
            if name == "include" and undecodable("".join(read.words)):
                self.out[-1].unread = "its name is not UTF-8"
        elif is_lua(name):
            code = lua_end(text, end)
            args.append(self.decoded(text[end:code]))
            self.out.append(self.made(name, args, line, column))
            end = code + 1
        else:
            if name == "if":
                args = _condition(args, at)
            self.open(name, args, line, at, column)
        here = line
        for start in read.comments:
            here += text.count("\n", at, start)
            self.comment(start, text.index("\n", start), here, line)
            at = start
        return end

    def check_lone_name(self, at: int) -> None:
        """Refuses a name to be filled in that stands for whole directives."""
        if _ALONE.match(self.text, at):
            raise Fault("a name that no directive has", "write the directive", at)

    def check_words(self, name: str, read: Statement, at: int, line: int) -> None:
        """Refuses words that nginx, a missing `;` or a template explains."""
        if self.body.free_names:
            self.check(name, read.opens, at)
            owner = self.around[-1].owner.name if self.around else ""
            if owner in _PAIRS and len(read.words) > 2:
                raise Fault(
                    f"more than two words in {owner}: a ; is missing",
                    "end each pair with ;",
                    read.pieces[2].start,
                )
            self.check_pieces(owner or "map", read.pieces, line)
            return
        found = problem(self.body, name, read.opens)
        if found is None or NAME.match(name):
            # A `;` that is missing before an argument is nearer to the fault.
            self.check_inside(read)
        if found is not None:
            raise Fault(*found, at)
        self.check_pieces(name, read.pieces[1:], line)

    def check_inside(self, read: Statement) -> None:
        """Refuses arguments that are directives for want of a `;` before them."""
        text, pieces = self.text, read.pieces
        for before, piece in pairwise(pieces):
            if piece.quoted:
                continue
            written = text[piece.start : piece.end]
            if written == "grpc_pass" or (
                text.find("\n", before.end, piece.start) >= 0 and _starts(written)
            ):
                raise _inside(piece.start)

    def check_pieces(self, name: str, pieces: list[Piece], line: int) -> None:
        """Refuses words of templates."""
        text = self.text
        for piece in pieces:
            written = text[piece.start : piece.end]
            if _SIGN.search(written):
                here = line + text.count("\n", pieces[0].start, piece.start)
                self.sign(name, piece, here)

    def sign(self, name: str, piece: Piece, line: int) -> None:
        """Looks at a word that may be a template's."""
        from nginx_grpc.parsers.templates import check_argument

        written = self.text[piece.start : piece.end]
        number = line - self.place.line_offset
        check_argument(name, written, piece.quoted, number, self.place)

    def made(
        self,
        name: str,
        args: Sequence[str],
        line: int,
        column: int,
        block: list[Directive] | None = None,
    ) -> Directive:
        """A directive of this text."""
        return Directive(name, args, self.place.file, line, block, self.place.key, "", column)

    def add(self, name: str, args: Sequence[str], line: int, at: int, column: int) -> None:
        """Takes a directive that has no block."""
        self.check(name, False, at)
        if name == "include" and self.body is not Body.VALUES:
            self.includes = True
        self.out.append(self.made(name, args, line, column))

    def open(self, name: str, args: Sequence[str], line: int, at: int, column: int) -> None:
        """Takes a directive that has a block, which is where the following ones go."""
        self.check(name, True, at)
        block: list[Directive] = []
        owner = self.made(name, args, line, column, block)
        self.out.append(owner)
        self.around.append(_Frame(self.out, self.body, self.includes, owner, at))
        depth = len(self.around)
        if depth > self.parsed.depth:
            if depth > MAX_DEPTH:
                raise Fault(
                    f"more than {MAX_DEPTH:,} blocks inside each other",
                    "nest fewer",
                    at,
                    syntax=False,
                )
            self.parsed.depth = depth
        self.out = block
        self.body = body_of(name)
        self.known = self.learned[self.body.free_names]
        self.includes = False

    def close(self, at: int) -> Directive:
        """Closes the innermost block; returns its directive."""
        if not self.around:
            raise Fault('a "}" that closes no block', "take it out, or open the block", at)
        self.leave()
        frame = self.around.pop()
        self.out, self.body, self.includes = frame.directives, frame.body, frame.includes
        self.known = self.learned[self.body.free_names]
        return frame.owner

    def leave(self) -> None:
        """Counts what the open block holds."""
        self.parsed.statements += len(self.out)
        if self.includes:
            blocks = tuple(frame.owner.name for frame in self.around[:NAMED_BLOCKS])
            owner = self.around[-1].owner if self.around else None
            self.parsed.including.append(
                Including(self.out, owner, len(self.around), blocks, self.body.free_names)
            )

    def check(self, name: str, opens: bool, at: int) -> None:
        """Refuses a directive that cannot stand in the block that is open."""
        found = problem(self.body, name, opens)
        if found is not None:
            raise Fault(*found, at)

    def decoded(self, word: str) -> str:
        """A word as readable text."""
        if not word.isascii() or "\0" in word:
            self.escapes |= undecodable(word)
        return decoded(word)

    def comment(self, start: int, end: int, line: int, covers: int) -> None:
        """Keeps a comment that speaks to this tool; covers 0: the directive that comes next."""
        written = self.text[start + 1 : end]
        if "nginx-grpc" not in written:
            return
        text = decoded(written).lstrip("#").strip()
        if not text.startswith("nginx-grpc:"):
            return
        comment = Comment(text, self.place.file, line, covers, self.place.key)
        self.parsed.comments.append(comment)

    def finish(self) -> Parsed:
        """Takes the end of the text."""
        if self.around:
            raise Fault(
                'the text ends inside the block that opens here: a "}" is missing',
                "close the block",
                self.around[-1].start,
            )
        self.leave()
        for escape in sorted(self.escapes):
            if escape in self.text:
                raise Fault(
                    "a byte that is no UTF-8 in one name and its escape in another",
                    "save the file as UTF-8",
                    self.text.index(escape),
                    syntax=False,
                )
        parsed = self.parsed
        if any(comment.covers == 0 for comment in parsed.comments):
            cover(parsed)
        if self.place.one_line:
            place_at(parsed, lambda _: self.place.line_offset + 1)
            for directive in directives_of(parsed):
                directive.column = 0
        elif self.place.lines:
            place_at(parsed, lambda line: self.place.line(line - self.place.line_offset))
        return parsed


def _condition(args: Sequence[str], at: int) -> list[str]:
    """The arguments of an `if` without the outer parentheses, as nginx takes them off."""
    if not args or not args[0].startswith("(") or not args[-1].endswith(")"):
        raise Fault(
            "an if without a condition in parentheses, which nginx rejects",
            "write if (condition) {",
            at,
        )
    inner = [args[0][1:], *args[1:]]
    inner[-1] = inner[-1][:-1]
    return inner[not inner[0] : len(inner) - (not inner[-1])]


def _starts(word: str) -> bool:
    # Asked only for a bare word that comes first in its line, inside a directive.
    from nginx_grpc.parsers.directives import STARTS

    return word in STARTS


def _inside(at: int) -> Fault:
    return Fault(
        "a directive inside another one: a ; is missing before it",
        "end the directive above with ;",
        at,
    )
