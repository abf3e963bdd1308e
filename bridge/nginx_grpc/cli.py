"""The command line: parses arguments, joins the parts, turns every refusal into one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from nginx_grpc import __version__, output, printable, terminal
from nginx_grpc.errors import Refused

__all__ = ["command", "main", "parser"]

BROKEN = 2
INTERRUPTED = 130
_PROGRAM = "nginx-grpc"

# In the order of `--help`. A command's module is imported where the command is given, or all are
# to be shown.
_MODULES = {
    "check": "commands.check",
    "bridge": "commands.bridge",
    "fix": "commands.fix",
    "redact": "redaction.command",
    "page": "commands.page",
    "rules": "commands.rules",
    "settings": "commands.settings",
    "policy": "commands.policy",
    "completion": "commands.completion",
    "explain": "explain.command",
    "upgrade": "upgrade.command",
    "admission": "admission.command",
    "lsp": "lsp.command",
}


def command() -> NoReturn:
    """The process `nginx-grpc`."""
    status = main()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # The system takes memory back at once, Python one object after the other.
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `nginx-grpc`. Returns the exit status: 0 clean, 1 findings, 2 broken."""
    words = sys.argv[1:] if argv is None else argv
    arguments = parser(words[0] if words else None).parse_args(words)
    try:
        status: int = arguments.run(arguments)
        with output.standard_output() as stdout:
            stdout.flush()
    except Refused as refused:
        print(f"nginx-grpc: {refused}", file=sys.stderr)
        return BROKEN
    except BrokenPipeError:
        # The reader has gone (`| head`): what it wanted, it has. Keep the interpreter from
        # flushing into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of the command line; where a command is given and known, of this one alone."""
    made = _Parser(
        prog=_PROGRAM,
        description="Reads nginx configurations and judges how they carry gRPC.",
        epilog="Exit status: 0 clean, 1 findings, 2 something could not be read or judged.",
        allow_abbrev=False,
    )
    made.add_argument("--version", action=_Version)
    # With a `prog` of its own argparse makes no help text to find it.
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND", prog=_PROGRAM)
    for name in (command,) if command in _MODULES else _MODULES:
        import_module(f"nginx_grpc.{_MODULES[name]}").add_parser(commands)
    return made


class _Help(argparse.HelpFormatter):
    """Told the width: to find it, each of the many that argparse makes would import `shutil`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal.width() - 2)


class _Parser(argparse.ArgumentParser):
    """Its errors quote what it was given, which may be names of somebody else's files."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, formatter_class=_Help)

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(printable.block(message), file)


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        print(f"{_PROGRAM} {__version__}")
        parser.exit()
