"""`nginx-grpc completion`: what makes a shell complete the command line."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `completion` to the command line."""
    parser = commands.add_parser(
        "completion", help="print what makes a shell complete this command", allow_abbrev=False
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from nginx_grpc import cli, completion, output

    output.write(completion.script(arguments.shell, cli.parser()), None)
    return 0
