"""The command line: parses arguments, joins the parts, turns every refusal into one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from nginx_grpc import output, printable
from nginx_grpc.errors import Refused
from nginx_grpc.garbage import uncollected

if TYPE_CHECKING:
    from nginx_grpc.engines import Engine
    from nginx_grpc.findings import CheckResult
    from nginx_grpc.settings_search import SettingsSearch
    from nginx_grpc.tree import Configuration

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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="nginx-grpc",
        description="Reads nginx configurations and judges how they carry gRPC.",
        epilog="Exit status: 0 clean, 1 findings, 2 something could not be read or judged.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="judge configurations and report", allow_abbrev=False)
    _add_input(check)
    _add_settings(check)
    check.add_argument(
        "--format",
        action=_Format,
        metavar="FORMAT",
        help="text (default), json, sarif, junit, github, gitlab or markdown; may be repeated, "
        "each with its own --output",
    )
    check.add_argument(
        "--output", "-o", action=_Output, metavar="FILE", help="write the format before it to FILE"
    )
    check.add_argument(
        "--engine",
        default="embedded",
        help="embedded (default), conftest, opa, or the URL of an OPA server",
    )
    check.add_argument(
        "--fail-on",
        choices=("deny", "unknown", "warn"),
        default="deny",
        help="what makes the exit status 1: denials (the default), also what could not be judged "
        "(unknown), or any finding (warn)",
    )
    check.add_argument(
        "--require-grpc", action="store_true", help="exit 1 where no location carries gRPC"
    )
    check.add_argument(
        "--baseline", metavar="FILE", help="findings that FILE holds are told, but do not count"
    )
    check.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="write what is found now to FILE: it counts no more",
    )
    check.add_argument(
        "--quiet", "-q", action="store_true", help="print no text where nothing is found"
    )
    check.set_defaults(run=_check, outputs=[])

    bridge = commands.add_parser(
        "bridge", help="print the documents that the policy judges, as JSON", allow_abbrev=False
    )
    _add_input(bridge)
    _add_settings(bridge)
    bridge.add_argument(
        "--no-validate",
        dest="validated",
        action="store_false",
        help="skip holding the documents against their schema",
    )
    bridge.add_argument("--indent", action="store_true", help="indent the JSON")
    bridge.add_argument("--output", "-o", metavar="FILE", help="write to FILE, not to stdout")
    bridge.set_defaults(run=_bridge)

    rules = commands.add_parser(
        "rules", help="list the rules, or show one with its evidence", allow_abbrev=False
    )
    rules.add_argument("id", nargs="?", metavar="ID", help="a rule's id or slug, as NG103")
    rules.add_argument("--format", choices=("text", "json"), default="text")
    rules.set_defaults(run=_rules)

    settings = commands.add_parser(
        "settings",
        help="print commented settings to start from, or check a settings file",
        allow_abbrev=False,
    )
    settings.add_argument("file", nargs="?", metavar="FILE", help="settings to check")
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
    _add_admission(commands)
    return parser


def _add_admission(commands: Any) -> None:
    from nginx_grpc.admission.command import add_parser

    add_parser(commands)


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a file, a folder to search, a pattern of paths, a ConfigMap's YAML, an `nginx -T` "
        "dump, or - for standard input (the default)",
    )
    parser.add_argument("--prefix", metavar="DIR", help="folder that relative includes start from")
    parser.add_argument("--root", metavar="DIR", help="folder that includes may not leave")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="/etc/nginx=DIR",
        help="where an absolute path of the configuration lives here",
    )
    parser.add_argument(
        "--define",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="put VALUE in for $NAME and ${NAME}, as envsubst would",
    )
    parser.add_argument(
        "--env-file",
        action="append",
        default=[],
        metavar="FILE",
        help="the same for each NAME=VALUE line of FILE",
    )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings",
        metavar="FILE",
        help="settings (default: nginx-grpc.yaml, from the input's folder up to the repository's)",
    )
    parser.add_argument(
        "--no-settings", action="store_true", help="look for no settings: the engine's own hold"
    )
    parser.add_argument("--profile", choices=("checklist", "evidence"), help="overrides settings")
    parser.add_argument("--nginx-version", metavar="X.Y.Z", help="overrides settings")


def _read(
    arguments: argparse.Namespace, left_out: list[str], notes: list[str], unread: list[str]
) -> list[Configuration]:
    from nginx_grpc import sources
    from nginx_grpc.terminal import Progress

    maps = {}
    for pair in arguments.map:
        prefix, separator, folder = pair.partition("=")
        if not separator or not prefix.startswith("/") or not folder:
            raise Refused(f"--map {pair} is no mapping", "write --map /etc/nginx=DIR")
        if not os.path.isdir(folder):
            what = "no folder" if os.path.lexists(folder) else "not there"
            raise Refused(f"--map {pair}: {folder} is {what}", "name a folder of this machine")
        maps[prefix] = folder
    definitions = _definitions(arguments)
    if not arguments.paths and sys.stdin.isatty():
        raise Refused("no input", "name a file or a folder, or - to type a configuration")
    with Progress(sys.stderr, quiet=getattr(arguments, "quiet", False)) as progress:
        options = sources.ReadOptions(
            prefix=arguments.prefix or "",
            root=arguments.root or "",
            maps=maps,
            definitions=definitions,
            progress=progress.file,
            left_out=left_out.append,
            note=notes.append,
            unread=lambda refused: unread.append(_looks_like_nginx(refused)),
        )
        return sources.read(arguments.paths or ["-"], options=options, stdin=sys.stdin.buffer)


def _looks_like_nginx(refused: Refused) -> str:
    where = f"{refused.file}:{refused.line or 1}"
    return f"not judged, though it looks like nginx text ({where}): {refused.what}"


def _definitions(arguments: argparse.Namespace) -> dict[str, bytes]:
    """Values by name; --define counts more than a file, and what comes later more."""
    if not arguments.define and not arguments.env_file:
        return {}
    from nginx_grpc.sources import env_file

    values: dict[str, bytes] = {}
    for path in arguments.env_file:
        values.update(env_file.load(path))
    for pair in arguments.define:
        name, equals, value = pair.partition("=")
        if not equals or not env_file.NAME.match(name):
            raise Refused(f"--define {pair} is no assignment", "write --define NAME=VALUE")
        values[name] = os.fsencode(value)
    return values


def _settings(arguments: argparse.Namespace) -> SettingsSearch:
    from nginx_grpc.settings_search import SettingsSearch

    if arguments.no_settings and arguments.settings:
        raise Refused("--settings and --no-settings", "give one of them")
    return SettingsSearch(
        file=arguments.settings,
        wanted=not arguments.no_settings,
        profile=arguments.profile,
        nginx_version=arguments.nginx_version,
    )


@uncollected()
def _bridge(arguments: argparse.Namespace) -> int:
    from nginx_grpc import documents

    search = _settings(arguments)
    left_out: list[str] = []
    notes: list[str] = []
    unread: list[str] = []
    plain = arguments.validated and not arguments.indent
    built = [
        document
        for configuration in _read(arguments, left_out, notes, unread)
        for document in documents.build(
            [configuration],
            settings=search.of(configuration).values,
            validated=arguments.validated and not plain,
        )
    ]
    for note in (*search.notes, *notes, *unread):
        print(f"nginx-grpc: {printable.line(note)}", file=sys.stderr)
    if plain:
        # All of it before the first is written: what is not given out whole is not given out.
        pieces = list(documents.pieces(built))
    else:
        pieces = [documents.as_json(built, indent=2 if arguments.indent else None)]
    output.write([*pieces, "\n"], arguments.output)
    return 0


@uncollected()
def _check(arguments: argparse.Namespace) -> int:
    from nginx_grpc import engines, reports, summary, terminal

    outputs = arguments.outputs or [("text", None)]
    result = _judged(arguments, engines.by_name(arguments.engine))
    if arguments.baseline or arguments.write_baseline:
        result = _baselined(arguments, result)
    for name, path in outputs:
        if name == "text" and arguments.quiet and summary.is_quiet(result):
            continue
        color = path is None and terminal.color_wanted(sys.stdout)
        report = reports.by_name(name, color=color, width=terminal.width())
        output.write(report.render(result), path)
    return 1 if result.failed else 0


def _judged(arguments: argparse.Namespace, engine: Engine) -> CheckResult:
    from nginx_grpc import sources
    from nginx_grpc.check import check
    from nginx_grpc.findings import CheckResult

    search = _settings(arguments)
    left_out: list[str] = []
    notes: list[str] = []
    unread: list[str] = []
    try:
        result = check(
            _read(arguments, left_out, notes, unread),
            engine,
            settings_of=search.of,
            fail_on=arguments.fail_on,
            require_grpc=arguments.require_grpc,
        )
    except sources.NothingError as nothing:
        if nothing.named:
            raise
        result = CheckResult([], [], [], engine.name, require_grpc=arguments.require_grpc)
    return replace(result, left_out=left_out, notes=[*search.notes, *notes], unread=unread)


def _baselined(arguments: argparse.Namespace, result: CheckResult) -> CheckResult:
    from nginx_grpc import baseline

    if arguments.baseline:
        result = baseline.apply(result, baseline.load(arguments.baseline), arguments.baseline)
    path = arguments.write_baseline
    if path:
        now = baseline.of(result, path)
        output.write(baseline.dump(now), path)
        result = baseline.apply(result, now, path)
    return result


def _rules(arguments: argparse.Namespace) -> int:
    from nginx_grpc import catalogue, terminal

    color = terminal.color_wanted(sys.stdout)
    output.write(
        catalogue.show(arguments.id, arguments.format, color=color, width=terminal.width()), None
    )
    return 0


def _settings_file(arguments: argparse.Namespace) -> int:
    from nginx_grpc import settings_file

    if arguments.file is None:
        output.write(settings_file.TEMPLATE, None)
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
        from importlib.metadata import version

        print(f"nginx-grpc {version('nginx-grpc-policy')}")
        parser.exit()


class _Format(argparse.Action):
    """One more output; `--output` after it says where it goes."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        from nginx_grpc.reports import FORMATS

        if values not in FORMATS:
            parser.error(f"no format {values!r}; there are {', '.join(FORMATS)}")
        namespace.outputs = [*namespace.outputs, (values, None)]


class _Output(argparse.Action):
    """Where the format before it goes (text, where none was named)."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        outputs = list(namespace.outputs) or [("text", None)]
        name, path = outputs[-1]
        if path is not None:
            parser.error(f"--output {values}: name a --format for it first")
        outputs[-1] = (name, values)
        namespace.outputs = outputs
