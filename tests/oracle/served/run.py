"""Claims of the document against a real nginx that serves: `python -m tests.oracle.served.run`.

Each case is served by both versions, with hundreds of others in one process, and asked by real
calls. `--record` writes the figures into docs/development/oracle.md.
"""

from __future__ import annotations

import argparse
import importlib
import io
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from nginx_grpc import model, sources
from nginx_grpc.errors import Refused
from tests.live.bench import ports
from tests.oracle.nginx import binaries
from tests.oracle.served.backends import Backends
from tests.oracle.served.questions import Case, Json, Place, Question
from tests.oracle.served.server import Server

PAGE = Path(__file__).resolve().parents[3] / "docs" / "development" / "oracle.md"
QUESTIONS = {
    "arrival": "tests.oracle.served.arrival",
    "listeners": "tests.oracle.served.listeners",
    "pages": "tests.oracle.served.pages",
    "targets": "tests.oracle.served.targets",
}
AT_ONCE = 250
BACKENDS = 8
PORTS = 3


@dataclass
class Figures:
    """What came of the cases of one question.

    Args:
        cases: how many cases were made.
        constructs: in how many of them each construct is.
        counts: by version and word; the words are `served`, `refused`, `calls`, `claims`, `known`,
            `only` (one value is the only one), `only, unknown`, `wrong`, and what claims say.
        wrong: each claim that did not hold, in words.
        unsaid: the cases whose only value is unknown, by version.
        refused: nginx's words for what it refused, each once a version.
        seconds: how long it took.
    """

    cases: int = 0
    constructs: Counter[str] = field(default_factory=Counter)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    unsaid: list[tuple[str, str]] = field(default_factory=list)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, other: Figures) -> None:
        """Take in those of other cases."""
        self.cases += other.cases
        self.constructs.update(other.constructs)
        self.counts.update(other.counts)
        self.wrong += other.wrong
        self.unsaid += other.unsaid
        self.refused.update(other.refused)

    def unknown(self, version: str) -> float:
        """The share of unknown where one value is the only one."""
        only = self.counts[version, "only"]
        return self.counts[version, "only, unknown"] / only if only else 0.0


def question(name: str) -> Question:
    """The question of that name."""
    found: Question = importlib.import_module(QUESTIONS[name]).QUESTION
    return found


def document(case: Case) -> Json | Refused:
    """The document of a case alone, or why there is none."""
    text = f"events {{}}\nhttp {{\n{case.http}\n{case.text}\n}}\n"
    try:
        [configuration] = sources.read(["-"], stdin=io.BytesIO(text.encode("latin-1")))
        return model.build(configuration)
    except Refused as refused:
        return refused


def case(asked: Question, seed: int, number: int, place: Place | None = None) -> Case:
    """A case by its number; what it says does not depend on its place.

    Args:
        asked: the question.
        seed: of the run.
        number: of the case.
        place: where it is served; by default nowhere.
    """
    if place is None:
        ends = [f"127.9.0.{at + 1}:1" for at in range(BACKENDS)]
        place = Place(f"k{number}", "127.20.1.1:1", "127.20.2.1:1", ends, "127.0.0.1:1")
    return asked.case(Random(f"{asked.name} {seed} {number}"), place)


def run(
    asked: Question,
    seed: int,
    numbers: Sequence[int],
    versions: dict[str, str],
) -> Figures:
    """Serves the cases and judges them.

    Args:
        asked: the question.
        seed: of the run; each case has its own.
        numbers: of the cases.
        versions: nginx programs by version.
    """
    started = time.monotonic()
    figures = Figures()
    with ExitStack() as stack:
        held = stack.enter_context(ports.listening())
        dead = stack.enter_context(ports.dead_address())
        backends = stack.enter_context(Backends())
        port = held.getsockname()[1]
        ends = [backends.listen(f"127.9.0.{at + 1}:0") for at in range(BACKENDS)]
        own = stack.enter_context(ports.free(PORTS * AT_ONCE))
        for first in range(0, len(numbers), AT_ONCE):
            batch = []
            for number in numbers[first : first + AT_ONCE]:
                at = number % AT_ONCE
                place = Place(
                    f"k{number}",
                    f"127.20.1.{at + 1}:{port}",
                    f"127.20.2.{at + 1}:{port}",
                    ends,
                    dead,
                    own[PORTS * at : PORTS * at + PORTS],
                )
                made = case(asked, seed, number, place)
                figures.cases += 1
                figures.constructs.update(made.constructs)
                batch.append((made, document(made)))
            groups: dict[str, list[tuple[Case, Json | Refused]]] = {}
            for made, found in batch:
                groups.setdefault(made.http, []).append((made, found))
            for version, binary in versions.items():
                for group in groups.values():
                    _serve(asked, group, version, binary, figures)
    figures.seconds = time.monotonic() - started
    return figures


def run_all(
    name: str, seed: int, cases: int, versions: dict[str, str], jobs: int, minutes: float
) -> Figures:
    """The same with as many processes as there are jobs.

    Args:
        name: of the question.
        seed: of the run.
        cases: how many.
        versions: nginx programs by version.
        jobs: how many at once.
        minutes: after them no more cases are begun.
    """
    started = time.monotonic()
    figures = Figures()
    with ProcessPoolExecutor(jobs) as pool:
        going: set[Future[Figures]] = set()
        chunks = iter(range(0, cases, AT_ONCE))
        while True:
            if time.monotonic() - started < 60 * minutes:
                for first in islice(chunks, jobs - len(going)):
                    numbers = range(first, min(first + AT_ONCE, cases))
                    going.add(pool.submit(_of_name, name, seed, numbers, versions))
            if not going:
                break
            done, going = wait(going, return_when=FIRST_COMPLETED)
            for each in done:
                figures.add(each.result())
            seconds = time.monotonic() - started
            said = f"{figures.cases} cases, {len(figures.wrong)} unexplained, {seconds:.0f} s"
            print(said, file=sys.stderr, flush=True)
    figures.seconds = time.monotonic() - started
    return figures


