"""Names in a configuration that something is to fill in before nginx reads it.

In any file `${NAME}` and `$NAME` in capitals are such names, unless nginx has a variable of that
name: one that the configuration defines, or for `$NAME` one of its own (nginx ignores case). In a
file that goes by a template's name also what nginx would read as its own in capitals (`$HOST`),
`${name}` in small letters that nothing defines, and `$(name)`.

Where one stands for a value, the value is not known; where it may stand for a directive or more,
the text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.lua import is_lua
from nginx_grpc.parsers.templates import unknown_directive
from nginx_grpc.parsers.variables import is_builtin
from nginx_grpc.sources.definitions import is_template
from nginx_grpc.tree import Directive, Placeholder

__all__ = ["in_include", "mark", "may_hold"]

_REFERENCE = expression(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|\(([A-Za-z_]\w*)\))", re.ASCII)
_CAPITALS = expression(r"_*[A-Z][A-Z0-9_]*\Z")
_SIGNS = expression(rb"\$\{?_*[A-Z]")
_CAPTURE = expression(r"\(\?P?<([A-Za-z_]\w*)>", re.ASCII)
_VARIABLE = expression(r"\$([A-Za-z_]\w*)\Z", re.ASCII)
# Directives whose variable is what they set. In `map $a $b` that is the last argument, and the
# first is one that something else has to define.
_FIRST = expression(r"(?:\w*_)?set(?:_\w+)?\Z|js_var\Z")
_LAST = expression(r"(?:map|geo|split_clients|keyval)\Z")

# What no call depends on: blocks of other protocols, and values that have no part in it. An include
# that is not read is said as such.
_APART = frozenset(
    """
    access_log alias auth_basic auth_basic_user_file error_log grpc_ssl_certificate
    grpc_ssl_certificate_key include index load_module log_format mail pid proxy_cache_path
    proxy_set_header root server_name ssl_certificate ssl_certificate_key ssl_ciphers
    ssl_client_certificate ssl_dhparam ssl_session_cache ssl_session_timeout
    ssl_trusted_certificate stream user worker_connections worker_processes
    """.split()  # noqa: SIM905
)


def may_hold(data: bytes, name: str) -> bool:
    """Whether a text may hold such a name at all, from a look at its bytes."""
    return (is_template(name) and b"$" in data) or _SIGNS.search(data) is not None


def in_include(include: str, name: str) -> str:
    """The first such name in what an include says, empty where there is none.

    nginx reads no variable there. `name` is the file or key that the include stands in.
    """
    template = is_template(name)
    for found in _REFERENCE.finditer(include):
        braced, plain, _ = found.groups()
        if not (braced or plain) or template or _CAPITALS.match(braced or plain):
            return found[0]
    return ""


def mark(directives: Iterable[Directive], places: Collection[str]) -> list[Placeholder]:
    """The names in a tree, each with its first place.

    In the tree each is written `$(NAME)` then, which is no variable to nginx.

    Args:
        directives: the tree, its includes in place.
        places: the files and keys that may hold one.

    Raises Refused where a name may stand for a directive.
    """
    directives = list(directives)
    names = _Names(_defined(directives), set(places))
    stack = [(directive, True) for directive in reversed(directives)]
    while stack:
        directive, matters = stack.pop()
        if directive.name in _APART:
            matters = False
        if (directive.key or directive.file) in names.places:
            names.look_at(directive, matters)
        stack.extend((inner, matters) for inner in reversed(directive.block or ()))
    return list(names.found.values())


class _Names:
    def __init__(self, defined: set[str], places: set[str]) -> None:
        self.found: dict[str, Placeholder] = {}
        self.places = places
        self._defined = defined
        self._small = {name.lower() for name in defined}
        self._templates = {place for place in places if is_template(place)}

    def look_at(self, directive: Directive, matters: bool) -> None:
        matters = matters and directive.name not in _APART
        template = (directive.key or directive.file) in self._templates
        if "$" in directive.name:
            name = self._marked(directive.name, directive, template, matters)
            whole = _REFERENCE.fullmatch(name)
            if whole and not directive.args and whole[whole.lastindex or 0] in self.found:
                raise unknown_directive(directive.name, directive.file, directive.line)
            directive.name = name
        args = directive.args
        # What a Lua block holds is no text of nginx's.
        number = len(args) - is_lua(directive.name) if args else 0
        if any("$" in word for word in args[:number]):
            read = [self._marked(word, directive, template, matters) for word in args[:number]]
            directive.args = [*read, *args[number:]]

    def _marked(self, text: str, directive: Directive, template: bool, matters: bool) -> str:
        def written(found: re.Match[str]) -> str:
            braced, plain, round_brackets = found.groups()
            name: str = braced or plain or round_brackets
            if not self._is_one(name, template, braced=bool(braced), round_=bool(round_brackets)):
                return found[0]
            known = self.found.get(name)
            if known is None or (matters and not known.matters):
                place = (directive.file, directive.line, directive.key)
                self.found[name] = Placeholder(name, *place, matters)
            return f"$({name})"

        return _REFERENCE.sub(written, text)

    def _is_one(self, name: str, template: bool, *, braced: bool, round_: bool) -> bool:
        if round_:
            return template
        if _CAPITALS.match(name):
            if template:
                return name not in self._defined
            return name.lower() not in self._small and (braced or not is_builtin(name))
        return template and braced and name.lower() not in self._small and not is_builtin(name)


def _defined(directives: Iterable[Directive]) -> set[str]:
    names: set[str] = set()
    stack = list(directives)
    while stack:
        directive = stack.pop()
        args = directive.args
        if args and _LAST.match(directive.name):
            candidates = args[-1:]
        elif args and _FIRST.match(directive.name):
            candidates = args[:1]
        else:
            candidates = []
        if directive.name.startswith("$") and args:
            candidates = [directive.name]
        for candidate in candidates:
            if found := _VARIABLE.match(candidate):
                names.add(found[1])
        for arg in (directive.name, *args):
            if "(?" in arg:
                names.update(_CAPTURE.findall(arg))
        stack.extend(directive.block or ())
    return names
