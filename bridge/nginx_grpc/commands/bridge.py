"""`nginx-grpc bridge`: the documents that the policy judges."""

from __future__ import annotations

import argparse
import json
import sys
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


def _sharded(configuration: Configuration, values: dict[str, Any] | None) -> dict[str, Any]:
    from nginx_grpc.shards import Shards

    shards = [json.loads(shard.text) for shard in Shards(configuration, values)]
    return shards[0] if len(shards) == 1 else {"shards": shards}


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
    built = [
        document
        for configuration, values in given
        for document in (
            [_sharded(configuration, values)]
            if arguments.shards
            else documents.build([configuration], settings=values, validated=False)
        )
    ]
    for note in (*search.notes, *told.notes, *told.unread):
        print(f"nginx-grpc: {printable.line(note)}", file=sys.stderr)
    if arguments.validated:
        documents.validate(each for one in built for each in one.get("shards", [one]))
    text = documents.as_json(built, indent=2 if arguments.indent else None)
    output.write([text, "\n"], arguments.output)
    return 0