def _of_name(name: str, seed: int, numbers: Sequence[int], versions: dict[str, str]) -> Figures:
    return run(question(name), seed, numbers, versions)


def _serve(
    asked: Question,
    batch: Sequence[tuple[Case, Json | Refused]],
    version: str,
    binary: str,
    figures: Figures,
) -> None:
    counts = figures.counts
    with Server(binary, [made for made, _ in batch]) as server:
        for tag, said in server.refused.items():
            counts[version, "refused"] += 1
            figures.refused[version, tag] = said
        served = [(made, found) for made, found in batch if made.tag in server.cases]
        answers = server.ask([call for made, _ in served for call in made.calls])
    counts[version, "served"] += len(served)
    counts[version, "calls"] += len(answers)
    position = 0
    for made, found in served:
        own = answers[position : position + len(made.calls)]
        position += len(made.calls)
        if isinstance(found, Refused):
            counts[version, "wrong"] += 1
            figures.wrong.append(
                f"{made.tag}: nginx {version} takes it, and it is refused: {found}"
            )
            continue
        for outcome in asked.judge(made, found, own):
            counts[version, "claims"] += 1
            counts[version, outcome.says] += 1
            counts[version, "known"] += outcome.known
            counts[version, "only"] += outcome.only
            if outcome.only and not outcome.known:
                counts[version, "only, unknown"] += 1
                figures.unsaid.append((version, made.tag))
            if outcome.problem:
                counts[version, "wrong"] += 1
                figures.wrong.append(f"{made.tag} (nginx {version}): {outcome.problem}")


def tables(asked: Question, figures: Figures) -> str:
    """The figures in Markdown."""
    heads = ("nginx", "cases served", "calls", "claims", "known", "one value is the only one",
             "of these unknown", "unexplained")  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for version in dict.fromkeys(version for version, _ in figures.counts):
        counts = [figures.counts[version, word] for word in ("served", "calls", "claims", "known")]
        cells = [f"{count:,}" for count in (*counts, figures.counts[version, "only"])]
        cells.append(
            f"{figures.counts[version, 'only, unknown']:,} ({figures.unknown(version):.2%})"
        )
        cells.append(f"{figures.counts[version, 'wrong']:,}")
        lines.append("| " + " | ".join((version, *cells)) + " |")
    lines += ["", "| construct | cases | share |", "|---|---|---|"]
    for name in sorted(asked.constructs, key=lambda name: -figures.constructs[name]):
        count = figures.constructs[name]
        lines.append(f"| {name} | {count:,} | {count / max(figures.cases, 1):.1%} |")
    return "\n".join(lines) + "\n"


def record(asked: Question, figures: Figures, command: str) -> None:
    """Writes the figures into the page, between the question's marks."""
    said = f"`{command}`, {figures.seconds / 60:.0f} minutes on two cores.\n\n"
    write(asked.name, said + tables(asked, figures))


def write(name: str, what: str) -> None:
    """Writes something into the page, between the marks of that name."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    text = PAGE.read_text()
    before, _, rest = text.partition(start)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"{PAGE}: no marks {start.strip()} and {end.strip()}")
    PAGE.write_text(before + start + what + end + after)


def main() -> int:
    """Prints the figures; 1 if a claim did not hold or was unknown too often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", choices=sorted(QUESTIONS))
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=20_261_130)
    parser.add_argument("--only", type=int, metavar="N", help="case N alone, with its text")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    parser.add_argument("--minutes", type=float, default=float("inf"),
                        help="begin no more cases after them")  # fmt: skip
    parser.add_argument("--show", type=int, default=10, metavar="N", help="problems to print")
    parser.add_argument("--unknown", action="store_true",
                        help="also show where the only value is unknown")  # fmt: skip
    parser.add_argument("--record", action="store_true", help=f"write the figures to {PAGE.name}")
    args = parser.parse_args()
    versions = binaries()
    if len(versions) < 2:
        sys.exit(f"two versions of nginx are needed; here: {', '.join(versions) or 'none'}")
    asked = question(args.question)
    if args.only is not None:
        figures = run(asked, args.seed, [args.only], versions)
    else:
        figures = run_all(args.question, args.seed, args.cases, versions, args.jobs, args.minutes)
    print(tables(asked, figures))
    for (version, tag), said in list(figures.refused.items())[: args.show]:
        print(f"{tag} is refused by nginx {version}: {said}")
    for version, tag in figures.unsaid[: args.show if args.unknown else 0]:
        print(f"{tag} (nginx {version}): the only value is unknown")
    print("\n".join(figures.wrong[: args.show]))
    if args.only is not None:
        print(case(asked, args.seed, args.only).text)
    print(f"{figures.cases} cases, {len(figures.wrong)} unexplained, {figures.seconds:.0f} s")
    if args.record:
        command = f"python -m tests.oracle.served.run {asked.name} --cases {figures.cases}"
        record(asked, figures, f"{command} --seed {args.seed}")
    return 1 if figures.wrong or any(figures.unknown(name) > 0.02 for name in versions) else 0


if __name__ == "__main__":
    sys.exit(main())
