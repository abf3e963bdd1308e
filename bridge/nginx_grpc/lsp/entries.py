"""Which configuration an open file is of: what to give to a check so that it is judged as nginx
would read it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace

from nginx_grpc import sources
from nginx_grpc.errors import Refused
from nginx_grpc.sources import ReadOptions
from nginx_grpc.sources.contexts import is_whole
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.dump import has_sections
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.sources.manifest import is_manifest

__all__ = ["entries_of", "top_of"]

# Of the folders above a file so many names are looked at, and of the folder that it is in.
_NAMES = 2_000
_CANDIDATES = 20


def top_of(path: str, folders: list[str]) -> str:
    """The folder that a file's configuration is looked for in: the editor's, else that of its
    repository, else its own.

    Args:
        path: the file's real path.
        folders: the editor's folders.
    """
    own = os.path.dirname(path)
    around = [each for each in folders if (own + os.sep).startswith(each.rstrip(os.sep) + os.sep)]
    if around:
        return max(around, key=len)
    folder = own
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return own
    return folder


def entries_of(path: str, top: str, options: ReadOptions) -> list[str]:
    """The paths to judge for a file: every nginx.conf, in its folder or above, that includes it;
    else its folder, whose parts of one http block are judged together; else itself.

    Args:
        path: its real path.
        top: the outermost folder to look into.
        options: how to read, with the texts of the editor.
    """
    quiet = replace(options, progress=None, left_out=None, note=None, unread=None)
    try:
        data = read_regular(path, options.limits.file_bytes, options.overlay)
        if is_manifest(data, path) or has_sections(data) or is_whole(data, path):
            return [path]
    except (UnreadError, Refused):
        return [path]
    found = [each for each in _whole_ones(path, top, quiet) if _has(each, path, quiet)]
    if found:
        return found
    folder = os.path.dirname(path)
    narrow = replace(quiet, limits=replace(quiet.limits, names=_NAMES))
    try:
        (alone,) = sources.read([path], options=narrow, stdin=io.BytesIO())
        if alone.context == "http" and _has(folder, path, narrow):
            return [folder]
    except (Refused, ValueError):
        pass
    return [path]


def _whole_ones(path: str, top: str, options: ReadOptions) -> Iterator[str]:
    """The whole configurations in a file's folder and those above it."""
    folder = os.path.dirname(path)
    left = _CANDIDATES
    while left:
        for name in _names(folder):
            candidate = os.path.join(folder, name)
            if candidate == path or not (name.endswith(".conf") or name.startswith("nginx")):
                continue
            try:
                data = read_regular(candidate, options.limits.file_bytes, options.overlay)
                if not has_sections(data) and is_whole(data, candidate):
                    left -= 1
                    yield candidate
            except (UnreadError, Refused):
                continue
            if not left:
                return
        if folder == top or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(_NAMES), entries, strict=False)]
    except OSError:
        return []
    return sorted(names)


def _has(entry: str, path: str, options: ReadOptions) -> bool:
    """Whether a configuration has a file in it, or can't be read for what stands in that file."""
    try:
        configurations = sources.read([entry], options=options, stdin=io.BytesIO())
    except Refused as refused:
        return bool(refused.file) and os.path.realpath(refused.file) == path
    return any(
        os.path.realpath(file) == path
        for configuration in configurations
        for file in configuration.files
    )
