"""What `nginx-grpc redact` does, after its arguments are read."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from nginx_grpc.commands.arguments import settings
from nginx_grpc.errors import Refused
from nginx_grpc.garbage import uncollected
from nginx_grpc.redaction import mapping
from nginx_grpc.redaction.copies import copies
from nginx_grpc.redaction.files import below, write_folder
from nginx_grpc.redaction.inputs import Inputs, proven_redactor

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor
    from nginx_grpc.settings_search import SettingsSearch

__all__ = ["run"]


@uncollected()
def run(arguments: argparse.Namespace) -> int:
    """Print the redacted text, or the restored one."""
    path = _map_file(arguments)
    if arguments.restore:
        return _restore(arguments, path)
    known = mapping.load(path) if path else None
    inputs = Inputs(arguments)
    search = settings(arguments)
    if inputs.paths:
        redactor = proven_redactor(inputs, search, known, list(inputs.logs.values()))
        files = _files(inputs, redactor, search, arguments)
    else:
        redactor, files = _of_logs(inputs, known), {}
    if inputs.logs:
        files |= _logs(inputs, redactor)
    if path:
        mapping.save(redactor.kept(), path)
    _write(files, arguments.output, folder=_has_folder(arguments.paths))
    return 0


def _has_folder(paths: list[str]) -> bool:
    return any(os.path.isdir(path) for path in paths)


def _map_file(arguments: argparse.Namespace) -> str:
    """The file of the mapping; the rest stays in `arguments.map`."""
    files = [each for each in arguments.map if not each.startswith("/") or "=" not in each]
    arguments.map = [each for each in arguments.map if each not in files]
    if len(files) > 1:
        raise Refused("--map with two files", "give one of them")
    return files[0] if files else ""


def _of_logs(inputs: Inputs, known: mapping.Map | None) -> Redactor:
    from nginx_grpc.redaction.redactor import Redactor

    redactor = Redactor(shaped=known is not None and known.shaped)
    if known is not None:
        redactor.go_on(known)
    for data in inputs.logs.values():
        redactor.log(data)
    for path in inputs.logs:
        redactor.file(os.path.basename(path))
    redactor.settle()
    return redactor


def _logs(inputs: Inputs, redactor: Redactor) -> dict[str, bytes]:
    return {
        redactor.file(os.path.basename(path)): redactor.log(data)
        for path, data in inputs.logs.items()
    }


def _files(
    inputs: Inputs, redactor: Redactor, search: SettingsSearch, arguments: argparse.Namespace
) -> dict[str, bytes]:
    """What is written, by the paths of files; `-` is what stands for itself alone."""
    found = copies(inputs, redactor, search)
    if found.stdin is not None:
        if found.files:
            raise Refused(
                "a text on standard input that includes files",
                "give the file by its name, so that all of them can be written",
            )
        return {"-": found.stdin}
    if len(found.files) == 1 and not arguments.output:
        return found.files
    names = below([*found.files, *(found.settings if arguments.output else ())], arguments.paths)
    if arguments.output and (len(found.files) > 1 or _has_folder(arguments.paths)):
        found.files.update(found.settings)
    return {redactor.file(names[name]): data for name, data in found.files.items()}


def _write(files: dict[str, bytes], output: str | None, *, folder: bool) -> None:
    if len(files) == 1:
        (data,) = files.values()
        if output and not folder and not os.path.isdir(output):
            from nginx_grpc.output import write_bytes

            write_bytes(data, output)
            return
        if output is None:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            return
    if output is None:
        raise Refused(
            f"{len(files):,} files", "say --output DIR: they are written there, under new names"
        )
    write_folder(output, files)


def _restore(arguments: argparse.Namespace, path: str) -> int:
    from nginx_grpc.redaction.restoring import Restorer

    if not path:
        raise Refused("--restore without a mapping", "give the --map FILE it was redacted with")
    known = mapping.load(path)
    if known is None:
        raise Refused("no such mapping", "give the --map FILE it was redacted with", path)
    restorer = Restorer(known)
    files: dict[str, bytes] = {}
    for given in arguments.paths or ["-"]:
        if given == "-":
            files["-"] = sys.stdin.buffer.read()
        elif os.path.isdir(given):
            for folder, _, names in os.walk(given):
                for name in names:
                    full = os.path.join(folder, name)
                    if os.path.islink(full):
                        raise Refused("a link in the folder", "take it out", full)
                    files[os.path.relpath(full, given)] = Inputs.content(full)
        else:
            files[os.path.basename(given)] = Inputs.content(given)
    _write(
        {restorer.name(name): restorer.text(data) for name, data in files.items()},
        arguments.output,
        folder=_has_folder(arguments.paths),
    )
    return 0
