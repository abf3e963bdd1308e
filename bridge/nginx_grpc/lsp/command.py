"""`nginx-grpc lsp`: the arguments of the language server."""

from __future__ import annotations

import argparse
from typing import Any

from nginx_grpc.commands.arguments import (
    Told,
    add_engine,
    add_reading,
    add_settings,
    read_options,
    settings,
)
from nginx_grpc.errors import Refused

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `lsp` to the command line."""
    parser = commands.add_parser(
        "lsp",
        help="judge while one types: a language server for editors, on standard input and output",
        allow_abbrev=False,
        description="Speaks the Language Server Protocol on standard input and output. An editor "
        "starts it; docs/editors.md says how.",
    )
    add_reading(parser)
    add_settings(parser)
    add_engine(parser)
    # Some editors' clients say which way they speak.
    parser.add_argument("--stdio", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from nginx_grpc import engines

    try:
        from nginx_grpc.lsp.server import serve
    except ModuleNotFoundError as missing:
        raise Refused(
            f"the language server needs {missing.name}",
            "pip install 'nginx-grpc-policy[lsp]'",
        ) from None
    # What is wrong with the arguments is said before an editor waits for an answer.
    settings(arguments)
    serve(
        read_options(arguments, Told()),
        engines.by_name(arguments.engine),
        lambda overlay: settings(arguments, overlay),
    )
    return 0
