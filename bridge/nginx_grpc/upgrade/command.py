"""`nginx-grpc upgrade`: what another version of nginx changes for a configuration."""

from __future__ import annotations

import argparse
from typing import Any

from nginx_grpc.commands.arguments import (
    Told,
    add_engine,
    add_input,
    add_settings,
    read,
    settings,
)

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `upgrade` to the command line."""
    parser = commands.add_parser(
        "upgrade",
        help="say what another version of nginx changes for a configuration",
        description="Judges a configuration under two versions of nginx: the findings that come, "
        "go or change, and what else nginx does differently, each with its line.",
        epilog="Exit status: 0 nothing breaks that is known, 1 something does, 2 something could "
        "not be read or judged.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--from", dest="old", required=True, metavar="X.Y.Z", help="the version that runs it now"
    )
    parser.add_argument(
        "--to", dest="new", required=True, metavar="X.Y.Z", help="the version that is to run it"
    )
    add_input(parser)
    add_settings(parser, version=False)
    add_engine(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=_run, nginx_version=None)


def _run(arguments: argparse.Namespace) -> int:
    import sys

    from nginx_grpc import engines, output, printable, terminal
    from nginx_grpc.upgrade import report
    from nginx_grpc.upgrade.upgrade import upgrade
    from nginx_grpc.upgrade.versions import Version

    old, new = Version.of(arguments.old, "--from"), Version.of(arguments.new, "--to")
    search, told = settings(arguments), Told()
    configurations = read(arguments, told)
    found = upgrade(configurations, engines.by_name(arguments.engine), search.of, old, new)
    if arguments.format == "json":
        output.write(report.as_json(found), None)
    else:
        output.write(report.as_text(found, terminal.width()), None)
    for note in (*search.notes, *told.notes, *told.unread):
        print(f"nginx-grpc: {printable.line(note)}", file=sys.stderr)
    return 1 if found.breaks else 0
