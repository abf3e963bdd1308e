"""A folder: its nginx.conf, or every *.conf in it."""

from __future__ import annotations

import os

from nginx_grpc.errors import Refused
from nginx_grpc.sources import glob, pieces
from nginx_grpc.sources.contexts import is_blank
from nginx_grpc.sources.disk import DiskLibrary, read_regular
from nginx_grpc.sources.includes import Reader, Text, UnreadError
from nginx_grpc.sources.interface import ReadOptions, Source
from nginx_grpc.sources.text_file import TextSource
from nginx_grpc.tree import Configuration

__all__ = ["DirectorySource"]


class DirectorySource(Source):
    """A folder.

    Args:
        path: the folder as it was given.
        options: see ReadOptions.
    """

    def __init__(self, path: str, options: ReadOptions) -> None:
        self._path = path
        self._options = options

    def collect(self) -> list[Configuration]:
        """See Source."""
        main = os.path.join(self._path, "nginx.conf")
        if os.path.lexists(main):
            data = self._read(main)
            return TextSource("directory", data, _shown(main), self._path, self._options).collect()
        try:
            names = sorted(map(os.fsencode, os.listdir(self._path)))
        except OSError:
            raise Refused("the folder can't be read", "check its permissions", self._path) from None
        files = [os.fsdecode(name) for name in glob.matching(b"*.conf", names)]
        if not files:
            raise Refused(
                "no nginx.conf and no *.conf in it", "name the file, or another folder", self._path
            )
        if len(files) > self._options.limits.files:
            raise Refused(
                f"more than {self._options.limits.files:,} files", "name the file", self._path
            )
        texts = []
        for name in files:
            path = os.path.join(self._path, name)
            data = self._read(path)
            if not is_blank(data):
                texts.append(Text(_shown(path), data, _shown(path)))
        if not texts:
            raise Refused(
                "nothing but space and comments in its *.conf",
                "give the nginx configuration",
                self._path,
            )
        return pieces.configurations(
            texts,
            Reader(DiskLibrary(self._path, self._options), self._options),
            kind="directory",
            entry=lambda group: self._path if len(group) > 1 else group[0].file,
        )

    def _read(self, path: str) -> bytes:
        try:
            return read_regular(path, self._options.limits.file_bytes)
        except UnreadError as error:
            raise Refused(str(error), "take it out of the folder, or name the file", path) from None


def _shown(path: str) -> str:
    return os.path.normpath(path)
