"""Check, change, check again: until nothing is left that an edit mends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding
from nginx_grpc.fixing import applying
from nginx_grpc.fixing.applying import Unit
from nginx_grpc.fixing.edits import edits_of
from nginx_grpc.fixing.homes import UnplacedError
from nginx_grpc.fixing.judging import Judge, Judged
from nginx_grpc.fixing.proving import broken, changes_more
from nginx_grpc.records import dataclass, field
from nginx_grpc.reports.order import gravity

__all__ = ["Fixed", "Outcome", "Spot", "fix"]

Spot = tuple[str, str, int]
"""One finding of the first check: its rule, file and line."""

ROUNDS = 10
# Where one step breaks something, half of it is tried: what it takes to find a few that do.
_STEPS = 400
_RESTARTS = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a finding.

    Args:
        finding: as it was first met.
        state: fixed; unsafe, for one that --unsafe would fix; manual, where somebody has to
            decide; refused, where its edit could not be made.
        why: a few words, empty where it is fixed and nobody has to know more.
        brought: whether it was not there in the beginning: an edit for another one asks for it.
        now: the finding in the text that comes, where it stays.
    """

    finding: Finding
    state: str
    why: str = ""
    brought: bool = False
    now: Finding | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """What all rounds came to.

    Args:
        before, after: what was there, and what would be.
        outcomes: what became of each finding that counts.
    """

    before: Judged
    after: Judged
    outcomes: list[Outcome] = field(default_factory=list)


def fix(
    judge: Judge,
    wanted: Callable[[Finding], bool],
    *,
    unsafe: bool,
    spots: frozenset[Spot] = frozenset(),
) -> Fixed:
    """Mend what is wanted.

    Args:
        judge: reads and judges.
        wanted: which findings of the first check are to be mended.
        unsafe: whether to make the edits that change something else, too.
        spots: of the rules in them, these findings alone.

    Raises Refused where what is there can't be read or judged, or a spot is of no finding.
    """
    first = judge.first()
    judge.count = 1
    if spots:
        wanted = _chosen(first, wanted, spots)
    run = _Run(judge, first, wanted, unsafe)
    for _ in range(_RESTARTS):
        run.start()
        while run.round():
            pass
        culprits = run.culprits()
        if not culprits:
            break
        run.refused.update(culprits)
    else:
        # Whatever is made then, something is found that was not there.
        run.refuse_all("another finding would be there instead")
        run.start()
    return Fixed(first, run.state, run.outcomes())


def _instead(finding: Finding) -> str:
    told = " ".join(finding.remedy.split()) if finding.is_to_decide else ""
    return f"{finding.id} would be found instead" + (f" (to decide: {told})" if told else "")


def _chosen(
    first: Judged, wanted: Callable[[Finding], bool], spots: frozenset[Spot]
) -> Callable[[Finding], bool]:
    """What is wanted, of some rules at some lines alone; the lines move while others are mended."""
    places: dict[Spot, list[tuple[str, ...]]] = {}
    for finding in first.result.findings:
        places.setdefault((finding.id, finding.file, finding.line), []).append(_base(finding))
    for rule, file, line in sorted(spots - places.keys()):
        raise Refused(f"--only {rule}: nothing of it is found there", "see check", file, line)
    chosen = set(chain.from_iterable(places[spot] for spot in spots))
    rules = {rule for rule, _, _ in spots}
    return lambda finding: wanted(finding) and (finding.id not in rules or _base(finding) in chosen)


@dataclass(frozen=True, slots=True)
class _Step:
    """What was made of what."""

    before: Judged
    units: list[Unit]


