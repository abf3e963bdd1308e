"""`nginx-grpc bridge`: the documents that the policy judges."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from nginx_grpc import output, printable
from nginx_grpc.commands.arguments import (
    Told,
    add_input,
    add_redact,
    add_settings,
    read,
    settings,
)
from nginx_grpc.garbage import uncollected

if TYPE_CHECKING:
    from nginx_grpc.engines.interface import Shard
    from nginx_grpc.tree import Configuration

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Add `bridge` to the command line."""
    parser = commands.add_parser(
        "bridge", help="print the documents that the policy judges, as JSON", allow_abbrev=False
    )
    add_input(parser)
    add_settings(parser)
    parser.add_argument(
        "--no-validate",
        dest="validated",
        action="store_false",
        help="skip holding the documents against their schema",
    )
    parser.add_argument(
        "--shards",
        action="store_true",
        help="print a large configuration as an object with its shards, which take less memory",
    )
    parser.add_argument("--indent", action="store_true", help="indent the JSON")
    parser.add_argument("--output", "-o", metavar="FILE", help="write to FILE, not to stdout")
    add_redact(parser)
    parser.set_defaults(run=run)


def _sharded(
    configuration: Configuration, values: dict[str, Any] | None, validated: bool
) -> Iterator[str]:
    from nginx_grpc import documents
    from nginx_grpc.engines.interface import in_one
    from nginx_grpc.shards import Shards

    def held(shard: Shard) -> Shard:
        if validated:
            documents.validate([json.loads(shard.text)])
        return shard

    for piece in in_one(map(held, Shards(configuration, values))):
        yield piece.decode("ascii")


@uncollected()
def run(arguments: argparse.Namespace) -> int:
    """Print the documents."""
    from nginx_grpc import documents

    search = settings(arguments)
    told = Told()
    if arguments.redact:
        from nginx_grpc.redaction.inputs import redacted

        given, told = redacted(arguments, search)
    else:
        given = [(each, search.of(each).values) for each in read(arguments, told)]
    if not given:
        raise documents.nothing()
    # Nothing is written before all of it was held against the schema.
    pieces = output.whole(_written(given, arguments))
    first = next(pieces)
    for note in (*search.notes, *told.notes, *told.unread):
        print(f"nginx-grpc: {printable.line(note)}", file=sys.stderr)
    if arguments.indent:
        first, pieces = json.dumps(json.loads(first + "".join(pieces)), indent=2), iter(())
    output.write(chain([first], pieces, ["\n"]), arguments.output)
    return 0


def _written(
    given: list[tuple[Configuration, dict[str, Any] | None]], arguments: argparse.Namespace
) -> Iterator[str]:
    """One object, or an array of several; what was written is let go."""
    from nginx_grpc import documents

    several = len(given) > 1
    before = "[" if several else ""
    given.reverse()
    while given:
        configuration, values = given.pop()
        # The text is in the tree: nobody shows its lines.
        configuration.texts.clear()
        if before:
            yield before
        if arguments.shards:
            yield from _sharded(configuration, values, arguments.validated)
        else:
            yield from documents.written(configuration, values, validated=arguments.validated)
        before = ","
    if several:
        yield "]"
