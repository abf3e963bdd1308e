"""What the releases in a git checkout of nginx hold: for the tables made from its source."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache

__all__ = ["FIRST", "Releases"]

FIRST = (1, 10, 0)

_TAG = re.compile(r"release-(\d+)\.(\d+)\.(\d+)")
_TABLE = re.compile(r"static ngx_command_t\s+\w+\[\]\s*=\s*\{(.*?)\n\};", re.DOTALL)
_ENTRY = re.compile(r'\{\s*ngx_string\("([^"]+)"\)\s*,([^{}]*)\}')
# What takes a directive only to warn of it.
_IGNORING = re.compile(r"\bngx_http_\w+_(?:obsolete|deprecated)\s*,\s*0\b")
_WARNING = re.compile(r"&(ngx_\w+_deprecated)\b")
_WARNINGS = re.compile(
    r'ngx_conf_deprecated_t\s+(\w+)\s*=\s*\{\s*ngx_conf_deprecated,\s*"[^"]*",\s*"([^"]*)"'
)


class Releases:
    """The releases from FIRST on.

    Args:
        checkout: the folder, with its tags; a bare repository will do.
    """

    def __init__(self, checkout: str) -> None:
        self._checkout = checkout
        found = filter(None, map(_TAG.fullmatch, self._git("tag").split()))
        tags = sorted((tuple(map(int, tag.groups())), tag[0]) for tag in found)
        self.tags = [tag for version, tag in tags if version >= FIRST]
        self.versions = [tag.removeprefix("release-") for tag in self.tags]
        self._text = cache(self._show)
        self.directives = cache(self._directives)
        self.obsolete = cache(self._obsolete)

    def files(self, tag: str, under: str) -> Iterator[tuple[str, str]]:
        """Path and blob of each file of a release below a folder."""
        for line in self._git("ls-tree", "-r", tag, under).splitlines():
            about, _, path = line.partition("\t")
            yield path, about.split()[2]

    def _directives(self, blob: str) -> frozenset[str]:
        """The names in a file's tables of directives."""
        tables = _TABLE.finditer(self._text(blob))
        return frozenset(name for table in tables for name, _ in _ENTRY.findall(table[1]))

    def _obsolete(self, blob: str) -> dict[str, tuple[str, str]]:
        """The names of which nginx warns: whether it is deprecated or ignored, and what is to be
        said instead."""
        text = self._text(blob)
        instead = dict(_WARNINGS.findall(text))
        found = {}
        for table in _TABLE.finditer(text):
            for name, rest in _ENTRY.findall(table[1]):
                warning = _WARNING.search(rest)
                if warning or _IGNORING.search(rest):
                    state = "ignored" if _IGNORING.search(rest) else "deprecated"
                    found[name] = (state, instead.get(warning[1], "") if warning else "")
        return found

    def _show(self, blob: str) -> str:
        return self._git("show", blob)

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", self._checkout, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, errors="replace")
        return done.stdout
