"""`nginx-grpc rules`: the rules in words."""

from __future__ import annotations

import argparse
import sys
from typing import Any

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `rules` to the command line."""
    parser = commands.add_parser(
        "rules",
        help="list the rules, show one with its evidence, or search them",
        allow_abbrev=False,
    )
    parser.add_argument(
        "id",
        nargs="*",
        metavar="ID",
        help="a rule's id or slug, as NG103, or what to search for: words, a line of a log",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from nginx_grpc import catalogue, output, terminal

    color = terminal.color_wanted(sys.stdout)
    output.write(
        catalogue.show(
            " ".join(arguments.id) or None, arguments.format, color=color, width=terminal.width()
        ),
        None,
    )
    return 0
