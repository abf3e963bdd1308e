"""`nginx-grpc check`: judge configurations and report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nginx_grpc import memory, output
from nginx_grpc.commands.arguments import (
    Told,
    add_engine,
    add_input,
    add_redact,
    add_settings,
    read,
    read_options,
    settings,
)
from nginx_grpc.cores import cores
from nginx_grpc.errors import Refused
from nginx_grpc.garbage import uncollected
from nginx_grpc.memory import Known
from nginx_grpc.records import replace

if TYPE_CHECKING:
    from nginx_grpc.engines import Engine
    from nginx_grpc.findings import CheckResult
    from nginx_grpc.redaction.proof import Judge
    from nginx_grpc.settings_search import Given, SettingsSearch
    from nginx_grpc.shards import Shards
    from nginx_grpc.tree import Configuration

__all__ = ["add_parser", "run"]

_MOST_JOBS = 256


def add_parser(commands: Any) -> None:
    """Add `check` to the command line."""
    parser = commands.add_parser(
        "check", help="judge configurations and report", allow_abbrev=False
    )
    add_input(parser)
    add_settings(parser)
    parser.add_argument(
        "--format",
        action=_Format,
        metavar="FORMAT",
        help="text (default), concise (a line a finding), json, sarif, junit, github, gitlab, "
        "markdown or prometheus; may be repeated, each with its own --output",
    )
    parser.add_argument(
        "--output", "-o", action=_Output, metavar="FILE", help="write the format before it to FILE"
    )
    add_engine(parser)
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=0,
        metavar="N",
        help="how many processes judge many inputs (default: as many as there are cores)",
    )
    parser.add_argument(
        "--fail-on",
        choices=("deny", "unknown", "warn"),
        default="deny",
        help="what makes the exit status 1: denials (the default), also what could not be judged "
        "(unknown), or any finding (warn)",
    )
    parser.add_argument(
        "--require-grpc", action="store_true", help="exit 1 where no location carries gRPC"
    )
    parser.add_argument(
        "--baseline", metavar="FILE", help="findings that FILE holds are told, but do not count"
    )
    parser.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="write what is found now to FILE: it counts no more",
    )
    parser.add_argument(
        "--sort",
        choices=("gravity", "file"),
        default="gravity",
        help="text and concise: what fails every call first (the default), or by file and line",
    )
    parser.add_argument(
        "--quiet", "-q", action="store_true", help="print no text where nothing is found"
    )
    add_redact(parser)
    parser.set_defaults(run=run, outputs=[])


@uncollected()
def run(arguments: argparse.Namespace) -> int:
    """Judge, write the reports, and return the exit status."""
    from nginx_grpc import engines, reports, summary, terminal

    outputs = arguments.outputs or [("text", None)]
    result = _judged(arguments, engines.by_name(arguments.engine))
    if arguments.baseline or arguments.write_baseline:
        result = _baselined(arguments, result)
    for name, path in outputs:
        if name in ("text", "concise") and arguments.quiet and summary.is_quiet(result):
            continue
        color = path is None and terminal.color_wanted(sys.stdout)
        report = reports.by_name(name, color=color, width=terminal.width(), order=arguments.sort)
        output.write(report.render(result), path)
    return 1 if result.failed else 0


def _judged(arguments: argparse.Namespace, engine: Engine) -> CheckResult:
    from nginx_grpc import sources
    from nginx_grpc.check import check
    from nginx_grpc.findings import CheckResult

    search = settings(arguments)
    told = Told()
    kept: list[tuple[Configuration, Shards | None]] = []
    # Only an editor's edits, and what is asked next, need the trees: they may be large.
    sarif = any(name == "sarif" for name, _ in arguments.outputs)
    remember = memory.active

    def judge(
        configurations: list[Configuration], settings_of: Callable[[Configuration], Given]
    ) -> CheckResult:
        kept.clear()
        return check(
            configurations,
            engine,
            settings_of=settings_of,
            fail_on=arguments.fail_on,
            require_grpc=arguments.require_grpc,
            keep=(lambda *each: kept.append(each)) if sarif or remember is not None else None,
            jobs=arguments.jobs or cores(),
        )

    try:
        if arguments.redact:
            result, told = _redacted(arguments, search, judge)
        elif remember is None:
            result = judge(read(arguments, told), search.of)
        else:
            given = read(arguments, told)
            result = judge(given, search.of)
            order = {id(each): number for number, each in enumerate(given)}
            kept.sort(key=lambda each: order[id(each[0])])
            remember.keep(arguments, Known(result, kept, told))
    except sources.NothingError as nothing:
        if nothing.named:
            raise
        result = CheckResult([], [], [], engine.name, require_grpc=arguments.require_grpc)
    if sarif:
        from nginx_grpc.fixing import replacements

        values = {} if arguments.redact else read_options(arguments, Told()).definitions
        result = replacements.placed(result, [each for each, _ in kept], values)
    notes = [*search.notes, *told.notes]
    return replace(result, left_out=told.left_out, notes=notes, unread=told.unread)


def _redacted(
    arguments: argparse.Namespace, search: SettingsSearch, judge: Judge
) -> tuple[CheckResult, Told]:
    from nginx_grpc.redaction.inputs import Inputs
    from nginx_grpc.redaction.proof import proven

    if arguments.baseline or arguments.write_baseline:
        raise Refused("--redact and a baseline, which knows the real names", "give one of them")
    inputs = Inputs(arguments)
    redactor, result = proven(inputs.read, search.of, judge)
    return result, inputs.told_by(redactor, search)


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


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _MOST_JOBS):
        raise argparse.ArgumentTypeError(f"a number from 1 to {_MOST_JOBS}")
    return int(text)


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
