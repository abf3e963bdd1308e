"""`nginx-grpc fix`: the corrected configuration, as a diff or in place."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any

from nginx_grpc import memory
from nginx_grpc.commands.arguments import (
    Told,
    add_engine,
    add_input,
    add_redact,
    add_settings,
    read_options,
    settings,
)
from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.garbage import uncollected

if TYPE_CHECKING:
    from nginx_grpc.fixing.judging import Judge
    from nginx_grpc.fixing.rounds import Spot

__all__ = ["add_parser", "run"]

_SPOT = expression(r"([A-Za-z0-9-]{1,40})@(.+):([0-9]{1,9})\Z", re.DOTALL)


def add_parser(commands: Any) -> None:
    """Add `fix` to the command line."""
    parser = commands.add_parser(
        "fix",
        help="print the corrected configuration as a diff, or write it",
        allow_abbrev=False,
        description="Mends what `check` denies, where the edit is proven to change nothing else. "
        "Prints a diff; `--write` changes the files.",
        epilog="Exit status: 0 nothing fails any more, 1 something still does, 2 broken.",
    )
    add_input(parser)
    add_settings(parser)
    add_engine(parser)
    parser.add_argument(
        "--write", action="store_true", help="change the files, all of them or none"
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="make the edits, too, that change something else or take a value nobody has said",
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="NG103,NG109",
        help="mend what these rules find, warnings too; NG103@FILE:LINE for one finding alone; may "
        "be repeated",
    )
    parser.add_argument(
        "--fail-on",
        choices=("deny", "unknown", "warn"),
        default="deny",
        help="what is mended and what makes the exit status 1: denials (the default) or any "
        "finding (warn)",
    )
    parser.add_argument(
        "--format",
        choices=("diff", "text", "json", "markdown"),
        default="diff",
        help="diff (default), text (the corrected text of one file), json, or markdown (the diff "
        "for the summary of a workflow run)",
    )
    parser.add_argument(
        "--nginx",
        metavar="PATH",
        help="hold the result against `PATH -t`, in a copy; it loads what the configuration names",
    )
    add_redact(parser)
    parser.set_defaults(run=run)


@uncollected()
def run(arguments: argparse.Namespace) -> int:
    """Mend, print or write, and return the exit status."""
    if not arguments.redact:
        return _run(arguments)
    from nginx_grpc.redaction.copies import rehearsed

    if arguments.write or arguments.nginx:
        raise Refused("--redact is for what is printed", "leave --write and --nginx out")
    with rehearsed(arguments, arguments.paths or ["-"]) as (asked, _, _, stdin):
        return _run(asked, stdin)


def _run(arguments: argparse.Namespace, text: bytes | None = None) -> int:
    from nginx_grpc.fixing import command

    only, spots = _only(arguments.only)
    if arguments.write and "-" in (arguments.paths or ["-"]):
        raise Refused("--write and standard input", "name the file, or take the diff", "-")
    told = Told()
    judge = _judge(arguments, told, text)
    return command.run(
        judge,
        told,
        options=command.Options(
            only=only,
            spots=spots,
            unsafe=arguments.unsafe,
            write=arguments.write,
            format=arguments.format,
            fail_on=arguments.fail_on,
            nginx=arguments.nginx or "",
            roots=judge.roots,
        ),
    )


def _only(given: list[str] | None) -> tuple[frozenset[str], frozenset[Spot]]:
    """The rules that `--only` names, and the single findings."""
    if given is None:
        return frozenset(), frozenset()
    from nginx_grpc import catalogue

    ids: set[str] = set()
    spots: set[Spot] = set()

    def id_of(name: str) -> str:
        rule = catalogue.by_id(name)
        if rule is None:
            raise Refused(f"--only {name}: no such rule", "see nginx-grpc rules")
        return rule.id

    for text in given:
        # A file's name may hold a comma.
        one = _SPOT.match(text)
        if one:
            spots.add((id_of(one[1]), one[2], int(one[3])))
        ids.update(id_of(each.strip()) for each in ([one[1]] if one else text.split(",")))
    return frozenset(ids), frozenset(spots)


def _judge(arguments: argparse.Namespace, told: Told, text: bytes | None) -> Judge:
    from nginx_grpc import engines
    from nginx_grpc.fixing.judging import Judge

    search = settings(arguments)
    paths = arguments.paths or ["-"]
    options = read_options(arguments, told)
    stdin = text or b""
    if "-" in paths and text is None:
        if sys.stdin.isatty() and not arguments.paths:
            raise Refused("no input", "name a file or a folder, or - to type a configuration")
        stdin = sys.stdin.buffer.read(options.limits.file_bytes + 1)
    told.notes.extend(search.notes)
    known = memory.active.of(arguments) if memory.active is not None and "-" not in paths else None
    if known is not None:
        told.notes.extend(known.told.notes)
        told.unread.extend(known.told.unread)
        told.left_out.extend(known.told.left_out)
    return Judge(
        paths,
        options,
        engines.by_name(arguments.engine),
        search.of,
        fail_on=arguments.fail_on,
        stdin=stdin,
        known=known,
    )
