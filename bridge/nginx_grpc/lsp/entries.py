"""Which configuration an open file is of: what to give to a check so that it is judged as nginx
would read it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

from nginx_grpc import sources
from nginx_grpc.errors import Refused
from nginx_grpc.records import replace
from nginx_grpc.settings import FILE_NAME
from nginx_grpc.sources import ReadOptions
from nginx_grpc.sources.contexts import is_whole
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.dump import has_sections
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.sources.kubernetes.manifest import is_manifest

__all__ = ["Entries", "top_of"]

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


class Entries:
    """The configurations that files are of, each of which is read once.

    Args:
        options: how to read, with the texts of the editor.
    """

    def __init__(self, options: ReadOptions) -> None:
        quiet = replace(options, progress=None, left_out=None, note=None, unread=None)
        self._options = quiet
        self._narrow = replace(quiet, limits=replace(quiet.limits, names=_NAMES))
        self._whole: dict[str, list[str]] = {}
        self._files: dict[str, set[str]] = {}

    def of(self, path: str, top: str) -> list[str]:
        """The paths to judge for a file: every nginx.conf, in its folder or above, that includes
        it; else its folder, whose parts of one http block are judged together; else itself.

        Args:
            path: its real path.
            top: the outermost folder to look into.
        """
        options = self._options
        if os.path.basename(path) == FILE_NAME:
            return [path]
        try:
            data = read_regular(path, options.limits.file_bytes, options.overlay)
            if is_manifest(data, path) or has_sections(data) or is_whole(data, path):
                return [path]
        except (UnreadError, Refused):
            return [path]
        found = [
            each
            for each in self._above(path, top)
            if each != path and path in self._read(each, options)
        ]
        if found:
            return found
        folder = os.path.dirname(path)
        if self._is_of_http(path) and path in self._read(folder, self._narrow):
            return [folder]
        return [path]

    def _above(self, path: str, top: str) -> Iterator[str]:
        """The whole configurations in a file's folder and those above it."""
        folder = os.path.dirname(path)
        left = _CANDIDATES
        while left > 0:
            if folder not in self._whole:
                self._whole[folder] = list(self._whole_ones(folder))
            yield from self._whole[folder]
            left -= len(self._whole[folder])
            if folder in (top, os.path.dirname(folder)):
                return
            folder = os.path.dirname(folder)

    def _whole_ones(self, folder: str) -> Iterator[str]:
        options = self._options
        for name in _names(folder):
            path = os.path.join(folder, name)
            if not (name.endswith(".conf") or name.startswith("nginx")):
                continue
            try:
                data = read_regular(path, options.limits.file_bytes, options.overlay)
                if not has_sections(data) and is_whole(data, path):
                    yield path
            except (UnreadError, Refused):
                continue

    def _read(self, entry: str, options: ReadOptions) -> set[str]:
        """The real paths of the files of a configuration, or of the one that keeps it unread."""
        known = self._files.get(entry)
        if known is None:
            try:
                read = sources.read([entry], options=options, stdin=io.BytesIO())
                files = [file for configuration in read for file in configuration.files]
            except Refused as refused:
                files = [refused.file] if refused.file else []
            known = self._files[entry] = set(map(os.path.realpath, files))
        return known

    def _is_of_http(self, path: str) -> bool:
        """Whether a file alone is a part of an http block."""
        try:
            read = sources.read([path], options=self._options, stdin=io.BytesIO())
        except Refused:
            return False
        return [each.context for each in read] == ["http"]


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(_NAMES), entries, strict=False)]
    except OSError:
        return []
    return sorted(names)
