"""Where a grpc_pass or proxy_pass leads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nginx_grpc.expressions import expression
from nginx_grpc.model.addresses import is_name
from nginx_grpc.model.budget import Budget
from nginx_grpc.model.destinations import (
    Destination,
    check_loads,
    constant,
    destination_of,
    followed_to,
    is_resolved_late,
    problem_of,
)
from nginx_grpc.model.nodes import Json, counted, lined, placed
from nginx_grpc.model.state import State
from nginx_grpc.model.target_texts import (
    clients_choice,
    is_constant,
    is_domain,
    is_filled_in,
    origin_of,
    scheme_follows,
    shown,
    split,
)
from nginx_grpc.model.upstreams import Upstream, Upstreams
from nginx_grpc.model.values import Alternative, Leaf, Values, unknown, variables_in
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["Failure", "Target", "constant_target", "target_of", "unknown_target"]

_HOLE = expression(r"\$(\(\w+\))")
_QUERY = expression(
    r"\$(?:is_args|\{is_args\})\$(?:args|query_string|\{(?:args|query_string)\})$", re.I
)
# These can't hold a scheme.
_NO_SCHEME = frozenset(
    ("host", "hostname", "remote_addr", "server_addr", "server_name", "server_port")
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A text that grpc_pass can get and that fails the call.

    Args:
        text: it, its variables by name where their value is not known.
        problem: empty, no-port, invalid, or name: that fails without a resolver.
        giver: the directive that gives it; None where none does.
    """

    text: str
    problem: str
    giver: Directive | None

    def as_json(self) -> Json:
        """One of a target's `failures`."""
        node: Json = {"text": self.text, "problem": self.problem}
        return lined(node, self.giver) if self.giver else {**node, "file": "", "line": 0}


