"""Text that others have written (a configuration, a path, a key), made safe to show.

Every report and every error line takes its text through here; what a format has as marks of its own
(XML, Markdown) it escapes on top of that.
"""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression

__all__ = ["block", "json_text", "line", "without_commands"]

# Letters to Python that show nothing: fillers, joiners, variation selectors, the empty Braille.
_BLANK = expression(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
# GitHub, Azure and TeamCity take `##[name]` and `##name[` for a command anywhere in a line of a
# log, and GitHub `::name::` at its start.
_COMMAND = expression(r"##(?=\w*\[)")
_AT_START = expression(r"^((?: |\x1b\[[0-9;]*m)*):(?=:)", re.MULTILINE)


def line(text: str) -> str:
    r"""A text as one line that shows all it holds and steers nothing.

    Control characters (line ends and tabs too), marks of direction, what has no width, lone
    surrogates and all else that Unicode does not print are written `\x1b`, `\u202e`, `\U000e0041`.
    """
    if not text.isprintable():
        text = "".join(each if each.isprintable() else _escape(each) for each in text)
    if not text.isascii():
        text = _BLANK.sub(lambda found: _escape(found[0]), text)
    return _COMMAND.sub(r"#\\#", text) if "##" in text else text


def block(text: str) -> str:
    """A text of several lines, each as `line` has it."""
    return "\n".join(line(each.expandtabs(4).rstrip("\r")) for each in text.split("\n"))


def without_commands(text: str) -> str:
    """What is to be printed, of lines that are safe, with none that a CI system would obey."""
    return _AT_START.sub(r"\1\:", text) if "::" in text else text


def json_text(text: str) -> str:
    """JSON of the same meaning with nothing that a CI system would obey, see `without_commands`."""
    return text.replace("##", "#\\u0023")


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
