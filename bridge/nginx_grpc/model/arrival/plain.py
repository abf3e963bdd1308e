"""Calls that nothing on their way can stop or send elsewhere: told without a walk.

Most locations are of this kind: no rewrite, no access rule, no file that is tried, and `if`s that
no call of gRPC meets. What is told here is what the walk would find; where that is not plain to see
nothing is told, and the walk follows. `tests/unit/model/test_arrival.py` holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nginx_grpc.expressions import expression
from nginx_grpc.model.arrival.access import is_scripting
from nginx_grpc.model.arrival.conditions import met
from nginx_grpc.model.arrival.peers import Peers
from nginx_grpc.model.arrival.request import ANYTHING, Request, Variables, parts
from nginx_grpc.model.locations import Condition, Location, condition_of
from nginx_grpc.model.names import names_told
from nginx_grpc.model.patterns import Patterns
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.sent import ALWAYS
from nginx_grpc.model.servers import Server
from nginx_grpc.records import replace
from nginx_grpc.tree import Directive

__all__ = ["Plain"]

# What decides about a call, beside `if` and `set`, which are looked at, and modules' scripts.
_DECIDING = frozenset(
    (
        "allow",
        "auth_basic",
        "auth_request",
        "break",
        "deny",
        "internal",
        "limit_except",
        "return",
        "rewrite",
        "try_files",
    )
)
# The paths of locations of which it is plain that a method's begins, or is, like this.
_OF_METHODS = expression(r"/(?:[^/?#%*]+(?:/(?:[A-Za-z_][A-Za-z0-9_]*)?)?)?")
_OF_ONE_METHOD = expression(r"/[^/?#%*]+/[A-Za-z_][A-Za-z0-9_]*")
# What every call holds alike, whatever its server and its path are. A socket decides on http2.
_SAME = frozenset(("request_method", *ALWAYS)) - {"http2"}
_STEPS = 20_000


class Plain:
    """What is plain of one configuration."""

    def __init__(self, peers: Peers, variables: Callable[[Server], Variables]) -> None:
        """Take in a configuration.

        Args:
            peers: where calls are passed on to.
            variables: those of the http block of a server.
        """
        self._peers, self._variables = peers, variables
        self._patterns = Patterns(_STEPS)
        # By condition and http block. A configuration repeats its few conditions everywhere.
        self._met: dict[tuple[str, str, str, str, int], bool] = {}

    def of(self, server: Server) -> Callable[[Location], bool]:
        """Tells of a server's locations whether all calls for which nginx chooses one are passed
        on. True is sure, False says nothing."""
        scope = server.scope
        ifs = [condition_of(item.args) for item in scope.own.get("if", ())]
        if (
            scope.gap is not None
            or _decides(scope.outer)
            or _decides(scope)
            or not _gives_constants(scope.own.get("set", ()))
            or any(self._may_meet(server, condition) for condition in ifs)
        ):
            return _nothing
        regexes = any(item.modifier in ("~", "~*") for item in server.locations)

        def tells(location: Location) -> bool:
            within = location.scope
            return (
                location.parent is None
                and location.handler == "grpc_pass"
                and within.gap is None
                and not _decides(within)
                and _gives_constants(within.own.get("set", ()))
                and _is_chosen(location, regexes)
                and not any(
                    item.condition is None or self._may_meet(server, item.condition)
                    for item in location.conditions
                )
                and len(location.conditions) == len(location.own.get("if", ()))
                and self._peers.are_outside(server, location)
            )

        return tells

    def _may_meet(self, server: Server, condition: Condition) -> bool:
        """Whether a call may meet the condition of an `if`, as far as it is the same for all."""
        said = (condition.text, condition.variable, condition.operator, condition.value)
        asked = (*said, id(server.scope.outer))
        known = self._met.get(asked)
        if known is None:
            variables = replace(self._variables(server), patterns=self._patterns)
            known = self._met[asked] = _meets(variables, condition)
        return known


def _meets(variables: Variables, condition: Condition) -> bool:
    names = set(parts(condition.text))
    if not condition.variable or not names <= _SAME:
        return True
    if names & variables.set or names & variables.told or names & variables.maps.keys():
        return True
    call = Request(ANYTHING)
    return met(call, condition, variables) != [(call, False)]


def _nothing(location: Location) -> bool:
    return False


def _is_chosen(location: Location, regexes: bool) -> bool:
    """Whether calls can have the path of a location, and nginx chooses no other one for all."""
    if location.nested:
        return False
    if location.modifier == "=":
        return _OF_ONE_METHOD.fullmatch(location.path) is not None
    if location.modifier == "^~" or (location.modifier == "" and not regexes):
        return _OF_METHODS.fullmatch(location.path) is not None
    return False


def _decides(scope: Scope | None) -> bool:
    return scope is not None and bool(scope.names.which(_is_deciding))


@names_told
def _is_deciding(name: str) -> bool:
    return name in _DECIDING or is_scripting(name)


def _gives_constants(sets: Sequence[Directive]) -> bool:
    """Whether each `set` has one value, that leads one way, and none gives calls a query."""
    return all(
        len(item.args) < 2 or ("$" not in item.args[1] and item.args[0].lower() != "$args")
        for item in sets
    )
