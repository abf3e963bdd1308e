"""`nginx-grpc page`: the check in a browser, in one HTML file."""

from __future__ import annotations

import argparse
from typing import Any

from nginx_grpc import output, resources
from nginx_grpc.errors import Refused

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Add `page` to the command line."""
    parser = commands.add_parser(
        "page",
        help="open the check as a page in a browser; nothing leaves it",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--path", action="store_true", help="print the file's path instead of opening it"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Open the page in the user's browser, or print where it is."""
    path = resources.page_path()
    if arguments.path:
        output.write(f"{path}\n", None)
        return 0
    import webbrowser
    from pathlib import Path

    if not webbrowser.open(Path(path).as_uri()):
        raise Refused("no browser was found to open it", "open this file in one", path)
    return 0
