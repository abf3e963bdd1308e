"""The settings that an input is judged by: its own, and never another input's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nginx_grpc import settings, settings_chain
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Configuration

__all__ = ["Given", "SettingsSearch"]

_MISNAMED = "nginx-grpc.yml"


@dataclass(frozen=True, slots=True)
class Given:
    """Settings of an input.

    Args:
        values: the mapping under `nginx_grpc`, the command's flags on top; None where there is
            neither file nor flag.
        files: the settings file, then those that it extends; each with its text where that is
            another one than it holds: with pseudonyms, or not saved. None where there is no file.
    """

    values: dict[str, Any] | None = None
    files: tuple[tuple[str, str | None], ...] = ()

    @property
    def file(self) -> str:
        """The settings file, empty where there is none."""
        return self.files[0][0] if self.files else ""


class SettingsSearch:
    """Finds the settings of each configuration, from its own folder up to the repository's.

    Args:
        file: the settings file for all, where the caller names one.
        wanted: whether to look for files at all.
        profile, nginx_version: the caller's word, over any file's; None for none.
        overlay: see ReadOptions.

    Attributes:
        notes: what a user should know about settings that were not taken, each once.
    """

    def __init__(
        self,
        *,
        file: str | None = None,
        wanted: bool = True,
        profile: str | None = None,
        nginx_version: str | None = None,
        overlay: Mapping[str, bytes] | None = None,
    ) -> None:
        self._flags = {"profile": profile, "nginx_version": nginx_version}
        self._overlay = overlay
        self._all = self._given(*self._load(file)) if file else None
        self._wanted = wanted
        self._known: dict[tuple[str, str], Given] = {}
        self.notes: list[str] = []

    def of(self, configuration: Configuration) -> Given:
        """The settings of a configuration. Raises Refused where a file is none."""
        if self._all is not None:
            return self._all
        if not self._wanted:
            return self._given(None, [])
        given = configuration.given
        if configuration.kind in ("file", "directory"):
            start = os.path.dirname(os.path.realpath(configuration.files[0]))
        else:
            start = os.path.dirname(os.path.realpath("stdin" if given == "-" else given))
        top = os.path.realpath(given) if configuration.kind == "directory" else start
        known = self._known.get((start, top))
        if known is None:
            known = self._known[start, top] = self._search(start, top)
        return known

    def _search(self, start: str, top: str) -> Given:
        found: list[str] = []
        for folder in settings.folders(start, top):
            self._note_misnamed(folder)
            path = os.path.join(folder, settings.FILE_NAME)
            if os.path.isfile(path):
                found.append(settings.shown(path))
        if not found:
            return self._given(None, [])
        nearest, *outer = found
        values, files = self._load(nearest)
        for file in outer:
            values = {**values, **settings_chain.held(self._load(file)[0])}
        return self._given(values, files)

    def _load(self, file: str) -> tuple[dict[str, Any], list[str]]:
        return settings_chain.load(file, self._overlay)

    def _note_misnamed(self, folder: str) -> None:
        path = os.path.join(folder, _MISNAMED)
        note = f"{settings.shown(path)} is not read: settings are in {settings.FILE_NAME}"
        if os.path.lexists(path) and note not in self.notes:
            self.notes.append(note)

    def _given(self, values: dict[str, Any] | None, files: list[str]) -> Given:
        named = tuple((each, self._unsaved(each)) for each in files)
        return Given(settings.with_overrides(values, **self._flags), named)

    def _unsaved(self, file: str) -> str | None:
        data = (self._overlay or {}).get(os.path.realpath(file))
        return None if data is None else data.decode("utf-8")
