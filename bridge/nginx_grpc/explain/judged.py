"""A configuration that was judged, to hold the candidates of lines against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nginx_grpc import catalogue
from nginx_grpc.explain.entries import Candidate
from nginx_grpc.explain.groups import Group
from nginx_grpc.explain.lines import Facts
from nginx_grpc.explain.places import Found, Place, Places
from nginx_grpc.explain.values import value
from nginx_grpc.explain.verdicts import by_line, known, verdict
from nginx_grpc.findings import CheckResult
from nginx_grpc.records import dataclass
from nginx_grpc.reports.json import finding_json

__all__ = ["Judged"]

_ARRIVAL = "NG209"
_NOTHING = "No rule finds the cause in this configuration: look at the server."
# What the certificate has to pass, where NG401 finds the ones that nobody looks at; and a server
# that wants a name, which NG405 knows none of for an address.
_VERIFIED = "NG401"
_SETTINGS = {_VERIFIED: ("grpc_ssl_verify", True), "NG405": ("grpc_ssl_server_name", False)}
_ASSUMED = {
    "NG103": "that the server keeps idle connections for 30s is assumed: "
    "grpc.default.max_connection_idle in the settings says it",
}


@dataclass(slots=True)
class _Rules:
    """What the rules found."""

    findings: dict[str, list[dict[str, Any]]]
    ran: set[str]
    unjudged: dict[str, set[str]]
    gaps: dict[str, str]

    @classmethod
    def of(cls, result: CheckResult) -> _Rules:
        findings: dict[str, list[dict[str, Any]]] = {}
        for finding in result.findings:
            findings.setdefault(finding.id, []).append(finding_json(finding))
        return cls(
            findings,
            set(result.rules),
            {each.entry: set(each.unjudged) for each in result.inputs},
            {
                each.entry: "; ".join(f"{gap.what}: {gap.reason}" for gap in each.gaps)
                for each in result.inputs
            },
        )


class Judged:
    """The verdicts of a configuration on groups of lines; see Verdicts.

    Args:
        documents: of the configurations.
        result: what the rules found in them.
        settings: that they were judged by, one mapping for each document.
    """

    def __init__(
        self,
        documents: Iterable[dict[str, Any]],
        result: CheckResult,
        settings: Iterable[dict[str, Any] | None],
    ) -> None:
        self.places = Places(documents)
        self.entries = [given.entry for given in result.inputs]
        self._rules = _Rules.of(result)
        self._given = _given(settings)

    def key(self, facts: Facts) -> int | None:
        """The key of a line's location."""
        place = self.places.find(facts).place
        return place.key if place is not None else None

    def of(self, group: Group) -> list[dict[str, Any]]:
        """See Verdicts."""
        found = self._found(group)
        told = [
            (each, self._verdict(each, group, found))
            for each in group.entry.candidates
            if known(each)
        ]
        # What is sure to fail calls, or rests on settings that were given, counts more than what
        # rests on assumptions.
        # What is ruled out comes last of what speaks of the configuration.
        told.sort(key=_gravity)
        return [judged for _, judged in told]

    def location(self, group: Group) -> dict[str, Any] | None:
        """See Verdicts."""
        place = self._found(group).place
        if place is None:
            return None
        location = place.location
        return {
            "file": location["file"],
            "line": location["line"],
            "server": place.server["name"],
            "name": location["name"],
        }

    def note(self, group: Group) -> str:
        """See Verdicts."""
        found = self._found(group)
        if found.contradiction:
            return (
                f"This line and this configuration do not belong together: {found.contradiction}."
            )
        if not group.entry.matters:
            return ""
        candidates = self.of(group)
        of_rules = [each for each in candidates if each["id"]]
        others = [each for each in candidates if each["cause"] not in ("rule", "none")]
        nothing = others and of_rules and all(each["state"] == "ruled_out" for each in of_rules)
        doubt = f"{found.doubt[:1].upper()}{found.doubt[1:]}." if found.doubt else ""
        return " ".join(filter(None, [doubt, _NOTHING if nothing else ""]))

    def _found(self, group: Group) -> Found:
        if not group.entry.matters:
            return Found()
        facts = group.facts
        if not any((facts.server, facts.host, facts.path, facts.peer)):
            return Found(self.places.only, guessed=True)
        found = self.places.find(facts)
        if found.place is None and not found.contradiction and not facts.path:
            return Found(self.places.only, guessed=True)
        return found

    def _verdict(self, candidate: Candidate, group: Group, found: Found) -> dict[str, Any]:
        state, why = by_line(candidate, group)
        if state == "ruled_out" or candidate.cause != "rule":
            return verdict(candidate, state, why)
        if found.contradiction:
            return verdict(candidate, "ruled_out", "the line is not of this configuration")
        values = _values(candidate, found.place)
        if not candidate.id:
            return verdict(candidate, "possible", _joined(why, values))
        findings = self._rules.findings.get(candidate.id, [])
        if found.place is None:
            return self._anywhere(candidate, findings)
        here = [each for each in findings if _about(each, found.place, found.guessed)]
        if candidate.id == _VERIFIED or (candidate.id in _SETTINGS and not here):
            return verdict(candidate, *_by_setting(candidate, found.place, values))
        if here:
            why = f"{candidate.when}: {here[0]['message']}"
            return verdict(candidate, "confirmed", why, here[0])
        if candidate.id == _ARRIVAL and _is_open(found.place):
            why = f"{candidate.when}; whether calls arrive is not known of {_name(found.place)}"
            return verdict(candidate, "possible", _joined(why, values))
        return self._silent(candidate, values, found.place.entry)

    def _anywhere(self, candidate: Candidate, findings: list[dict[str, Any]]) -> dict[str, Any]:
        """Of a line whose location is not known."""
        if not findings:
            return self._silent(candidate, "", "")
        first = findings[0]
        where = next((first[n] for n in ("location", "upstream", "server") if first[n]), "")
        more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
        why = f"if it was of {where}{more}: {first['message']}" if where else first["message"]
        return verdict(candidate, "possible", why, first)

    def _silent(self, candidate: Candidate, values: str, entry: str) -> dict[str, Any]:
        """Of a rule that finds nothing there."""
        rule = candidate.id
        if rule not in self._rules.ran:
            why = f"{candidate.when} ({rule} is off in the settings' profile or levels)"
            return verdict(candidate, "possible", _joined(why, values))
        unjudged = self._rules.unjudged
        if rule in (unjudged.get(entry) or (set().union(*unjudged.values()) if not entry else ())):
            gaps = self._rules.gaps.get(entry, "")
            why = f"{candidate.when}; not all that decides was seen"
            return verdict(candidate, "possible", _joined(why, values or gaps))
        if candidate.needs and not self._given.intersection(candidate.needs):
            needs = " or ".join(_setting(name) for name in candidate.needs)
            why = f"{candidate.when}; {needs} in the settings would decide"
            return verdict(candidate, "possible", _joined(why, values))
        why = values or f"{rule} finds nothing of the kind there"
        if rule in _ASSUMED and not self._given.intersection(
            ("max_connection_idle", "max_connection_age")
        ):
            why = f"{why}; {_ASSUMED[rule]}"
        return verdict(candidate, "ruled_out", why)


