"""Templates: text that becomes a configuration only when something else has filled it in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers.interface import Place
from nginx_grpc.parsers.variables import is_builtin

__all__ = ["check_argument", "explain", "hint_of", "unknown_directive"]

# On the line at which nginx would stop, the first of these says why.
_SIGNS = expression(
    r"""(?P<helm>\{\{-?[ ]*(?:\.(?:Values|Release|Chart|Files|Capabilities)\b|include[ ]"))
    |(?P<go>\{\{-?[ ]*(?:/\*|\.|\$|(?:if|range|with|end|else|define|template|block)\b))
    |(?P<penlight>^>[ ]*(?:if|for|end|else|local)\b|\$\{\{)
    |(?P<jinja>\{\{|\{%|\{\#)
    |(?P<lua>\{\*)
    |(?P<erb><%)
    |(?P<mako>^[ \t]*%[ \t]*(?:if|for|while|endif|endfor|endwhile|elif|else|include|namespace)\b)
    |(?P<tests>%%[A-Z][A-Z0-9_]*%%)
    |(?P<configure>@[A-Z][A-Z0-9_]+@)
    |(?P<shell>\$\([a-z]+[ ])
    |(?P<format>(?<![$\w])\{[A-Za-z_]\w*\}(?=[;/.:\w-]))
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
    "format": "a Python format template ({name})",
}
# The command that renders one, {file}, as {out}.
_COMMANDS = {
    "helm": "helm template RELEASE {chart} | nginx-grpc check -",
    "go": "gomplate -f {file} -c .=VALUES.yaml -o {out}, or for a controller's, where it runs, "
    "nginx -T | nginx-grpc check -",
    "jinja": "ansible localhost -m template -a 'src={file} dest={out}' -e @VARS.yaml",
    "lua": "apisix init, and check the conf/nginx.conf that it writes",
    "erb": "erb {file} > {out} (Mako: mako-render {file} > {out})",
    "mako": "mako-render {file} > {out}",
    "penlight": "kong prepare -p DIR, and check DIR/nginx.conf",
    "tests": "TEST_NGINX_LEAVE=1 prove TEST.t, and check /tmp/nginx-test-*/nginx.conf",
    "configure": "config.status --file={out}:{file}",
    "shell": "run the script that holds it, and check what it writes",
    "format": "run the program that fills it in, and check what it writes",
}
_SUFFIX = expression(r"\.(?:template|tmpl|tpl|j2|jinja2?|erb|mako|in)(?=\.[a-z]+\Z|\Z)", re.I)
_CHART = expression(r"(.*?)/?(templates/.*)\Z", re.DOTALL)

# What begins a line that nginx would take for a directive.
_REFERENCE = r"\$(?:\{([A-Za-z_]\w*)\}|\(([A-Za-z_]\w*)\)|([A-Za-z_]\w*))"
_UNKNOWN = expression(rf"[ \t]*({_REFERENCE})", re.ASCII)
_NAMES = expression(r"\$\{([A-Za-z_]\w*)\}|\$(_*[A-Z][A-Z0-9_]*)(?!\w)", re.ASCII)
_MOST_NAMES = 12

# In one word or quoted text. Braces can't stand outside quotes, nginx opens a block there.
_IN_WORD = expression(
    r"(?P<penlight>\$\{\{\w+\}\})|(?P<erb><%)|(?P<tests>%%[A-Z][A-Z0-9_]*%%)|(?P<configure>@[A-Z][A-Z0-9_]+@)"
)
_IN_QUOTES = (("{{", "}}"), ("{%", "%}"))
# Directives that carry text for others, who may well expect braces there.
_TEXT = expression(
    r"(?:return|sub_filter|log_format|set|echo|rewrite|error_page|perl_set|js_\w+)\Z"
    r"|(?:add|more_set)_\w+\Z|\w*_by_lua\w*\Z"
)
# To nginx `\$host` is a variable with a backslash before it; in a regular expression, a dollar.
_HERE_DOCUMENT = expression(r"\\\$\{?[a-z_]")
_NO_PATTERN = expression(r"return\Z|\w+_(?:set_header|pass)\Z|add_header\Z")


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
        raise place.refused(f"looks like {_KINDS[kind]}", hint_of(kind, place.file), line)


def _encloses(value: str, opening: str, closing: str) -> bool:
    # No pattern: it would look for each `{{` through the whole word.
    start = value.find(opening)
    return start >= 0 and value.find(closing, start + len(opening)) >= 0


def explain(text: str, place: Place, number: int) -> Refused | None:
    """Why nginx would stop at a line of a text (from 1), if that line is a template's."""
    lines = text.split("\n", number)
    if number > len(lines):
        return None
    # No line that a person wrote is longer, and the pattern would look for seconds.
    found = _SIGNS.search(lines[number - 1], 0, 65_536)
    if found is not None:
        kind = found.lastgroup or ""
        return place.refused(f"looks like {_KINDS[kind]}", hint_of(kind, place.file), number)
    unknown = _UNKNOWN.match(lines[number - 1])
    if unknown is None:
        return None
    names = dict.fromkeys(braced or plain for braced, plain in _NAMES.findall(text))
    refused = unknown_directive(unknown[1], place.file, 0, list(names))
    return place.refused(refused.what, refused.hint, number)


def unknown_directive(written: str, file: str, line: int, names: Sequence[str] = ()) -> Refused:
    """The error for a name that something is to fill in, where it may stand for a directive.

    Args:
        written: the name as it is written, `${NAME}`.
        file, line: where.
        names: all such names of the file, as far as they are known.
    """
    from shlex import quote

    name = written.strip("${}()")
    others = [other for other in names if not is_builtin(other)][:_MOST_NAMES]
    wanted = " ".join(f"${each}" for each in dict.fromkeys([name, *others]))
    command = f"envsubst '{wanted}' < {quote(file)} > {quote(_out(file))}"
    return Refused(
        f"{written} stands where a directive does, and nothing defines it",
        f"give --define {name}=VALUE or --env-file FILE, or fill it in first: {command}",
        file,
        line,
    )


def hint_of(kind: str, file: str) -> str:
    """How to render a template of a kind: the whole command."""
    from shlex import quote

    chart = _CHART.match(file)
    told = {"file": quote(file), "out": quote(_out(file)), "chart": "CHART"}
    if chart is not None:
        folder = quote(chart[1] or ".")
        told["chart"] = f"{folder} --show-only {quote(chart[2])}"
    return f"render it first: {_COMMANDS[kind].format(**told)}"


def _out(file: str) -> str:
    out = _SUFFIX.sub("", file)
    return f"{file}.conf" if out == file else out
