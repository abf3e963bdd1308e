"""The settings file: `nginx-grpc.yaml`, everything under the key `nginx_grpc`.

The same file goes to `conftest --data` and to an OPA server, so it is read here as OPA reads it:
`off`, `1:30` and `2027-01-01` are text, and `1.30` is the number 1.3 (YAML 1.1, which PyYAML
follows, would make False, 90 and a date of the first three). A misspelt key is no matter of this
module: the policy reports it as NG003, in every engine alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression

__all__ = [
    "FILE_NAME",
    "KEY",
    "SETTINGS_LIMIT",
    "folders",
    "parse",
    "shown",
    "text_of",
    "with_overrides",
]

FILE_NAME = "nginx-grpc.yaml"
KEY = "nginx_grpc"
SETTINGS_LIMIT = 1024 * 1024
"""Most bytes that a settings file may have."""

_INT = expression(r"[-+]?(0|[1-9][0-9_]*|0[0-7_]+|0o[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+)$")
_FLOAT = expression(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$")
_NOT_A_NUMBER = expression(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$")


def text_of(path: str, overlay: Mapping[str, bytes] | None = None) -> str:
    """The text of a settings file. Raises Refused where it is no regular file of UTF-8.

    `overlay`: see ReadOptions.
    """
    from nginx_grpc.sources.disk import read_regular
    from nginx_grpc.sources.includes import UnreadError

    try:
        return read_regular(path, SETTINGS_LIMIT, overlay).decode("utf-8")
    except UnreadError as error:
        raise Refused(f"can't read the settings: {error}", "name a readable file", path) from None
    except UnicodeDecodeError:
        raise Refused("the settings are not UTF-8 text", "save the file as UTF-8", path) from None


def parse(text: str, path: str) -> dict[str, Any]:
    """The mapping under `nginx_grpc` of YAML text, as OPA would hold it in `data.nginx_grpc`.

    Raises Refused where it is no YAML mapping with that key; `path` names it.
    """
    import yaml

    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problem = error.problem or "malformed"
        raise Refused(f"not YAML: {problem}", "mend the settings", path, line) from None
    except yaml.YAMLError:
        raise Refused("not YAML: an odd character", "mend the settings", path) from None
    except RecursionError:
        raise Refused("nested too deeply", "mend the settings", path) from None
    value = None if tree is None else _plain(tree, path, 0)
    if not isinstance(value, dict) or KEY not in value:
        raise Refused(
            f"no key {KEY}", f"put the settings under `{KEY}:` (see `nginx-grpc settings`)", path
        )
    settings = value[KEY]
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise Refused(f"{KEY} is no mapping", "write `key: value` lines below it", path)
    return settings


def folders(start: str, top: str = "") -> list[str]:
    """The folders in which an input's settings may stand, the nearest first.

    From `start` up to the folder that holds `.git`; without one, up to `top` (by default `start`
    alone), so that nothing outside the user's own tree decides. Both are real paths.
    """
    import os

    found = [start]
    folder = start
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            below = (top or start).rstrip(os.sep) + os.sep
            return [each for each in found if (each + os.sep).startswith(below)] or [start]
        folder = parent
        found.append(folder)
    return found


def shown(path: str) -> str:
    """A path for a reader: relative where it is below the current folder."""
    import os

    shorter = os.path.relpath(path)
    return path if shorter.startswith(os.pardir) else shorter


def with_overrides(
    settings: dict[str, Any] | None, *, profile: str | None, nginx_version: str | None
) -> dict[str, Any] | None:
    """Settings with the command's flags on top; None where there is neither."""
    flags = {"profile": profile, "nginx_version": nginx_version}
    given = {name: value for name, value in flags.items() if value is not None}
    if settings is None and not given:
        return None
    return {**(settings or {}), **given}


def _plain(node: Any, path: str, floor: int) -> Any:
    """The value of a YAML node, as OPA's YAML reader gives it.

    An alias gives the node it names, which stands before `floor`, the place in the text that
    reading has come to: so aliases (and with them alias bombs and loops) are refused.
    """
    import yaml

    line = node.start_mark.line + 1
    if node.start_mark.index < floor:
        raise Refused("an alias of this line", "write the value out where it is used", path, line)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, line)
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise Refused("a YAML tag", "take it off; settings are plain values", path, line)
    if isinstance(node, yaml.SequenceNode):
        values = []
        floor = node.start_mark.index + 1
        for item in node.value:
            values.append(_plain(item, path, floor))
            floor = item.start_mark.index + 1
        return values
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
            raise Refused("a key that is no plain text", "write the keys out", path, line)
        if key_node.value in mapping:
            raise Refused(f"the key {key_node.value} stands twice", "keep one", path, line)
        mapping[key_node.value] = _plain(value_node, path, key_node.start_mark.index + 1)
    return mapping


def _scalar(node: Any, path: str, line: int) -> Any:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _NOT_A_NUMBER.match(text):
        raise Refused(f"{text} is no value that JSON has", "quote it", path, line)
    if _INT.match(text):
        return _integer(text.replace("_", ""))
    if _FLOAT.match(text):
        number = float(text.replace("_", ""))
        if number in (float("inf"), float("-inf")):
            raise Refused(f"{text} is too large a number", "quote it", path, line)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return text


def _integer(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)