def _by_setting(candidate: Candidate, place: Place, values: str) -> tuple[str, str]:
    """Of a cause that a setting makes possible, whatever its rule finds of it."""
    name, harmful = _SETTINGS[candidate.id]
    said = place.location["directives"].get(name)
    target = place.location.get("target") or {"scheme": ""}
    unknown = "gap" in place.location if said is None else bool(said.get("unresolved"))
    on = said is not None and bool(said.get("on"))
    if target["scheme"] == "grpcs" and (unknown or on is harmful):
        return "possible", _joined(candidate.when, values)
    return "ruled_out", value(f"location.{name}", place)


def _gravity(told: tuple[Candidate, dict[str, Any]]) -> int:
    candidate, judged = told
    if judged["state"] == "confirmed":
        return 0 if _sure(candidate) else 1
    return 1 if judged["finding"] is not None else 2


def _sure(candidate: Candidate) -> bool:
    rule = catalogue.by_id(candidate.id) if candidate.id else None
    return bool(candidate.needs) or (rule is not None and rule.levels["evidence"] == "deny")


def _values(candidate: Candidate, place: Place | None) -> str:
    if place is None:
        return ""
    return "; ".join(filter(None, (value(name, place) for name in candidate.values)))


def _joined(why: str, values: str) -> str:
    return f"{why}: {values}" if values else why


def _setting(name: str) -> str:
    return name if name == "largest_request" else f"grpc.default.{name}"


def _given(settings: Iterable[dict[str, Any] | None]) -> set[str]:
    """The names of the settings that are written, of gRPC and at the top."""
    names: set[str] = set()
    for values in settings:
        if not isinstance(values, dict):
            continue
        names.update(values)
        grpc = values.get("grpc")
        if isinstance(grpc, dict):
            upstreams = grpc.get("upstreams")
            for each in (grpc.get("default"), *(upstreams or {}).values()):
                names.update(each if isinstance(each, dict) else ())
    return names


def _is_open(place: Place) -> bool:
    """Whether nobody knows if calls arrive at a location."""
    arrival = place.location.get("arrival")
    return arrival is not None and arrival["answer"] == "unknown"


def _name(place: Place) -> str:
    return f"location {place.location['name']}"


def _about(finding: dict[str, Any], place: Place, guessed: bool) -> bool:
    """Whether a finding is of a location, its server, its upstream or its error pages.

    Where the location was guessed, the call may have come to any other one of the server.
    """
    if finding["location"]:
        here = finding["server"] in ("", place.server["name"])
        if here and finding["id"] == _ARRIVAL and not place.carries_grpc:
            return True  # it may be what keeps calls from where they should go
        return here and (guessed or finding["location"] in place.names)
    if finding["upstream"]:
        return finding["upstream"] in [block["name"] for block in place.upstreams]
    if finding["server"]:
        return bool(finding["server"] == place.server["name"])
    return True
