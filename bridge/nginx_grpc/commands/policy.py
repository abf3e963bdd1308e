"""`nginx-grpc policy`: where the policy's Rego is."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add `policy` to the command line."""
    parser = commands.add_parser(
        "policy",
        help="print the folder of the policy's Rego, for conftest and OPA",
        allow_abbrev=False,
    )
    parser.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> int:
    from nginx_grpc import output, resources

    output.write(f"{resources.policy_dir()}\n", None)
    return 0
