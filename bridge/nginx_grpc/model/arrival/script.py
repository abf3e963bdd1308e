"""nginx's rewrite module: set, if, break, return and rewrite, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nginx_grpc.expressions import expression
from nginx_grpc.model.arrival.conditions import met
from nginx_grpc.model.arrival.request import ANYTHING, Variables, behind, exactly, expand
from nginx_grpc.model.arrival.routing import Steps, TooMany
from nginx_grpc.model.arrival.ways import Stop, Way, alike
from nginx_grpc.model.locations import Location, condition_of
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.variables import name_of, sets_variable
from nginx_grpc.records import replace
from nginx_grpc.tree import Directive

__all__ = ["Script", "code_of"]

_REWRITES = frozenset(("break", "if", "return", "rewrite", "set"))
_REDIRECTS = ("http://", "https://", "$scheme")
_TAKES_OFF = expression(r"\^((?:[\w/-]|\\?\.)*)\((/?)\.[*+]\)\$?", re.ASCII)
_MOST_WAYS = 64

Ended = list[tuple[Way, "Stop | None"]]


class Script:
    """Runs the rewrites of blocks."""

    def __init__(self, variables: Variables, steps: Steps) -> None:
        """Take in a server.

        Args:
            variables: what the variables of its calls hold.
            steps: what bounds the walk.
        """
        self._variables = variables
        self._steps = steps

    def run(
        self, block: list[Directive], ways: list[Way], conditions: list[Location], within: str = ""
    ) -> tuple[list[Way], Ended]:
        """Run the rewrites of a block: the ways that go on, and those that end, stopped or not."""
        ended: Ended = []
        inner = iter(conditions)
        for directive in block:
            if directive.name not in _REWRITES:
                # auth_request_set is for later phases.
                if sets_variable(directive) and directive.name != "auth_request_set":
                    ways = [_unsure(way, name_of(directive.args[0])) for way in ways]
                continue
            location = next(inner, None) if directive.name == "if" else None
            following: list[Way] = []
            for way in ways:
                self._steps.spend()
                if directive.name == "if":
                    going, over = self._if(directive, way, location)
                else:
                    going, over = self._step(directive, way, within)
                following.extend(going)
                ended.extend(over)
            ways = alike(following)
            if len(ways) + len(ended) > _MOST_WAYS:
                raise TooMany
            if not ways:
                break
        return ways, ended

    def _if(
        self, directive: Directive, way: Way, location: Location | None
    ) -> tuple[list[Way], Ended]:
        condition = location.condition if location else condition_of(directive.args)
        assert condition is not None
        going: list[Way] = []
        ended: Ended = []
        for request, answer in met(way.request, condition, self._variables):
            then = replace(way, request=request)
            if not answer:
                going.append(then)
                continue
            if location is not None:
                handler = location if _handles(location) else then.handler
                then = replace(then, inside=location, handler=handler)
            on, over = self.run(directive.block or [], [then], [], condition.text)
            going.extend(on)
            ended.extend(over)
        return going, ended

    def _step(self, directive: Directive, way: Way, within: str) -> tuple[list[Way], Ended]:
        name, arguments, request = directive.name, directive.args, way.request
        if name == "break":
            return [], [(replace(way, request=replace(request, changed=False)), None)]
        if name == "return":
            return [], [(way, Stop("return", directive, code_of(arguments), within))]
        if name == "set" and len(arguments) == 2:
            variable = arguments[0][1:].lower()
            values = expand(request, arguments[1], self._variables)
            if variable == "args":
                return [replace(way, request=replace(at, query=to)) for at, to in values], []
            return [replace(way, request=at.holding(variable, text)) for at, text in values], []
        if name == "rewrite" and len(arguments) > 1:
            return self._rewrite(directive, way, within)
        return [way], []

    def _rewrite(self, directive: Directive, way: Way, within: str) -> tuple[list[Way], Ended]:
        pattern, text = directive.args[:2]
        flag = directive.args[2] if len(directive.args) > 2 else ""
        request = way.request
        how = self._variables.patterns.relation(pattern, False, request.path)
        going: list[Way] = []
        ended: Ended = []
        if how != "always":
            path = request.path.knowing(pattern, False, False)
            going.append(replace(way, request=replace(request, path=path)))
        if how == "never":
            return going, ended
        if text.startswith(_REDIRECTS) or flag in ("redirect", "permanent"):
            code = 301 if flag == "permanent" else 302
            return going, [(way, Stop("rewrite", directive, code, within))]
        request = replace(request, captures=_groups(pattern, request.path), internal=True)
        for at, path, query in behind(request, text, self._variables):
            if path == exactly(""):
                ended.append((way, Stop("rewrite", directive, 500, within)))
                continue
            to = replace(at, path=path, query=query, changed=flag != "break")
            then = replace(way, request=to)
            if flag in ("break", "last"):
                ended.append((then, None))
            else:
                going.append(then)
        return going, ended


def _unsure(way: Way, name: str) -> Way:
    """The way once a module has given a variable a value."""
    held = any(name == known for known, _ in way.request.held)
    return replace(way, request=way.request.holding(name, ANYTHING)) if held else way


def _handles(location: Location) -> bool:
    return location.own_handler and location.handler not in ("return", "static")


def code_of(arguments: Sequence[str]) -> int:
    """The status that a return answers with."""
    first = arguments[0] if arguments else ""
    if first.isascii() and first.isdigit() and len(first) <= 3:
        return int(first)
    return 302


def _groups(pattern: str, path: Language) -> tuple[Language, ...] | None:
    """The captures of `^/text(.*)$`, which is how prefixes are taken off."""
    match = _TAKES_OFF.fullmatch(pattern)
    text = match[1].replace("\\", "") if match else ""
    if match is None or not path.prefix.startswith(text):
        return None
    rest = path.prefix[len(text) :]
    # nginx has made one slash of several.
    within = (("^[^/]", False),) if text.endswith("/") and not (rest or path.exact) else ()
    return path, Language(rest or ("" if path.exact else match[2]), path.exact, within)