@dataclass(slots=True)
class Target:
    """Where a directive leads.

    Args:
        directive: the grpc_pass or proxy_pass.
        destinations: where each alternative of its text leads, in order; empty where one of them
            is not known.
        alternatives: the alternatives of its text.
        origins: its variables with their origin.
        failures: what fails the call, for grpc_pass with a variable.
        sure: whether every alternative leads where `destinations` say.
        lost: the alternatives that lead nowhere, whatever resolver there is.
        doubtful: the alternatives of which it is not sure that any call meets with them.
    """

    directive: Directive
    destinations: list[Destination]
    alternatives: list[Alternative]
    origins: list[tuple[str, str]]
    failures: list[Failure] = field(default_factory=list)
    sure: bool = True
    lost: frozenset[Alternative] = frozenset()
    doubtful: frozenset[Alternative] = frozenset()

    @property
    def text(self) -> str:
        """The first argument as written."""
        return self.directive.args[0] if self.directive.args else ""

    def upstreams(self) -> list[Upstream]:
        """The blocks that it can lead to, where all it can lead to is known."""
        blocks = [item.upstream for item in self.destinations if item.upstream is not None]
        return list(dict.fromkeys(blocks)) if len(blocks) > 1 else blocks

    @property
    def constant(self) -> Destination | None:
        """The one place that it leads to, where no variable has a say in that."""
        if self.sure and len(self.destinations) == 1 and not self.origins and not self.failures:
            return self.destinations[0]
        return None

    def as_json(self, context: str, upstreams: Upstreams, budget: Budget) -> Json:
        """`target` or `proxy_target` of a location.

        Args:
            context: location or if.
            upstreams: the upstream blocks.
            budget: bounds the names of upstreams that are repeated.
        """
        one = self.destinations[0] if self.sure and len(self.destinations) == 1 else None
        if one is not None and not self.origins:
            schemes = [one.scheme]
            names = [one.upstream.name] if one.upstream else []
            host_is_name = one.kind == "address" and is_name(one.host)
            client_chooses = "no"
        else:
            schemes = _schemes(self)
            names = [upstream.name for upstream in self.upstreams()]
            budget.spend(sum(map(len, names)))
            host_is_name = self._needs_resolving(upstreams)
            client_chooses = clients_choice(
                [row for row in self.alternatives if row not in self.lost]
            )
        bypassed: list[str] = []
        if one is not None and one.kind == "address":
            bypassed = upstreams.with_server(one.host, one.port)
            # A variable can hold the name of a block and a port: nginx asks DNS for it then.
            namesake = upstreams.named(one.host)
            if namesake is not None and namesake.name not in bypassed:
                bypassed = [*bypassed, namesake.name]
            budget.spend(sum(map(len, bypassed)))
        node: Json = {
            "text": self.text,
            "options": " ".join(self.directive.args[1:]),
            "scheme": schemes[0] if len(schemes) == 1 else "",
            "scheme_known": len(schemes) == 1,
            "kind": one.kind if one else "variable",
            "upstreams": names,
            "host": one.host if one else "",
            "port": one.port if one else 0,
            "bypasses": bypassed,
            "host_is_name": host_is_name,
            "variables": [{"name": "$" + name, "origin": origin} for name, origin in self.origins],
            "client_chooses": client_chooses,
            "failures": [failure.as_json() for failure in self._shown(budget)],
            "context": context,
        }
        return counted(placed(node, self.directive))

    def _needs_resolving(self, upstreams: Upstreams) -> bool:
        if any(failure.problem == "name" for failure in self.failures):
            return True
        for row in self.alternatives:
            doubtful = row in self.doubtful
            if doubtful and len(self.alternatives) > 1:
                continue
            if is_constant(row) and is_filled_in(row):
                continue
            if not is_constant(row):
                if is_domain(row):
                    return True
            elif self.directive.name == "proxy_pass" or not self.origins or doubtful:
                item = destination_of(row, upstreams, self.directive.name)
                if self.origins and is_resolved_late(item, upstreams):
                    return True
                if not self.origins and item.kind == "address" and is_name(item.host):
                    return True
        return False

    def _shown(self, budget: Budget) -> list[Failure]:
        """The first failure of each kind."""
        shown = {failure.problem: failure for failure in reversed(self.failures)}
        found = [failure for failure in self.failures if failure is shown[failure.problem]]
        budget.spend(sum(len(failure.text) for failure in found))
        return found


def constant_target(
    directive: Directive, upstreams: Upstreams, known: dict[tuple[str, str], Destination]
) -> Target:
    """Follow a grpc_pass or proxy_pass without a variable.

    Args:
        directive: it.
        upstreams: the upstream blocks.
        known: where others like it lead, by directive and text; takes in this one.

    Raises Refused for a grpc_pass that no nginx loads.
    """
    text = directive.args[0] if directive.args else ""
    destination = known.get((directive.name, text))
    if destination is None:
        if directive.name == "grpc_pass" and directive.args:
            check_loads(directive, text, upstreams)
        destination = constant(text, upstreams, directive.name)
        known[directive.name, text] = destination
    return Target(directive, [destination], [(text,)], [])


