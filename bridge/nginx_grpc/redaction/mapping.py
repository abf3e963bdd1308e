"""The mapping of a run: kept in a file that its owner alone can read."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from nginx_grpc.errors import Refused

__all__ = ["Map", "load", "save"]

_MARK = "nginx_grpc_redaction"
_VERSION = 1
_LIMIT = 1024 * 1024 * 1024


@dataclass(slots=True)
class Map:
    """What stands for what. All texts are bytes, one character each.

    Args:
        shaped: see Pseudonyms.
        given: see Pseudonyms.kept.
        words: each pseudonym's original.
        asked: see Addresses.kept.
        addresses: each address's original; networks with their length.
        classes: the classes of characters of regular expressions, as they were.
        wholes: what pieces do not give back byte for byte: base64, and scalars with escapes of
            YAML, each as it is written now and as it was.
    """

    shaped: bool = False
    given: dict[str, dict[str, str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    wholes: dict[str, str] = field(default_factory=dict)


def load(path: str) -> Map | None:
    """The mapping of a file; None where there is no such file.

    Raises Refused where it is no mapping of ours, or others may write to it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"can't read the mapping: {_why(error)}", "name another file", path) from None
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in (os.geteuid(), 0):
            raise Refused("no file of yours", "name another file", path)
        if found.st_mode & 0o077:
            raise Refused("others may read or write this mapping", f"chmod 600 {path}", path)
        if found.st_size > _LIMIT:
            raise Refused("too large for a mapping", "name another file", path)
        data = file.read()
    try:
        value = json.loads(data)
        if value.pop(_MARK) != _VERSION:
            raise ValueError
        return _checked(value)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("no mapping of nginx-grpc redact", "name another file", path) from None


def save(mapping: Map, path: str) -> None:
    """Write a mapping: a new file, or in the place of an earlier one of ours (see `load`).

    Raises Refused.
    """
    partial = f"{path}.partial"
    text = json.dumps({_MARK: _VERSION, **asdict(mapping)})
    try:
        handle = os.open(
            partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise Refused(
            f"can't write the mapping: {_why(error)}", "name another file", path
        ) from None
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(text)
        if os.path.lexists(path) and load(path) is not None:
            os.replace(partial, path)
        else:
            # Fails where somebody has put something there meanwhile.
            os.link(partial, path)
    except OSError as error:
        raise Refused(
            f"can't write the mapping: {_why(error)}", "name another file", path
        ) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(partial)


def _checked(value: dict[str, Any]) -> Map:
    mapping = Map(**value)
    if {each.name for each in fields(Map)} != set(value) or not isinstance(mapping.shaped, bool):
        raise ValueError
    tables = (mapping.words, mapping.addresses, mapping.classes, mapping.wholes)
    for table in (*tables, *mapping.given.values()):
        if not all(isinstance(text, str) for pair in table.items() for text in pair):
            raise ValueError
    if set(mapping.given) != {"spelled", "given"}:
        raise ValueError
    for text in mapping.asked:
        address, _, length = text.partition("/")
        if not length.isdigit() or not (":" in address or address.replace(".", "").isdigit()):
            raise ValueError
    return mapping


def _why(error: OSError) -> str:
    return (error.strerror or "failed").lower()
