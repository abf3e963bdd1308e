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


def saw(stages: list[dict]) -> list[str]:
    """What was seen in these stages, a line each."""
    lines: list[str] = []
    for stage in stages:
        lines += fates(stage["clients"])
        lines += [f"{what}: {value or 'none'}" for what, value in stage["notes"].items()]
        lines += stage["log"] + stage.get("nginx -t", [])
        if "nginx -t" in stage and not stage["nginx -t"]:
            lines.append("nginx -t: ok")
    return list(dict.fromkeys(lines)) or ["-"]


def fates(clients: list[dict]) -> Iterator[str]:
    """Each client's codes and messages, or one line for all where they agree."""
    codes: dict[str, list[str]] = {}
    for seen in clients:
        message = f" ({seen['message']})" if seen["message"] else ""
        codes.setdefault(seen["client"], []).append(f"{seen['code']}{message}")
    told = {client: ", ".join(dict.fromkeys(seen)) for client, seen in codes.items()}
    told = {client: textwrap.shorten(fate, 110) for client, fate in told.items()}
    if len(told) == len(CLIENTS) and len(set(told.values())) == 1:
        yield f"every client: {told.popitem()[1]}"
    else:
        yield from (f"{client}: {code}" for client, code in told.items())


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
                both = json.dumps([saw(story["denied"]), saw(story["accepted"])])
                seen.setdefault(both, []).append(story["nginx"])
            yield f"{document['rule']}   {name.replace('_', ' ')}"
            for both, versions in seen.items():
                yield row([""], versions, *json.loads(both))
        yield f"        measured {document['measured']} with " + ", ".join(
            f"{name} {version}" for name, version in document["ends"].items()
        )


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