def target_of(
    directive: Directive,
    upstreams: Upstreams,
    states: Sequence[State],
    *,
    entered: bool,
    unseen: bool,
) -> Target:
    """Follow a grpc_pass or proxy_pass with variables.

    Args:
        directive: it.
        upstreams: the upstream blocks.
        states: what variables hold there, for each way to it.
        entered: whether some call comes to the location for sure.
        unseen: whether there may be upstream blocks that were not seen.
    """
    text = directive.args[0]
    followed_text = text
    if directive.name == "grpc_pass":
        # No gRPC call has a query; what has one gets 500 here and goes nowhere.
        followed_text = _QUERY.sub("", text)
    rows, happens = _rows(followed_text, directive, states)
    values = {
        name: [row for state in states for row in state.read(name.lower()).rows]
        for name in variables_in(text)
    }
    origins = [(name, origin_of(values[name])) for name in values]
    # A name that something is to fill in before nginx reads the text: `$(NAME)`.
    origins += [(hole, "unknown") for hole in dict.fromkeys(_HOLE.findall(text))]
    failures: list[Failure] = []
    followed: list[Destination | None] = []
    lost: list[Alternative] = []
    doubtful: list[Alternative] = []
    doubt = unknown(next(iter(values), text)).rows
    problems = {
        row: problem_of(row, upstreams, unseen) if directive.name == "grpc_pass" else ""
        for row in rows
    }
    # Whichever of them comes, it fails.
    each = entered and len(set(problems.values())) == 1
    for row, giver in list(rows.items()):
        problem = problems[row]
        if problem and row not in happens and not each:
            # It may be that no call meets with it.
            doubtful.append(row)
            if problem != "name":
                del rows[row]
                rows.update(doubt)
                continue
            problem = ""
        if problem:
            by = giver if giver is not directive else None
            failures.append(Failure(shown(row), problem, by))
        if not row or problem not in ("", "name"):
            lost.append(row)
        else:
            followed.append(followed_to(row, upstreams, directive.name))
    destinations = [item for item in followed if item is not None]
    sure = len(followed) == len(rows) and all(map(is_constant, rows))
    if doubtful:
        origins = [(name, "unknown" if it == "constant" else it) for name, it in origins]
    if len(destinations) < len(followed) or doubt.keys() & rows.keys():
        destinations = []
    places = list(dict.fromkeys(destinations))
    return Target(
        directive, places, list(rows), origins, failures, sure, frozenset(lost), frozenset(doubtful)
    )


def _rows(
    text: str, directive: Directive, states: Sequence[State]
) -> tuple[dict[Alternative, Directive | None], set[Alternative]]:
    """What a text can be, with what gives it, and what of that some call meets with."""
    found = Values()
    happens: set[Alternative] = set()
    called = any(not state.foreign for state in states)
    for state in states:
        values = state.text(text, directive)
        if directive.name == "grpc_pass":
            values = _called(values, state, foreign=called and state.foreign)
        found = found.join(values)
        if not state.loose:
            happens.update(values.rows)
    rows = {row: giver for row, giver in found.rows.items() if row in happens}
    # Where it may be that no call meets with it, nobody knows whether the client can choose it.
    for row, giver in found.rows.items():
        rows.setdefault(row if row in happens else tuple(map(_not_chosen, row)), giver)
    return rows or dict(unknown(text).rows), happens


def _called(values: Values, state: State, *, foreign: bool) -> Values:
    """Without the constants that no gRPC call meets with: who sends anything else fails alone."""
    rows = {
        row: giver
        for row, giver in values.rows.items()
        if not is_constant(row) or not (foreign or id(giver) in state.strangers)
    }
    return Values(rows if rows or foreign else values.rows)


def _not_chosen(piece: str | Leaf) -> str | Leaf:
    return Leaf(piece.name, request=False) if isinstance(piece, Leaf) else piece


def unknown_target(directive: Directive) -> Target:
    """A grpc_pass or proxy_pass whose variables are too many to follow."""
    names = variables_in(directive.args[0]) or _HOLE.findall(directive.args[0])
    return Target(
        directive, [], [(Leaf(names[0], request=False),)], [(name, "unknown") for name in names],
        sure=False,
    )  # fmt: skip


def _schemes(target: Target) -> list[str]:
    """The schemes that it can have, each once; two or more where that is not known."""
    schemes: dict[str, None] = {}
    for row in target.alternatives:
        if row in target.lost:
            continue
        first = row[0] if row else ""
        if isinstance(first, str) and not first.startswith("$("):
            schemes[split(first)[0]] = None
        elif isinstance(first, Leaf) and first.name in _NO_SCHEME and not scheme_follows(row):
            schemes[""] = None
        else:
            schemes.update({"": None, "?": None})
    return list(schemes)
