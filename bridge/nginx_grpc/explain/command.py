"""`nginx-grpc explain`: what the lines of a log mean."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from nginx_grpc.commands.arguments import add_reading, add_redact, add_settings
from nginx_grpc.errors import Refused

__all__ = ["add_parser"]

FORMATS = ("text", "json")


def add_parser(commands: Any) -> None:
    """The command's arguments, added to the command line's subparsers."""
    explain = commands.add_parser(
        "explain",
        help="say what lines of a log or a client's error mean, and what to do",
        allow_abbrev=False,
    )
    explain.add_argument(
        "logs",
        nargs="*",
        metavar="LOG",
        help="nginx's error.log or access.log, what `kubectl logs` prints, a client's error; or - "
        "for standard input (the default)",
    )
    explain.add_argument(
        "--config",
        action="append",
        default=[],
        metavar="PATH",
        help="the configuration that the lines are of: whatever `check` takes; may be repeated",
    )
    explain.add_argument(
        "--since",
        metavar="TIME",
        help="leave out what is older: 30m, 6h, 2d, or a time as 2026-01-15T03:42",
    )
    explain.add_argument("--format", choices=FORMATS, default="text")
    add_reading(explain)
    add_settings(explain)
    add_redact(explain)
    explain.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if not arguments.redact:
        return _explain(arguments)
    from nginx_grpc.explain import reading
    from nginx_grpc.redaction.copies import rehearsed

    given = arguments.logs or ["-"]
    reading.check(given)
    if "-" in arguments.config:
        raise Refused("--redact and a configuration on standard input", "name its file")
    notes: list[str] = []
    logs = {
        path: "".join(f"{line}\n" for line in reading.lines(path, sys.stdin.buffer, notes.append))
        for path in given
    }
    texts = {path: text.encode("utf-8", "surrogateescape") for path, text in logs.items()}
    with rehearsed(arguments, arguments.config, texts) as (asked, config, files, _):
        asked.config, asked.logs = config, files
        return _explain(asked)


def _explain(arguments: argparse.Namespace) -> int:
    from nginx_grpc import output, terminal
    from nginx_grpc.explain import reading
    from nginx_grpc.explain.explanation import Explanation
    from nginx_grpc.explain.groups import Groups
    from nginx_grpc.explain.recognition import Recogniser
    from nginx_grpc.explain.report import render
    from nginx_grpc.explain.since import Since
    from nginx_grpc.explain.verdicts import LineAlone, Verdicts

    since = Since(arguments.since)
    notes: list[str] = []
    logs = arguments.logs or ["-"]
    if not arguments.logs and sys.stdin.isatty():
        raise Refused("no log", "name one, or - to paste lines and end them with Ctrl-D")
    reading.check(logs)
    if arguments.config:
        from nginx_grpc.explain.configuration import read

        judged, formats = read(arguments, notes, "-" in logs)
        verdicts: Verdicts = judged
        groups = Groups(judged.key)
        recogniser = Recogniser(formats=formats, leads_to_grpc=judged.places.leads_to_grpc)
    else:
        verdicts, groups, recogniser = LineAlone(), Groups(), Recogniser()
    try:
        for path in logs:
            for seen in recogniser.all(reading.lines(path, sys.stdin.buffer, notes.append)):
                if since.holds(seen):
                    groups.add(seen)
    except KeyboardInterrupt:
        # Whoever follows a log ends it so, and wants to know what was in it.
        pass
    explanation = Explanation.of(groups, verdicts, notes)
    color = terminal.color_wanted(sys.stdout)
    shown = render(explanation, arguments.format, color=color, width=terminal.width())
    output.write(shown, None)
    return 0 if explanation.explained else 1
