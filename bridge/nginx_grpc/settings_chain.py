"""A settings file with those that it extends: one mapping, and where each setting of it stands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nginx_grpc import settings
from nginx_grpc.errors import Refused
from nginx_grpc.sources.disk import inside

__all__ = ["EXTENDS", "held", "load"]

EXTENDS = "extends"
_LONGEST = 8
# What a file forbids, none that extends it, and none further in, can allow again.
_HOLDS = {"inline_waivers": "forbid", "not_judged": "deny"}


def load(path: str, overlay: Mapping[str, bytes] | None = None) -> tuple[dict[str, Any], list[str]]:
    """Read a settings file and those that it extends.

    What a file says goes before what it extends: mappings are merged key by key, anything else is
    replaced. Waivers are those of the file itself; see also `held`.

    Args:
        path: the file.
        overlay: see ReadOptions.

    Returns the mapping under `nginx_grpc` without `extends`, and the files, the nearest first.
    Raises Refused where one can't be read, or is none of the same checkout.
    """
    chain: list[dict[str, Any]] = []
    files: list[str] = []
    following: str | None = path
    while following is not None:
        values = settings.parse(settings.text_of(following, overlay), following)
        files.append(following)
        chain.append(values)
        following = _extended(values, following, files) if EXTENDS in values else None
    merged = chain.pop()
    while chain:
        base, own = merged, chain.pop()
        merged = _merged({key: base[key] for key in base if key != "waivers"}, own)
        merged.update(held(base))
    merged.pop(EXTENDS, None)
    return merged, files


def held(values: dict[str, Any]) -> dict[str, str]:
    """What a file says that none of those which it is for can undo."""
    return {name: word for name, word in _HOLDS.items() if values.get(name) == word}


def _extended(values: dict[str, Any], file: str, files: list[str]) -> str:
    """The file that another one extends."""
    said = values[EXTENDS]
    if not isinstance(said, str) or not said or os.path.isabs(said):
        raise _refused("no path from this file's folder", "write ../platform/nginx-grpc.yaml", file)
    folder = os.path.dirname(file)
    path = os.path.normpath(os.path.join(folder, said))
    top = _checkout(os.path.realpath(folder))
    if not inside(os.path.realpath(path), (top,)):
        raise _refused(f"out of {settings.shown(top)}", "name a file of the same checkout", file)
    real = os.path.realpath(path)
    if any(os.path.realpath(each) == real for each in files):
        raise _refused("a circle", "let one of them extend none", file)
    if len(files) == _LONGEST:
        raise _refused(f"more than {_LONGEST} files", "extend fewer", file)
    return path


def _checkout(folder: str) -> str:
    """The folder that holds `.git`; without one, the current folder if it is around, else the
    settings file's own."""
    above = folder
    while not os.path.lexists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            here = os.path.realpath(os.curdir)
            return here if inside(folder, (here,)) else folder
        above = parent
    return above


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in own.items():
        under = base.get(key)
        both = isinstance(value, dict) and isinstance(under, dict)
        result[key] = _merged(under, value) if both and isinstance(under, dict) else value
    return result


def _refused(what: str, hint: str, file: str) -> Refused:
    from nginx_grpc.settings_file import lines

    line = lines(settings.text_of(file)).get(EXTENDS, 1)
    return Refused(f"{EXTENDS} leads to {what}", hint, file, line)
