"""One step held against what its edits say: in the texts, and in what becomes of the texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nginx_grpc.fixing.applying import Unit
from nginx_grpc.fixing.homes import UnplacedError
from nginx_grpc.fixing.invariants import (
    Json,
    place_of_node,
    places,
    unsaid,
    unsaid_in_text,
)
from nginx_grpc.fixing.judging import Judged
from nginx_grpc.fixing.proving_objects import broken_objects, not_of_objects
from nginx_grpc.fixing.targets import Place, Placed, place_of
from nginx_grpc.tree import Configuration, Directive

__all__ = ["broken", "changes_more"]

# What stays with the location that says it.
_OWN = frozenset({"if", "internal", "location", "proxy_pass", "return", "rewrite", "set"})


def changes_more(before: Judged, after: Judged, units: list[Unit]) -> str:
    """What a step changes that its findings are not about, though its edits are called safe: a
    location inside theirs, as a rule, that inherits from it. Empty where nothing."""
    objects = [each for unit in units for each in unit.placed if each.said is not None]
    about = _Nodes(before, [each for unit in units for each in unit.placed if each.said is None])
    mended: set[Place] = set()
    for unit in units:
        mended |= about.of(unit)
        for each in unit.placed:
            if each.said is not None:
                continue
            # Whoever asked for an unsafe edit asked for all that it reaches.
            mended |= about.named(each) if unit.safe else about.reached(each, set()) or set()
    for old, changed in zip(before.documents, after.differences(before), strict=True):
        for node in not_of_objects(changed, old, objects):
            derived = node.parts <= {"pages", "serves_http", "listens"}
            if node.state == "changed" and not derived and node.place not in mended:
                return f"it would change {node}, too"
    edits = [each for unit in units if unit.safe for each in unit.placed if each.said is None]
    return about.inheriting(edits, before.documents)


def broken(before: Judged, after: Judged, units: list[Unit]) -> str:
    """What a step does that its edits do not say; empty where nothing."""
    everything = [each for unit in units for each in unit.placed]
    objects = [each for each in everything if each.said is not None]
    placed = [each for each in everything if each.said is None]
    if len(before.documents) != len(after.documents):
        return "there would be other configurations"
    why = _broken_text(before, after, placed) or broken_objects(before, after, objects)
    if why:
        return why
    findings = [each for unit in units for each in unit.findings]
    spots = {(each.file, each.key, each.line) for each in findings}
    about = _Nodes(before, placed)
    touched: set[Place] | None = set()
    for unit in units:
        nodes = about.of(unit)
        for each in unit.placed:
            if each.said is not None:
                continue
            nodes |= about.named(each)
            reached = about.reached(each, spots)
            if reached is None:
                touched = None
            elif touched is not None:
                touched |= reached
        if touched is not None:
            touched |= nodes
    for old, changed in zip(before.documents, after.differences(before), strict=True):
        found = not_of_objects(changed, old, objects)
        difference = unsaid(found, touched, placed)
        if difference is not None:
            if difference.kind == "document":
                return f"it would change {', '.join(sorted(difference.parts))} of the document"
            return f"it would change {difference}, too"
    return ""


def _broken_text(before: Judged, after: Judged, placed: list[Placed]) -> str:
    texts: dict[tuple[str, str], list[Placed]] = {}
    for each in placed:
        edits = texts.setdefault(each.text, [])
        if all(each.slot != other.slot for other in edits):
            edits.append(each)
    for (file, key), edits in texts.items():
        try:
            old = before.targets.site_of(file, key)
            new = after.targets.site_of(file, key)
        except UnplacedError as error:
            return str(error)
        if why := unsaid_in_text(old, new, edits):
            return why
    return ""


class _Nodes:
    """The nodes that findings and edits are about."""

    def __init__(self, judged: Judged, placed: list[Placed]) -> None:
        self._named: dict[tuple[str, str, str], set[Place]] = {}
        self._at: dict[tuple[str, str, int], set[Place]] = {}
        for document in judged.documents:
            for kind, server, name, place in places(document):
                self._named.setdefault((kind, server, name), set()).add(place)
                self._at.setdefault(place[:3], set()).add(place)
        self._configurations = judged.configurations
        self._look_for(placed)

    def of(self, unit: Unit) -> set[Place]:
        """The nodes that its findings are about."""
        found: set[Place] = set()
        for each in unit.findings:
            found |= self._at.get((each.file, each.key, each.line), set())
            if each.location:
                found |= self._named.get(("location", each.server, each.location), set())
            elif each.server:
                found |= self._named.get(("server", each.server, each.server), set())
            if each.upstream:
                found |= self._named.get(("upstream", "", each.upstream), set())
        return found

    def named(self, placed: Placed) -> set[Place]:
        """The blocks that an edit names, without what is in them."""
        blocks = self._blocks.get(placed.within) if placed.at is None else self._around[placed.at]
        return {place_of(block) for block in blocks or () if block is not None}

    def reached(self, placed: Placed, spots: set[tuple[str, str, int]]) -> set[Place] | None:
        """The blocks that an edit is about and all in them; None for all there are.

        Of several blocks with the same directive, an included one, only those with a finding.
        """
        blocks = self._blocks.get(placed.within) if placed.at is None else self._around[placed.at]
        if not blocks or any(block is None for block in blocks):
            return None
        nested = [self._nested(block) for block in blocks if block is not None]
        if len(nested) > 1:
            nested = [each for each in nested if any(place[:3] in spots for place in each)]
        return set().union(*nested)

    def inheriting(self, placed: list[Placed], documents: list[Json]) -> str:
        """A location that is not for gRPC, inside one that edits change, and takes over what they
        write; empty where there is none. Documents say little of such a location."""
        nodes = {place_of_node(node): node for node in _locations(documents)}
        for each in placed:
            names = {str(said[2]) for said in (*each.gone, *each.come)} - _OWN
            names = {name for name in names if not name.startswith("grpc_")}
            blocks = self._blocks.get(each.within) if each.at is None else self._around[each.at]
            for block in blocks or ():
                if not names or block is None or block.name not in ("location", "if"):
                    continue
                found = _inheriting(block, names, _statuses(each), nodes)
                if found is not None:
                    return f"it would change location {found['name']}, too"
        return ""

    def _look_for(self, placed: Iterable[Placed]) -> None:
        """Finds the blocks of all edits in one walk."""
        within = {each.within for each in placed if each.within is not None}
        at = {each.at for each in placed if each.at is not None}
        self._blocks: dict[Place | None, list[Directive | None]] = {}
        self._around: dict[Place, list[Directive | None]] = {place: [] for place in at}
        self._inside: dict[int, set[Place]] = {}
        for configuration in self._configurations:
            for block, directives in _lists(configuration):
                if block is not None and (place := place_of(block)) in within:
                    self._blocks.setdefault(place, []).append(block)
                for each in directives:
                    if at and (place := place_of(each)) in at:
                        self._around[place].append(block)

    def _nested(self, block: Directive) -> set[Place]:
        known = self._inside.get(id(block))
        if known is None:
            known = self._inside[id(block)] = {place_of(each) for each in _nested(block)}
        return known


def _locations(documents: list[Json]) -> Iterator[Json]:
    for document in documents:
        for server in document["servers"]:
            yield from server["locations"]


def _inheriting(
    block: Directive, names: set[str], statuses: set[str], nodes: dict[Place, Json]
) -> Json | None:
    waiting = [block]
    while waiting:
        for inner in waiting.pop().block or ():
            node = nodes.get(place_of(inner)) if inner.block is not None else None
            if node is None or inner.block is None:
                continue
            if names <= {each.name for each in inner.block}:
                continue
            waiting.append(inner)
            if inner.name == "if" and not node["own_handler"]:
                continue
            if node["handler"] == "return":
                # An `if` with a return answers calls, too.
                code = str(node.get("return", {}).get("code", 0))
                if inner.name != "if" and ("error_page" not in names or code in statuses):
                    return node
            elif node["grpc"]["carries"] != "pass":
                return node
    return None


def _statuses(placed: Placed) -> set[str]:
    """What an edit's error_page is for."""
    found: set[str] = set()
    for said in (*placed.gone, *placed.come):
        args = said[3]
        if said[2] == "error_page" and isinstance(args, tuple):
            found.update(args)
    return found


def _lists(configuration: Configuration) -> Iterator[tuple[Directive | None, list[Directive]]]:
    yield None, configuration.directives
    seen: set[int] = set()
    waiting = list(configuration.directives)
    while waiting:
        directive = waiting.pop()
        if directive.block is None or id(directive) in seen:
            continue
        seen.add(id(directive))
        yield directive, directive.block
        waiting.extend(directive.block)


def _nested(block: Directive) -> Iterator[Directive]:
    waiting = [block]
    while waiting:
        directive = waiting.pop()
        if directive.block is not None:
            yield directive
            waiting.extend(directive.block)
