"""What `nginx-grpc fix` prints and writes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nginx_grpc import indented, output, printable
from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding
from nginx_grpc.fixing import rounds, writing
from nginx_grpc.fixing.diff import unified
from nginx_grpc.fixing.judging import STDIN, Judge
from nginx_grpc.fixing.rounds import Fixed, Outcome
from nginx_grpc.records import dataclass, replace
from nginx_grpc.sources.dump import sections

if TYPE_CHECKING:
    from nginx_grpc.commands.arguments import Told

__all__ = ["Options", "changed", "run"]

SCHEMA_VERSION = 1
_LIMIT = 100_000  # characters; the summary of a job has room for ten times as many


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for; see the command's help.

    Args:
        spots: of the rules in them, these findings alone.
        roots: the folders that files may be written in.
    """

    only: frozenset[str] = frozenset()
    spots: frozenset[rounds.Spot] = frozenset()
    unsafe: bool = False
    write: bool = False
    format: str = "diff"
    fail_on: str = "deny"
    nginx: str = ""
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file that changes.

    Args:
        name: its name for a reader.
        path: its real path, of a dump's section that of the dump; `-` is standard input.
        before, after: its bytes.
        elsewhere: whether it is one of another machine.
    """

    name: str
    path: str
    before: bytes
    after: bytes
    elsewhere: bool = False

    def diff(self) -> bytes:
        """Its diff, with a name that leads to it where the diff is applied."""
        name = self.name if self.elsewhere else _shown(self.name)
        return unified(name, self.before, self.after)


def run(judge: Judge, told: Told, options: Options) -> int:
    """Mend, print or write; returns the exit status."""
    fixed = rounds.fix(judge, _wanted(options), unsafe=options.unsafe, spots=options.spots)
    files = list(changed(fixed))
    notes = [*told.notes, *told.unread]
    if options.nginx:
        from nginx_grpc.fixing import trying

        notes += trying.held_against(options.nginx, fixed)
    dumps = {each.container for each in fixed.before.configurations if each.container}
    if options.write:
        if dumps:
            raise Refused(
                "a dump is no file to write",
                "take the diff to where nginx runs: patch -p1 -d /",
                min(dumps),
            )
        writing.write(
            {each.path: (each.before, each.after) for each in files},
            options.roots,
            {each.path: each.name for each in files},
        )
        # The lines are those of the files as they are from now on.
        outcomes = [replace(each, finding=each.now or each.finding) for each in fixed.outcomes]
        fixed = replace(fixed, outcomes=outcomes)
    _print(fixed, files, options)
    for note in notes:
        print(f"nginx-grpc: {printable.line(note)}", file=sys.stderr)
    _tell(fixed)
    print(printable.line(summary(fixed.outcomes)), file=sys.stderr)
    return 1 if _fails(fixed, options) else 0


def changed(fixed: Fixed) -> Iterator[File]:
    """The files that change, by name; of a dump, those behind its sections."""
    before, after = fixed.before.contents, fixed.after.contents
    names: dict[str, str] = {}
    dumps = set()
    for configuration in fixed.before.configurations:
        if configuration.container:
            dumps.add(_path(configuration.container))
        for file in (configuration.container, *configuration.texts):
            if file:
                names.setdefault(_path(file), file)
    for path in sorted(before, key=lambda each: names.get(each, each)):
        if before[path] == after[path]:
            continue
        if path not in dumps:
            yield File(names.get(path, path), path, before[path], after[path])
            continue
        parts = zip(sections(before[path]), sections(after[path]), strict=True)
        for (name, start, end), (_, first, last) in parts:
            old, new = before[path][start:end], after[path][first:last]
            if old != new:
                # The empty line between two sections is nginx's, and of no file.
                yield File(name, path, _own(old), _own(new), elsewhere=True)


def summary(outcomes: list[Outcome]) -> str:
    """The last line: `6 fixed, 2 with --unsafe, 1 to decide: NG107 api.conf:12 (a server)`."""
    states = [each.state for each in outcomes]
    told = [f"{states.count('fixed')} fixed"]
    if states.count("unsafe"):
        told.append(f"{states.count('unsafe')} with --unsafe")
    if states.count("refused"):
        told.append(f"{states.count('refused')} not possible")
    manual = [each for each in outcomes if each.state == "manual"]
    if manual:
        named = "; ".join(_named(each) for each in manual[:3])
        more = f"; and {len(manual) - 3} more" if len(manual) > 3 else ""
        told.append(f"{len(manual)} to decide: {named}{more}")
    return ", ".join(told)


def _wanted(options: Options) -> Callable[[Finding], bool]:
    def wanted(finding: Finding) -> bool:
        if not finding.counts or finding.outcome == "unknown":
            return False
        if options.only:
            return finding.id in options.only
        return finding.level == "deny" or options.fail_on == "warn"

    return wanted


def _fails(fixed: Fixed, options: Options) -> bool:
    result = fixed.after.result
    if options.spots:
        return any(each.state != "fixed" for each in fixed.outcomes)
    if options.only:
        # What nobody asked to be mended may fail as well, but not here.
        return any(each.counts and each.id in options.only for each in result.findings)
    return result.failed


def _print(fixed: Fixed, files: list[File], options: Options) -> None:
    if options.format == "json":
        value = _json(fixed, files, options)
        output.write(indented.dumps(value), None)
    elif options.format == "text":
        _write(_text(fixed))
    elif options.format == "markdown":
        output.write(_markdown(_diff(files), summary(fixed.outcomes)), None)
    elif not options.write:
        _write(_diff(files))


def _diff(files: list[File]) -> bytes:
    return b"".join(each.diff() for each in files)


def _markdown(diff: bytes, told: str) -> str:
    """The diff as a code block that no line of it closes; empty where nothing changes."""
    if not diff:
        return ""
    shown = printable.block(diff.decode("utf-8", "backslashreplace"))
    if len(shown) > _LIMIT:
        shown = "(too long to be shown here)\n"
    fence = "~" * max(8, *(len(run) + 1 for run in re.findall("~+", shown)), 8)
    return f"\n#### nginx-grpc fix\n\n{fence}diff\n{shown}{fence}\n\n{told.split(':')[0]}\n"


def _text(fixed: Fixed) -> bytes:
    contents = fixed.after.contents
    if len(contents) != 1:
        raise Refused(f"{len(contents)} files, and one text to print", "take the diff, or --write")
    (data,) = contents.values()
    return data


def _write(data: bytes) -> None:
    with output.standard_output() as stdout:
        if stdout.isatty():
            stdout.write(printable.block(data.decode("utf-8", "backslashreplace")))
            return
        stdout.flush()
        stdout.buffer.write(data)
        stdout.buffer.flush()


def _tell(fixed: Fixed) -> None:
    """Each finding that stays, with the reason: a line, unless that has more."""
    for each in fixed.outcomes:
        if each.state == "fixed":
            continue
        what = {
            "unsafe": "not without --unsafe",
            "manual": "to decide",
            "refused": "not possible",
        }[each.state]
        finding = each.finding
        why = f": {each.why}" if each.why else ""
        line = f"{finding.id} {_where(finding)} {what}{why}"
        first, *more = line.rstrip("\n").split("\n")
        print(printable.line(first), file=sys.stderr)
        # A value of several lines, as it is to stand in the object.
        for text in more:
            print(f"    {printable.line(text)}", file=sys.stderr)


def _json(fixed: Fixed, files: list[File], options: Options) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "fixes": [
            {
                "id": each.finding.id,
                "file": each.finding.file,
                "line": each.finding.line,
                "key": each.finding.key,
                "level": each.finding.level,
                "message": each.finding.message,
                "state": each.state,
                "why": each.why,
                "brought": each.brought,
                "applicability": each.finding.fix.get("applicability", ""),
                "edits": list(each.finding.fix.get("edits", ())),
            }
            for each in fixed.outcomes
        ],
        "files": [
            {
                "file": each.name,
                "diff": each.diff().decode("utf-8", "backslashreplace"),
            }
            for each in files
        ],
        "summary": {
            **{
                state: sum(each.state == state for each in fixed.outcomes)
                for state in ("fixed", "unsafe", "manual", "refused")
            },
            "written": options.write,
            "failed": _fails(fixed, options),
        },
    }


def _named(outcome: Outcome) -> str:
    said = " ".join(outcome.why.split())
    why = f" ({said[:57]}...)" if len(said) > 60 else f" ({said})" if said else ""
    return f"{outcome.finding.id} {_where(outcome.finding)}{why}"


def _where(finding: Finding) -> str:
    key = f" ({finding.key})" if finding.key else ""
    return f"{finding.file}:{finding.line}{key}"


def _own(section: bytes) -> bytes:
    return section[:-1] if section.endswith(b"\n\n") else section


def _path(file: str) -> str:
    return file if file == STDIN else os.path.realpath(file)


def _shown(name: str) -> str:
    """A file's name in a diff: relative where that leads to it, as given else."""
    if name == STDIN:
        return "stdin"
    path = os.path.normpath(name)
    relative = os.path.relpath(path) if os.path.isabs(path) and os.path.exists(path) else path
    return os.path.abspath(path) if relative.split(os.sep)[0] == os.pardir else relative
