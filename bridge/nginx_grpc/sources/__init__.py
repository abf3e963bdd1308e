"""Sources find nginx text and read it with its includes: one interface, one source a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import BinaryIO

from nginx_grpc.errors import Refused
from nginx_grpc.records import replace
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.sources.interface import Limits, NothingError, ReadOptions, Source
from nginx_grpc.sources.kubernetes.manifest import ElsewhereError, OtherObjectsError
from nginx_grpc.sources.kubernetes.objects import Objects
from nginx_grpc.sources.patterns import expanded
from nginx_grpc.tree import Configuration

__all__ = ["Limits", "NothingError", "ReadOptions", "Source", "read"]


def read(
    paths: Sequence[str], *, options: ReadOptions | None = None, stdin: BinaryIO
) -> list[Configuration]:
    """The configurations of files, folders, dumps and manifests, at least one.

    A file that another one given includes is read there and not once more on its own. Ingress
    objects of ingress-nginx in all of them are one configuration, with the controller's ConfigMap.
    Manifests of other objects may stand beside them.

    Args:
        paths: what was given; `-` is standard input.
        options: see ReadOptions.
        stdin: standard input, read only for `-`.

    Raises:
        NothingError: the current folder, or what patterns match, holds no nginx configuration.
        Refused: something can't be read; nothing else escapes.
    """
    options = options or ReadOptions()
    if not paths:
        raise Refused("nothing to read", "name a file, a folder or - for standard input")
    objects = Objects(options)
    options = replace(options, objects=objects)
    found: list[tuple[str, list[Configuration]]] = []
    beside: list[ElsewhereError | OtherObjectsError] = []
    nothing: NothingError | None = None
    for path, default in _expanded(paths, options):
        try:
            configurations = source(path, options, stdin).collect()
            for configuration in configurations:
                configuration.given = path
            found.append((path, configurations))
        except NothingError as error:
            if default is None:
                raise
            nothing = nothing or NothingError(path, named=not default, others=error.others)
        except (ElsewhereError, OtherObjectsError) as other:
            beside.append(other)
    if not found and beside:
        raise beside[0]
    if not found and nothing is not None:
        raise nothing
    configurations = _each_once(found) + objects.configurations()
    if beside and not configurations:
        raise beside[0]
    _tell(beside, options)
    return configurations


def _tell(beside: Sequence[ElsewhereError | OtherObjectsError], options: ReadOptions) -> None:
    """What was given with the rest, and is not judged."""
    other = [each.file for each in beside if not each.unjudged]
    if options.unjudged is not None:
        for each in beside:
            for sentence in each.unjudged:
                options.unjudged(sentence)
    if other and options.note is not None:
        names = ", ".join(other[:3]) + (", ..." if len(other) > 3 else "")
        options.note(f"no nginx text and no Ingress in {names}")


def _expanded(paths: Sequence[str], options: ReadOptions) -> list[tuple[str, bool | None]]:
    """The paths with patterns expanded, and who may be without a configuration: True for the
    current folder, where one looks who names nothing, False for one match of many, None for none.
    """
    result: dict[str, bool | None] = {}
    for path in paths:
        matches = expanded(path, options)
        if matches is None:
            here = path != "" and os.path.normpath(path) == os.curdir
            result.setdefault(path, True if here else None)
        else:
            result.update((match, False) for match in matches if match not in result)
    return list(result.items())


def _each_once(found: list[tuple[str, list[Configuration]]]) -> list[Configuration]:
    """The configurations, without the files that others of them have in them.

    A whole configuration stays: nginx takes none inside another. Of files that include each other
    in a circle one stays.
    """
    single = {
        path: configurations[0]
        for path, configurations in found
        if [configuration.kind for configuration in configurations] == ["file"]
        and configurations[0].context != "main"
    }
    covered = set()
    included = set()
    for path, configurations in found:
        for configuration in configurations:
            if configuration.kind not in ("file", "directory"):
                continue
            files = _included(configuration)
            included.update(files[1:])
            if path not in single:
                covered.update(files)
    stays: set[str] = set()
    for first in (True, False):
        for path, configuration in single.items():
            real = os.path.realpath(path)
            if real in covered or (first and real in included):
                continue
            stays.add(path)
            covered.update(_included(configuration))
    return [
        configuration
        for path, configurations in found
        for configuration in configurations
        if path not in single or path in stays
    ]


def _included(configuration: Configuration) -> list[str]:
    values = set(configuration.values)
    return [os.path.realpath(file) for file in configuration.files if file not in values]


def source(path: str, options: ReadOptions, stdin: BinaryIO) -> Source:
    """The source for what was given, told from its name and its text."""
    if path == "-":
        data = stdin.read(options.limits.file_bytes + 1)
        if len(data) > options.limits.file_bytes:
            raise Refused(
                f"larger than {options.limits.file_bytes:,} bytes", "give a part of it", path
            )
    elif os.path.isdir(path):
        from nginx_grpc.sources.directory import DirectorySource

        return DirectorySource(path, options)
    else:
        try:
            data = read_regular(path, options.limits.file_bytes, options.overlay)
        except UnreadError as error:
            raise Refused(str(error), _hint(str(error)), path or "''") from None
    if not data:
        raise Refused("empty", "give the nginx configuration", path)

    from nginx_grpc.sources.recognition import source_of

    return source_of(data, path, options)


def _hint(why: str) -> str:
    if why == "no such file":
        return "check the path"
    if "UTF-8" in why:
        return "rename it"
    if "permission" in why:
        return "make it readable"
    if "pipe" in why or "device" in why or "no regular file" in why:
        return "give a file, or - and the text on standard input"
    return "give an nginx configuration"
