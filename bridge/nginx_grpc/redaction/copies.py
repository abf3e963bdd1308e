"""The redacted copies of what was given: as files to write, or in a folder for another command."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nginx_grpc.commands.arguments import settings
from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field
from nginx_grpc.redaction.files import below, write_folder
from nginx_grpc.redaction.inputs import Inputs, proven_redactor
from nginx_grpc.sources.disk import inside

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor
    from nginx_grpc.settings_search import SettingsSearch

__all__ = ["Copies", "copies", "rehearsed"]


@dataclass(slots=True)
class Copies:
    """Redacted texts, by the old names of their files.

    Args:
        files: those of files.
        stdin: that of standard input; None where there is none.
        settings: those of the settings files.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    stdin: bytes | None = None
    settings: dict[str, bytes] = field(default_factory=dict)


def copies(inputs: Inputs, redactor: Redactor, search: SettingsSearch) -> Copies:
    """The copies of configurations and of the settings that they are judged by."""
    from nginx_grpc.settings import text_of

    found = Copies()
    for configuration in inputs.read():
        own = search.of(configuration)
        file = own.file
        if len(own.files) > 1:
            raise Refused(
                "--redact and settings that extend others",
                f"give it as one: nginx-grpc settings --merged {file} > one.yaml",
                file,
            )
        if file and file not in found.settings:
            found.settings[file] = redactor.settings_text(text_of(file).encode())
        if configuration.kind == "dump":
            raw = redactor.dump(inputs.raw(configuration), configuration)
            texts = {configuration.given: raw}
        else:
            texts = redactor.texts(configuration)
        for name, data in texts.items():
            if name == "-":
                found.stdin = data
            else:
                found.files[name] = data
    return found


def _folder_of(path: str, given: Sequence[str]) -> str:
    """The folder among what was given that a file is in; empty for none."""
    real = os.path.abspath(path)
    folders = (each for each in given if os.path.isdir(each))
    return next((each for each in folders if inside(real, [os.path.abspath(each)])), "")


@contextmanager
def rehearsed(
    arguments: argparse.Namespace, paths: Sequence[str], logs: dict[str, bytes] | None = None
) -> Iterator[tuple[argparse.Namespace, list[str], list[str], bytes]]:
    """The redacted copies in a folder of their own, which is the current one inside.

    The verdict on them is proven to be that on the originals. Afterwards they are gone.

    Args:
        arguments: those of a command; what they say of reading is changed for the copies.
        paths: what was given of configurations; may be none.
        logs: logs to be redacted with them, by their names.

    Yields the changed arguments, the paths of the configurations and of the logs, and what stands
    for standard input.
    """
    if getattr(arguments, "define", None) or getattr(arguments, "env_file", None):
        raise Refused("--redact with values to put in", "put them in first, or redact the text")
    asked = argparse.Namespace(**{**vars(arguments), "paths": list(paths)})
    logs = logs or {}
    search = settings(arguments)
    found = Copies()
    inputs = None
    if paths:
        inputs = Inputs(asked)
        redactor = proven_redactor(inputs, search, logs=list(logs.values()))
        found = copies(inputs, redactor, search)
    else:
        from nginx_grpc.redaction.redactor import Redactor as New

        redactor = New()
        for data in logs.values():
            redactor.log(data)
        redactor.settle()
    every = [*found.files, *found.settings]
    names = below(every, list(paths))
    files = {redactor.file(names[name]): {**found.files, **found.settings}[name] for name in every}
    written = []
    for number, data in enumerate(logs.values(), 1):
        written.append(f"log-{number}.log")
        files[written[-1]] = redactor.log(data)
    top = os.path.abspath(every[0])[: -len(names[every[0]])] if every else os.getcwd()

    def moved(path: str) -> str:
        return path if path == "-" else redactor.file(os.path.relpath(path, top))

    asked.map = [
        f"{redactor.file(prefix)}={moved(folder)}"
        for prefix, _, folder in (pair.partition("=") for pair in asked.map)
    ]
    asked.prefix = moved(asked.prefix) if asked.prefix else asked.prefix
    asked.root = moved(asked.root) if asked.root else asked.root
    if len(found.settings) == 1 and not asked.no_settings:
        asked.settings = moved(next(iter(found.settings)))
    given: list[str] = []
    if inputs is not None:
        for configuration in inputs.read():
            manifests = configuration.manifests
            if manifests is not None and manifests.settings:
                said = manifests.settings
                asked.controller_configmap = (
                    moved(said) if manifests.on_disk else redactor.word(said, "object")
                )
            for path in [configuration.given] if manifests is None else manifests.files:
                given.append(moved(_folder_of(path, paths) or path))
    given = list(dict.fromkeys(given))
    asked.paths = given
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="nginx-grpc-") as folder:
        write_folder(folder, files)
        os.chdir(folder)
        try:
            yield asked, given, written, found.stdin or b""
        finally:
            os.chdir(before)
