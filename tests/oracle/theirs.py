"""crossplane 0.5.8's own reading of a text, in the form in which trees are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import crossplane

from tests.oracle.plain_tree import Node


class CrossplaneError(Exception):
    """crossplane does not read the text."""


def crossplane_tree(data: bytes, folder: Path) -> list[Node]:
    """What crossplane.parse() makes of a text; it reads files alone, hence the folder."""
    file = folder / "crossplane.conf"
    file.write_bytes(data)
    try:
        payload = crossplane.parse(
            str(file), single=True, check_ctx=False, check_args=False, strict=False
        )
    except Exception as error:
        raise CrossplaneError(repr(error)) from error
    if payload["status"] != "ok":
        raise CrossplaneError(str(payload["errors"]))
    return _nodes(payload["config"][0]["parsed"])


def _nodes(parsed: list[dict[str, Any]]) -> list[Node]:
    return [
        Node(
            [entry["directive"], *entry["args"]],
            entry["line"],
            _nodes(entry["block"]) if "block" in entry else None,
        )
        for entry in parsed
        # Comments between arguments come through, whether asked for or not.
        if entry["directive"] != "#"
    ]
