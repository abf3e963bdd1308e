"""Prints what the live tests saw: `python -m tests.live.evidence [DIR]`, docs/evidence by default.

The files are written by `EVIDENCE=DIR pytest tests/live`.
"""

import json
import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby, zip_longest
from pathlib import Path

from tests.live.bench.clients import CLIENTS

WIDTHS = (6, 8, 40, 40)  # rule, nginx, denied, accepted: with the gaps 100 columns
RECORDED = Path(__file__).parents[2] / "docs" / "evidence"


def saw(stages: list[dict], denied: bool) -> list[str]:
    """What was seen in these stages, a line each."""
    lines: list[str] = []
    for stage in stages:
        lines += fates(stage["clients"])
        lines += [f"{what}: {value or 'none'}" for what, value in stage["notes"].items()]
        lines += stage["log"]
        if "nginx -t" in stage:
            lines += stage["nginx -t"] if denied else ["nginx -t: ok"]
    return list(dict.fromkeys(lines)) or ["-"]


def fates(clients: list[dict]) -> Iterator[str]:
    """The codes, with the clients that saw them, and the message where it is the same for all."""
    codes: dict[str, dict[str, set[str]]] = {}
    for seen in clients:
        messages = codes.setdefault(seen["code"], {}).setdefault(seen["client"], set())
        messages.add(seen["message"].partition(";")[0])
    for code, by_client in codes.items():
        who = "every client" if len(by_client) == len(CLIENTS) else ", ".join(by_client)
        messages = set.union(*by_client.values())
        message = textwrap.shorten(messages.pop(), 90) if len(messages) == 1 else ""
        yield f"{who}: {code} ({message})" if message else f"{who}: {code}"


def row(*cells: list[str]) -> str:
    """One row of the table, its cells wrapped."""
    wrapped = [
        [part for line in cell for part in textwrap.wrap(line, width, subsequent_indent="  ")]
        for cell, width in zip(cells, WIDTHS, strict=True)
    ]
    lines = zip_longest(*wrapped, fillvalue="")
    return "\n".join(
        "  ".join(f"{part:{width}}" for part, width in zip(line, WIDTHS, strict=True)).rstrip()
        for line in lines
    )


def table(documents: list[dict]) -> Iterator[str]:
    """The rows; versions of nginx that saw the same share one."""
    yield row(["rule"], ["nginx"], ["denied"], ["accepted"])
    for document in documents:
        yield "-" * 100
        for name, told in groupby(document["stories"], key=lambda story: story["story"]):
            seen: dict[str, list[str]] = {}
            for story in told:
                both = json.dumps([saw(story["denied"], True), saw(story["accepted"], False)])
                seen.setdefault(both, []).append(story["nginx"])
            yield f"{document['rule']}   {name.replace('_', ' ')}"
            for both, versions in seen.items():
                yield row([""], versions, *json.loads(both))
    yield "-" * 100
    yield from sorted({measured(document) for document in documents})


def measured(document: dict) -> str:
    ends = ", ".join(f"{name} {version}" for name, version in document["ends"].items())
    return f"measured {document['measured']} with {ends}"


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else RECORDED
    files = sorted(folder.glob("NG*.json"))
    if not files:
        print(f"{folder}: no evidence; EVIDENCE={folder} pytest tests/live", file=sys.stderr)
        return 2
    print("\n".join(table([json.loads(file.read_text()) for file in files])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
