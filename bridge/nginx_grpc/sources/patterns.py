"""Paths that were given as patterns: `services/*/nginx.conf`, as a shell expands them."""

from __future__ import annotations

import os
from itertools import islice

from nginx_grpc.errors import Refused
from nginx_grpc.sources.disk import inside
from nginx_grpc.sources.interface import ReadOptions

__all__ = ["expanded"]

_MAGIC = frozenset("*?[")


def expanded(path: str, options: ReadOptions) -> list[str] | None:
    """The paths that a pattern matches, in order; None for a path that is no pattern, or is there.

    `**` is any number of folders. What is found is not what the user named: a link among it stays
    in the folder that the pattern starts from, or in the root.

    Raises:
        Refused: it matches nothing, too much, or something out of the folder.
    """
    if path == "-" or not _MAGIC.intersection(path) or os.path.lexists(path):
        return None
    import glob

    try:
        found = list(islice(glob.iglob(path, recursive=True), options.limits.files + 1))
    except (OSError, ValueError):
        found = []
    if not found:
        raise Refused("a pattern that matches nothing", "check the path", path)
    if len(found) > options.limits.files:
        raise Refused(
            f"a pattern that matches more than {options.limits.files:,} files",
            "name a folder",
            path,
        )
    root = os.path.realpath(options.root or _start(path) or ".")
    for each in found:
        if not inside(os.path.realpath(each), [root]):
            raise Refused("a link out of the folder", "name the file itself, or say --root", each)
    return sorted(found, key=os.fsencode)


def _start(path: str) -> str:
    """The folder that a pattern starts from."""
    while _MAGIC.intersection(path):
        path = os.path.dirname(path)
    return path
