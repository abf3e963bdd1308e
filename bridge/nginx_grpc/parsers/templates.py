"""Templates: text that becomes a configuration only when something else has filled it in."""

from __future__ import annotations

import re

from nginx_grpc.errors import Refused
from nginx_grpc.parsers.interface import Place

__all__ = ["check_argument", "explain"]

_HINT = "render it first, then check the result"

# On the line at which nginx would stop, the first of these says why.
_SIGNS = re.compile(
    r"""(?P<helm>\{\{-?[ ]*(?:\.(?:Values|Release|Chart|Files|Capabilities)\b|include[ ]"))
    |(?P<go>\{\{-?[ ]*(?:/\*|\.|\$|(?:if|range|with|end|else|define|template|block)\b))
    |(?P<penlight>^>[ ]*(?:if|for|end|else|local)\b|\$\{\{)
    |(?P<jinja>\{\{|\{%|\{\#)
    |(?P<lua>\{\*)
    |(?P<erb><%)
    |(?P<mako>^[ \t]*%[ \t]*(?:if|for|while|endif|endfor|endwhile|elif|else|include|namespace)\b)
    |(?P<tests>%%[A-Z][A-Z0-9_]*%%)
    |(?P<configure>@[A-Z][A-Z0-9_]+@)
    |(?P<shell>\$\([a-z])
    |(?P<envsubst>\$\{[A-Z][A-Z0-9_]*\})
    |(?P<format>(?<![$\w])\{[A-Za-z_]\w*\}(?=[;/.:\w-]))
    |(?P<variable>^[ \t]*\$\{?[A-Za-z_]\w*\}?[ \t]*$)
    """,
    re.VERBOSE,
)
_KINDS = {
    "helm": "a Helm template ({{ .Values }})",
    "go": "a Go template ({{ }})",
    "jinja": "a Jinja template ({{ }} or {% %})",
    "lua": "a lua-resty-template ({* *})",
    "erb": "an ERB or Mako template (<% %>)",
    "mako": "a Mako template (% lines)",
    "penlight": "a Penlight template (> lines and ${{ }})",
    "tests": "an nginx-tests template (%%NAME%%)",
    "configure": "a configure template (@NAME@)",
    "shell": r"a shell here-document (\$ or $( ))",
    "envsubst": "an envsubst template (${NAME})",
    "format": "a Python format template ({name})",
    "variable": "a shell or envsubst template (a line with nothing but a variable)",
}

# In one word or quoted text. Braces can't stand outside quotes, nginx opens a block there.
_IN_WORD = re.compile(
    r"(?P<penlight>\$\{\{\w+\}\})|(?P<erb><%)|(?P<tests>%%[A-Z][A-Z0-9_]*%%)|(?P<configure>@[A-Z][A-Z0-9_]+@)"
)
_IN_QUOTES = (("{{", "}}"), ("{%", "%}"))
# Directives that carry text for others, who may well expect braces there.
_TEXT = re.compile(
    r"(?:return|sub_filter|log_format|set|echo|rewrite|error_page|perl_set|js_\w+)\Z"
    r"|(?:add|more_set)_\w+\Z|\w*_by_lua\w*\Z"
)
# To nginx `\$host` is a variable with a backslash before it; in a regular expression, a dollar.
_HERE_DOCUMENT = re.compile(r"\\\$\{?[a-z_]")
_NO_PATTERN = re.compile(r"return\Z|\w+_(?:set_header|pass)\Z|add_header\Z")


def check_argument(name: str, value: str, quoted: bool, line: int, place: Place) -> None:
    """Refuse a directive's argument that only a template has. `value` is as written."""
    kind = ""
    if not (quoted and _TEXT.match(name)):
        found = _IN_WORD.search(value)
        if found:
            kind = found.lastgroup or ""
        elif quoted and any(_encloses(value, *marks) for marks in _IN_QUOTES):
            kind = "jinja"
    if not kind and not quoted and _NO_PATTERN.match(name) and _HERE_DOCUMENT.search(value):
        kind = "shell"
    if kind:
        raise place.refused(f"looks like {_KINDS[kind]}", _HINT, line)


def _encloses(value: str, opening: str, closing: str) -> bool:
    # No pattern: it would look for each `{{` through the whole word.
    start = value.find(opening)
    return start >= 0 and value.find(closing, start + len(opening)) >= 0


def explain(text: str, place: Place, number: int) -> Refused | None:
    """Why nginx would stop at a line of a text (from 1), if that line is a template's."""
    lines = text.split("\n", number)
    # No line that a person wrote is longer, and the pattern would look for seconds.
    found = _SIGNS.search(lines[number - 1], 0, 65_536) if number <= len(lines) else None
    if found is None:
        return None
    return place.refused(f"looks like {_KINDS[found.lastgroup or '']}", _HINT, number)
