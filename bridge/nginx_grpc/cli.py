"""The command line: parses arguments, joins the parts, turns every refusal into one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NoReturn

from nginx_grpc import __version__, output, printable
from nginx_grpc.admission import command as admission
from nginx_grpc.commands import bridge, check, fix, page
from nginx_grpc.errors import Refused
from nginx_grpc.explain import command as explain
from nginx_grpc.lsp import command as lsp
from nginx_grpc.redaction import command as redact
from nginx_grpc.upgrade import command as upgrade

__all__ = ["command", "main"]

BROKEN = 2
INTERRUPTED = 130


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
    arguments = _parser().parse_args(argv)
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


@cache
def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="nginx-grpc",
        description="Reads nginx configurations and judges how they carry gRPC.",
        epilog="Exit status: 0 clean, 1 findings, 2 something could not be read or judged.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check.add_parser(commands)
    bridge.add_parser(commands)
    fix.add_parser(commands)
    redact.add_parser(commands)
    page.add_parser(commands)

    rules = commands.add_parser(
        "rules",
        help="list the rules, show one with its evidence, or search them",
        allow_abbrev=False,
    )
    rules.add_argument(
        "id",
        nargs="*",
        metavar="ID",
        help="a rule's id or slug, as NG103, or what to search for: words, a line of a log",
    )
    rules.add_argument("--format", choices=("text", "json"), default="text")
    rules.set_defaults(run=_rules)

    settings = commands.add_parser(
        "settings",
        help="print commented settings to start from, or check a settings file",
        allow_abbrev=False,
    )
    settings.add_argument("file", nargs="?", metavar="FILE", help="settings to check")
    settings.add_argument(
        "--merged",
        action="store_true",
        help="print FILE and what it extends as one, for conftest and OPA",
    )
    settings.set_defaults(run=_settings_file)

    policy = commands.add_parser(
        "policy",
        help="print the folder of the policy's Rego, for conftest and OPA",
        allow_abbrev=False,
    )
    policy.set_defaults(run=_policy)

    completion = commands.add_parser(
        "completion", help="print what makes a shell complete this command", allow_abbrev=False
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    completion.set_defaults(run=_completion)
    explain.add_parser(commands)
    upgrade.add_parser(commands)
    admission.add_parser(commands)
    lsp.add_parser(commands)
    return parser


def _rules(arguments: argparse.Namespace) -> int:
    from nginx_grpc import catalogue, terminal

    color = terminal.color_wanted(sys.stdout)
    output.write(
        catalogue.show(
            " ".join(arguments.id) or None, arguments.format, color=color, width=terminal.width()
        ),
        None,
    )
    return 0


def _settings_file(arguments: argparse.Namespace) -> int:
    from nginx_grpc import settings_file

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


def _policy(arguments: argparse.Namespace) -> int:
    from nginx_grpc import resources

    output.write(f"{resources.policy_dir()}\n", None)
    return 0


def _completion(arguments: argparse.Namespace) -> int:
    from nginx_grpc import completion

    output.write(completion.script(arguments.shell, _parser()), None)
    return 0


class _Parser(argparse.ArgumentParser):
    """Its errors quote what it was given, which may be names of somebody else's files."""

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(printable.block(message), file)


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        print(f"nginx-grpc {__version__}")
        parser.exit()
