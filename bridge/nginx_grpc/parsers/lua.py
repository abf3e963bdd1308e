"""Lua code in a configuration: `content_by_lua_block { ... }` and its kin.

lua-nginx-module takes such a block's text as it stands, up to the brace that closes it. Braces
in Lua's strings and comments do not count. It reads through nginx's buffer too, so that a
string, a comment or a long bracket above 4,096 bytes breaks its reading.
"""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.words import BUFFER, Fault

__all__ = ["is_lua", "lua_end"]

_TOKEN = expression(r"[{}\"']|--\[=*\[|\[=*\[|--")
_QUOTED = {
    '"': expression(r'"(?:\\[^\n]|[^"\n\\])*"'),
    "'": expression(r"'(?:\\[^\n]|[^'\n\\])*'"),
}


def is_lua(name: str) -> bool:
    """Whether the directive's block is Lua code."""
    return name.endswith("_by_lua_block")


def lua_end(text: str, start: int) -> int:
    """The offset of the brace that closes the block whose code begins at `start`."""
    depth = 1
    at = start
    # A quote that its line does not close is no string, nor is any later one on that line.
    open_until = {'"': start, "'": start}
    while True:
        match = _TOKEN.search(text, at)
        if match is None:
            raise Fault("a Lua block that is never closed", "close it with }", start, syntax=False)
        token = match[0]
        begin, at = match.span()
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0:
                return begin
        elif token in _QUOTED:
            if begin < open_until[token]:
                continue
            quoted = _QUOTED[token].match(text, begin, begin + BUFFER)
            if quoted is not None:
                at = quoted.end()
            else:
                open_until[token] = _bounded(begin, text.index("\n", begin))
        elif token[-1] == "[":
            close = token.lstrip("-").replace("[", "]")
            end = text.find(close, at)
            if end < 0:
                raise Fault(
                    "a string or comment in a Lua block that is never closed",
                    "close it",
                    begin,
                    syntax=False,
                )
            at = _bounded(begin, end + len(close))
        else:
            at = _bounded(begin, text.index("\n", begin))


def _bounded(begin: int, end: int) -> int:
    if end - begin > BUFFER:
        raise Fault(
            "a string or comment of more than 4,096 bytes in a Lua block, which nginx can't read",
            "move the code to a file of its own (content_by_lua_file and its kin)",
            begin,
            syntax=False,
        )
    return end
