"""What the terminal can show."""

from __future__ import annotations

import os
import shutil
from typing import TextIO

__all__ = ["color_wanted", "width"]


def color_wanted(stream: TextIO) -> bool:
    """Whether to colour: FORCE_COLOR, else NO_COLOR, else whether `stream` is a terminal."""
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    if os.environ.get("NO_COLOR"):
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to fill; 80 where it is no terminal."""
    return shutil.get_terminal_size((80, 24)).columns
