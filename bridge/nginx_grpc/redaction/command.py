"""`nginx-grpc redact`: text with the same verdict and without a name, an address or a secret."""

from __future__ import annotations

import argparse
from typing import Any

from nginx_grpc.commands.arguments import add_input, add_settings

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `redact` to the command line."""
    parser = commands.add_parser(
        "redact",
        help="print configurations and logs with pseudonyms for all that is not nginx's own",
        allow_abbrev=False,
    )
    add_input(parser)
    add_settings(parser)
    for action in parser._actions:
        if action.dest == "map":
            action.metavar = "FILE"
            action.help = (
                "keep in FILE (for you alone to read) what stands for what, and go on with what it "
                "holds; /etc/nginx=DIR says where an absolute path lives here, as elsewhere"
            )
    parser.add_argument(
        "--restore",
        action="store_true",
        help="translate a redacted text back, by the --map it was made with",
    )
    parser.add_argument(
        "--output",
        "-o",
        metavar="PATH",
        help="write to PATH: a file, or for several files a folder that is new or empty",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from nginx_grpc.redaction.redacting import run

    return run(arguments)
