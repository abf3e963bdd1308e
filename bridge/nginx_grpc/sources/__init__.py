"""Sources find nginx text and read it with its includes: one interface, one source a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import BinaryIO

from nginx_grpc.errors import Refused
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.sources.interface import Limits, ReadOptions, Source
from nginx_grpc.tree import Configuration

__all__ = ["Limits", "ReadOptions", "Source", "read"]


def read(
    paths: Sequence[str], *, options: ReadOptions | None = None, stdin: BinaryIO
) -> list[Configuration]:
    """The configurations of files, folders, dumps and manifests, at least one.

    A file that another one given includes is read there and not once more on its own.

    Args:
        paths: what was given; `-` is standard input.
        options: see ReadOptions.
        stdin: standard input, read only for `-`.

    Raises:
        Refused: something can't be read; nothing else escapes.
    """
    options = options or ReadOptions()
    if not paths:
        raise Refused("nothing to read", "name a file, a folder or - for standard input")
    if len(set(paths)) < len(paths):
        paths = list(dict.fromkeys(paths))
    found = [(path, source(path, options, stdin).collect()) for path in paths]
    inner = {
        os.path.realpath(file)
        for _, configurations in found
        for configuration in configurations
        if configuration.kind in ("file", "directory")
        for file in configuration.files[1:]
    }
    result: list[Configuration] = []
    for path, configurations in found:
        kinds = {configuration.kind for configuration in configurations}
        if len(found) > 1 and kinds == {"file"} and os.path.realpath(path) in inner:
            continue
        result.extend(configurations)
    # Files that include each other in a circle would all be gone.
    return result or [configuration for _, each in found for configuration in each]


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
            data = read_regular(path, options.limits.file_bytes)
        except UnreadError as error:
            raise Refused(str(error), _hint(str(error)), path or "''") from None
    if not data:
        raise Refused("empty", "give the nginx configuration", path)

    from nginx_grpc.sources import dump, manifest

    if dump.is_dump(data):
        return dump.DumpSource(data, path, options)
    if manifest.is_manifest(data, path):
        return manifest.ManifestSource(data, path, options)
    from nginx_grpc.sources.text_file import TextSource

    return TextSource("stdin" if path == "-" else "file", data, path, path, options)


def _hint(why: str) -> str:
    if why == "no such file":
        return "check the path"
    if "permission" in why:
        return "make it readable"
    if "pipe" in why or "device" in why or "no regular file" in why:
        return "give a file, or - and the text on standard input"
    return "give an nginx configuration"
