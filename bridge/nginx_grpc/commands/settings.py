"""`nginx-grpc settings`: a settings file to start from, or what is wrong in one."""

from __future__ import annotations

import argparse
from typing import Any

from nginx_grpc.errors import Refused

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `settings` to the command line."""
    parser = commands.add_parser(
        "settings",
        help="print commented settings to start from, or check a settings file",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="settings to check")
    parser.add_argument(
        "--merged",
        action="store_true",
        help="print FILE and what it extends as one, for conftest and OPA",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from nginx_grpc import output, printable, settings_file

    if arguments.file is None:
        if arguments.merged:
            raise Refused("--merged without a file", "name the settings file")
        output.write(settings_file.TEMPLATE, None)
        return 0
    if arguments.merged:
        output.write(settings_file.merged(arguments.file), None)
        return 0
    problems = settings_file.problems(arguments.file)
    for problem in problems:
        told = f"{problem.file}:{problem.line}: {problem.message}; {problem.remedy}"
        output.write(f"{printable.line(told)}\n", None)
    if not problems:
        output.write(f"{printable.line(arguments.file)}: in order\n", None)
    return 1 if problems else 0
