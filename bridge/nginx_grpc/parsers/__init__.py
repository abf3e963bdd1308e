"""nginx text to directives: nginx's reading of a configuration, in a tenth of crossplane's time.

The tree is crossplane's. Where crossplane and nginx read a text differently, nginx is right;
docs/development/nginx-differences.md lists where, with the tests that show it.

Why it is fast: lines repeat, so that a line is taken apart once and looked up after that; a new
line without quotes, escapes and the like is split at its spaces; anything else is read word by
word, up to the end of a line that stands between two directives. No step starts over, so that
the time is linear, also where a whole configuration is one line.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import encoding
from nginx_grpc.parsers.blocks import Body
from nginx_grpc.parsers.interface import Including, Parsed, Place
from nginx_grpc.parsers.reading import Reading
from nginx_grpc.parsers.words import Fault

__all__ = ["Including", "Parsed", "Place", "parse"]


def parse(
    data: bytes,
    file: str,
    *,
    line_offset: int = 0,
    key: str = "",
    one_line: bool = False,
    lines: Sequence[int] = (),
    free_names: bool = False,
) -> Parsed:
    """Parse one text. It opens no file and follows no `include`.

    Args:
        data: the text as it stands in the file.
        file, line_offset, key, one_line, lines: see Place.
        free_names: the text stands in a block such as `map` or `types`, where
            what comes first is a value and not a directive's name.

    Raises:
        Refused: nginx would reject it for its syntax, with its line and without a word of
            its content.
    """
    place = Place(file, line_offset, one_line, key, lines)
    # For what it refuses: the marks of other encodings.
    encoding.decode(data[:16], place)
    text = data.decode("latin-1") + "\n"
    # The tree has no cycles; looking for some would take as long as the parsing.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return Reading(text, place, Body.ENTRIES if free_names else Body.UPSTREAM).run()
    except Fault as fault:
        raise _refusal(fault, data, text, place) from None
    finally:
        if collecting:
            gc.enable()


def _refusal(fault: Fault, data: bytes, text: str, place: Place) -> Refused:
    """What the text is instead, if that can be told, else what is wrong with it."""
    number = text.count("\n", 0, fault.offset) + 1
    if not fault.syntax:
        return place.refused(fault.what, fault.hint, number)
    from nginx_grpc.parsers import foreign, templates

    readable = encoding.decode(data, place)
    template = templates.explain(readable, place, number)
    return (
        template
        or foreign.explain(readable, place)
        or place.refused(fault.what, fault.hint, number)
    )