class _Run:
    def __init__(
        self, judge: Judge, first: Judged, wanted: Callable[[Finding], bool], unsafe: bool
    ) -> None:
        self.judge = judge
        self.first = first
        self.wanted = wanted
        self.unsafe = unsafe
        self.refused: dict[tuple[str, ...], str] = {}
        self.unsafe_after_all: set[tuple[str, ...]] = set()
        self.state = first
        self._known = Counter(map(_base, first.result.findings))
        self._judged = set(_carrying(first))
        self._rounds = 0
        self._fixed: dict[tuple[str, ...], list[Outcome]] = {}
        self._brought: dict[tuple[str, ...], _Step] = {}

    def start(self) -> None:
        """Back to what is there."""
        self.state = self.first
        self._rounds = 0
        self._fixed = {}
        self._brought = {}

    def round(self) -> bool:
        """One round; whether there may be another one."""
        if self._rounds >= ROUNDS or self.judge.count >= _STEPS:
            return False
        units = self._units()
        chosen = applying.compatible(units)
        if not chosen:
            return False
        whole = len(chosen)
        while True:
            after, why = self._step(chosen)
            if after is not None:
                break
            if len(chosen) == 1:
                self.refused.update((_identity(each), why) for each in chosen[0].findings)
                return True
            chosen = chosen[: len(chosen) // 2]
        self._note(chosen, after)
        self.state = after
        self._rounds += len(chosen) == whole
        return True

    def _step(self, units: list[Unit]) -> tuple[Judged | None, str]:
        try:
            contents = applying.apply(self.state.contents, units)
            after = self.judge.again(contents)
        except Refused as refused:
            return None, f"nginx text that nobody could read would come of it ({refused.what})"
        except UnplacedError as error:
            return None, str(error)
        why = broken(self.state, after, units)
        if not why and not self.unsafe:
            why = changes_more(self.state, after, units)
            if why and len(units) == 1:
                self.unsafe_after_all.update(map(_identity, units[0].findings))
        if not why:
            still = _count(self.state, units) - (_all(self.state) - _all(after))
            if still:
                why = "it would be found again"
        return (None, why) if why else (after, "")

    def _units(self) -> list[Unit]:
        """The findings that an edit may mend, the gravest first."""
        news = self._newcomers(self.state)
        units: dict[tuple[object, ...], Unit] = {}
        for finding in sorted(self.state.result.findings, key=gravity):
            brought = news.get(_base(finding), 0) > 0
            if not (self.wanted(finding) or brought) or not self._is_offered(finding):
                continue
            edits = edits_of(finding.fix)
            try:
                placed = [self.state.targets.placed(edit) for edit in edits]
            except UnplacedError as error:
                self.refused[_identity(finding)] = str(error)
                continue
            if not placed:
                self.refused[_identity(finding)] = "it says no edit"
                continue
            unit = Unit([finding], placed)
            known = units.setdefault(unit.key, unit)
            if known is not unit:
                known.findings.append(finding)
        return list(units.values())

    def _is_offered(self, finding: Finding) -> bool:
        if not finding.counts or _identity(finding) in self.refused:
            return False
        applicability = finding.fix.get("applicability")
        return applicability == "safe" or (applicability == "unsafe" and self.unsafe)

    def _note(self, units: list[Unit], after: Judged) -> None:
        for unit in units:
            for finding in unit.findings:
                outcome = Outcome(finding, "fixed", brought=not self._was_there(finding))
                self._fixed.setdefault(_base(finding), []).append(outcome)
        for base in _news(self._bases(after), self._bases(self.state)):
            self._brought[base] = _Step(self.state, units)

    def _was_there(self, finding: Finding) -> bool:
        return self._known[_base(finding)] > 0

    @staticmethod
    def _bases(judged: Judged) -> Counter[tuple[str, ...]]:
        return Counter(map(_base, judged.result.findings))

    def _newcomers(self, judged: Judged) -> Counter[tuple[str, ...]]:
        """What is found that was not there before.

        A location that comes to carry gRPC is judged for the first time, and so is its upstream:
        what is found in them then is told, and mended as anything else.
        """
        news = _news(self._bases(judged), self._known)
        carrying = set(_carrying(judged)) if news else set()
        for finding in judged.result.findings:
            node = finding.location or finding.upstream
            where = (finding.entry, finding.server if finding.location else "", node)
            if where in carrying - self._judged:
                news.pop(_base(finding), None)
        return news

    def culprits(self) -> dict[tuple[str, ...], str]:
        """The findings whose edits brought another one up that no edit mended."""
        found: dict[tuple[str, ...], str] = {}
        # Of two that are alike, one edit of the same rule is taken to be the reason of each.
        alike: dict[str, str] = {}
        news = self._newcomers(self.state)
        for finding in self.state.result.findings:
            step = self._brought.get(_base(finding))
            if not news[_base(finding)] or step is None:
                continue
            suspects = [unit for unit in step.units if _shares_node(unit, finding)] or step.units
            known = [unit for unit in suspects if unit.findings[0].id == alike.get(finding.id)]
            guilty = known or self._guilty(step, suspects, finding)
            if len(guilty) == 1:
                alike[finding.id] = guilty[0].findings[0].id
            for each in chain.from_iterable(unit.findings for unit in guilty):
                found[_identity(each)] = _instead(finding)
        return found

    def _guilty(self, step: _Step, suspects: list[Unit], finding: Finding) -> list[Unit]:
        """Those without which it is not found; all where no single one is."""
        before = self._bases(step.before)[_base(finding)]
        for suspect in suspects:
            if len(step.units) == 1 or self.judge.count >= _STEPS:
                break
            others = [unit for unit in step.units if unit is not suspect]
            try:
                after = self.judge.again(applying.apply(step.before.contents, others))
            except (Refused, UnplacedError):
                continue
            if self._bases(after)[_base(finding)] <= before:
                return [suspect]
        return suspects

    def refuse_all(self, why: str) -> None:
        """Mend nothing."""
        for finding in self.first.result.findings:
            self.refused.setdefault(_identity(finding), why)

    def outcomes(self) -> list[Outcome]:
        """What became of all that was wanted."""
        found = [each for fixed in self._fixed.values() for each in fixed]
        first = self._first_met()
        for now in self.state.result.findings:
            if not now.counts or not self.wanted(now):
                continue
            finding = first.get(id(now), now)
            applicability = now.fix.get("applicability")
            reason = str(now.fix.get("why", ""))
            refused = self.refused.get(_identity(now))
            if _identity(now) in self.unsafe_after_all:
                state, why = "unsafe", refused or ""
            elif refused is not None and (applicability == "safe" or self.unsafe):
                state, why = "refused", refused
            elif applicability == "unsafe" and not self.unsafe:
                state, why = "unsafe", reason
            elif applicability == "manual":
                state, why = "manual", reason
            else:
                state, why = "refused", refused or "ten rounds did not do"
            found.append(Outcome(finding, state, why, now=now))
        before = {_identity(each) for each in self.state.result.findings}
        for finding in self.first.result.findings:
            if (
                finding.counts
                and self.wanted(finding)
                and _identity(finding) not in before
                and _base(finding) not in self._fixed
            ):
                found.append(Outcome(finding, "fixed", "with another one"))
        return sorted(found, key=lambda each: each.finding.order())

    def _first_met(self) -> dict[int, Finding]:
        """What each finding that stays was in the beginning, by its id(): lines move."""
        waiting: dict[tuple[str, ...], list[Finding]] = {}
        for finding in reversed(self.first.result.findings):
            waiting.setdefault(_base(finding), []).append(finding)
        found = {}
        for finding in self.state.result.findings:
            if before := waiting.get(_base(finding)):
                found[id(finding)] = before.pop()
        return found


def _shares_node(unit: Unit, finding: Finding) -> bool:
    """Whether a unit mends something of the node that a finding is about."""
    where = (finding.server, finding.location, finding.upstream)
    return any((each.server, each.location, each.upstream) == where for each in unit.findings)


def _carrying(judged: Judged) -> Iterator[tuple[str, str, str]]:
    """The locations that carry gRPC, and the upstreams that they pass to."""
    for document in judged.documents:
        entry = document["source"]["entry"]
        for server in document["servers"]:
            for location in server["locations"]:
                if location["grpc_pass"]:
                    yield entry, server["name"], location["name"]
                    for upstream in location.get("target", {}).get("upstreams", ()):
                        yield entry, "", upstream


def _identity(finding: Finding) -> tuple[str, ...]:
    return (*_base(finding), finding.variant, finding.level, finding.outcome)


def _base(finding: Finding) -> tuple[str, ...]:
    """Which finding it is, wherever its line stands now."""
    waived = "" if finding.counts else "waived"
    # What is about a location is that whatever upstream it leads to.
    upstream = "" if finding.location else finding.upstream
    place = (finding.entry, finding.server, finding.location, upstream)
    return (finding.id, *place, finding.key, waived)


def _all(judged: Judged) -> Counter[tuple[str, ...]]:
    return Counter(map(_identity, judged.result.findings))


def _count(judged: Judged, units: Iterable[Unit]) -> Counter[tuple[str, ...]]:
    return Counter(_identity(each) for unit in units for each in unit.findings)


def _news(
    now: Mapping[tuple[str, ...], int], before: Mapping[tuple[str, ...], int]
) -> Counter[tuple[str, ...]]:
    return Counter(
        {key: n - before.get(key, 0) for key, n in now.items() if n > before.get(key, 0)}
    )
