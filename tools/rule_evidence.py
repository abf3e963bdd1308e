"""The recorded live results of a rule (docs/evidence/NG103.json) as Markdown tables."""

import ast
import json
import pathlib
import re
from collections.abc import Iterator
from itertools import groupby

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVERYONE = ["C-core", "grpc-go", "grpcurl"]
LONGEST = 120  # characters of a message that a table shows; the record has it whole
NOTHING = "-"


def record(rule: str) -> dict | None:
    """What the live tests of a rule saw, as tests/live/bench/record.py writes it."""
    path = ROOT / "docs" / "evidence" / f"{rule}.json"
    return json.loads(path.read_text(encoding="ascii")) if path.exists() else None


def test_file(rule: str) -> pathlib.Path | None:
    """The live test of a rule."""
    return next((ROOT / "tests" / "live").glob(f"test_{rule.lower()}_*.py"), None)


def introduction(test: pathlib.Path) -> str:
    """What the test says of itself beyond its first sentence, which is the rule in brief."""
    says = ast.get_docstring(ast.parse(test.read_text(encoding="utf-8"))) or ""
    return "".join(re.split(r"\.\s+", says, maxsplit=1)[1:])


def tables(recorded: dict) -> Iterator[str]:
    """For each story what it tells, and a table of what clients and nginx said."""
    stories = sorted(recorded["stories"], key=lambda story: (base(story), story["says"]))
    for says, told in groupby(stories, key=lambda story: story["says"]):
        rows = merged(row for story in told for row in story_rows(story))
        cases = any(row["case"] for row in rows)
        yield " ".join(says.split())
        yield "\n".join(table(rows, cases))


def base(story: dict) -> str:
    return story["story"].partition(" ")[0]


def short(recorded: dict) -> list[str]:
    """What was seen under the fault, in plain text, a line each, what clients saw first."""
    rows = merge([row for story in recorded["stories"] for row in story_rows(story)], "nginx")
    lines: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row["who"] == ["error log"]):
        if row["denied"] not in (NOTHING, code("OK")):
            who = "every client" if row["who"] == EVERYONE else ", ".join(row["who"])
            counted = row["who"][0] not in (*EVERYONE, "error log", "`nginx -t`")
            mended = f", mended {plain(row['accepted'])}" if counted else ""
            line = f"{who}: {plain(row['denied'])}{mended}"
            lines.setdefault(line, []).extend(row["nginx"])
    return [f"{line} (nginx {', '.join(sorted(set(of)))})" for line, of in lines.items()]


def plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown.replace("`", ""))


def story_rows(story: dict) -> Iterator[dict]:
    """A row for each one that saw something: a client, the error log, a count, `nginx -t`."""
    denied, accepted = seen(story["denied"]), seen(story["accepted"])
    rows = [
        {
            "case": story["story"].partition(" ")[2],
            "nginx": [story["nginx"]],
            "who": [who],
            "denied": denied.get(who, NOTHING),
            "accepted": accepted.get(who, NOTHING),
        }
        for who in {**denied, **accepted}
    ]
    yield from merge(rows, "who")


def seen(stages: list[dict]) -> dict[str, str]:
    """Who saw what in these stages: {"grpc-go": "`OK`", ...}."""
    texts: dict[str, list[str]] = {}
    for stage in stages:
        for one in stage["clients"]:
            texts.setdefault(one["client"], []).append(fate(one["calls"], one["message"]))
        for line in stage["log"]:
            texts.setdefault("error log", []).append(code(line))
        for what, value in stage["notes"].items():
            texts.setdefault(what, []).append(cell(str(value)) or "none")
        if "nginx -t" in stage:
            said = [code(line.removeprefix("nginx: ")) for line in stage["nginx -t"]]
            texts.setdefault("`nginx -t`", []).extend(said or ["accepts it"])
    return {who: "; ".join(dict.fromkeys(said)) for who, said in texts.items()}


def fate(calls: dict[str, int], message: str) -> str:
    """How a client's calls ended, {"OK": 2, "UNAVAILABLE": 10}, with the first failure's message.

    Numbers are told where not all calls ended alike.
    """
    if calls.keys() == {"OK"}:
        return code("OK")
    of = f" ({{}} of {sum(calls.values())} calls)" if len(calls) > 1 else ""
    failed = ", ".join(code(name) + of.format(n) for name, n in calls.items() if name != "OK")
    return f"{failed}: {cell(message)}" if message else failed


def cell(text: str) -> str:
    if len(text) > LONGEST:
        text = text[:LONGEST].rsplit(" ", 1)[0] + " ..."
    return " ".join(re.sub(r"([|<>*_`\\])", r"\\\1", text).split())


def code(text: str) -> str:
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def merged(rows: Iterator[dict]) -> list[dict]:
    """One row for all versions of nginx that agree."""
    return merge(sorted(rows, key=lambda row: row["case"]), "nginx")


def merge(rows: list[dict], column: str) -> list[dict]:
    """Rows that differ in one column alone, as one row."""
    kept: dict[str, dict] = {}
    for row in rows:
        rest = json.dumps({name: value for name, value in row.items() if name != column})
        if rest in kept:
            kept[rest][column] = [*kept[rest][column], *row[column]]
        else:
            kept[rest] = row
    return list(kept.values())


def table(rows: list[dict], cases: bool) -> Iterator[str]:
    names = [*(["case"] if cases else []), "nginx", "seen by", "denied", "accepted"]
    yield f"| {' | '.join(names)} |"
    yield "|---" * len(names) + "|"
    for row in rows:
        cells = [
            ", ".join(row["nginx"]),
            "every client" if row["who"] == EVERYONE else ", ".join(row["who"]),
            row["denied"],
            row["accepted"],
        ]
        if cases:
            cells.insert(0, code(row["case"]) if row["case"] else "")
        yield f"| {' | '.join(cells)} |"


def measured(recorded: dict) -> str:
    """When and with what: "2026-11-24 on nginx 1.22.1 and 1.31.3 with ..."."""
    versions = sorted({story["nginx"] for story in recorded["stories"]})
    ends = ", ".join(
        version if version.split()[0].isalpha() else f"{name} {version}"
        for name, version in recorded["ends"].items()
    )
    return f"{recorded['measured']} on nginx {' and '.join(versions)} with {ends}"
