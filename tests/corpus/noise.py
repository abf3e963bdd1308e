"""How much is said of each sample: profile evidence, no settings.

noise_before.json has what was said at commit dcd8205, before the rules were held against the field.
"""

import io
import json
from collections import Counter
from functools import cache
from pathlib import Path

from nginx_grpc import engines, sources
from nginx_grpc.check import check
from nginx_grpc.findings import CheckResult
from nginx_grpc.settings_search import Given
from tests.corpus.expected import READ
from tests.corpus.filled import FILLED
from tests.corpus.samples import FILES, Sample, samples

BEFORE = Path(__file__).parent / "noise_before.json"
_SETTINGS = {"profile": "evidence"}
# Why its owner would want what is still said, by rule and what it is about.
REASONS = {
    "NG002": "the include decides on gRPC locations, and is not there: without it all is a guess",
    "NG005": "one line that names what was not seen, and the rules that wait for it",
    "NG101": "what looks like gRPC goes out by proxy_pass, which would fail every call",
    "NG104": "several servers and no pool: every call opens a connection, and what a server closes "
    "is found out by a call",
    "NG105": "`off` is written, so that a call whose server is down fails beside one that is up",
    "NG110": "the page turns UNAVAILABLE, which clients try again, into UNKNOWN",
    "NG201": "no client can make a call",
    "NG205": "one reset or expired deadline takes a good server out for ten seconds",
    "NG206": "what is written does nothing for gRPC, and its owner counts on it",
    "NG208": "every such call gets 500 or 502, and nginx -t does not tell",
    "NG209": "something in the configuration keeps every call from grpc_pass",
    "NG210": "a line does nothing beside grpc_pass: a timeout of a day, and streams are cut at 60s",
    "NG212": "a server that is gone holds each call that is sent to it for a minute",
    "NG215": "the upstream has a pool, and calls to its server's address open a connection each",
    "NG217": "CORS headers invite browsers to a service that cannot answer them",
    "NG218": "plain HTTP and gRPC break each other's connections",
    "NG220": "the server gets a path that no gRPC method has, and answers UNIMPLEMENTED",
    "NG221": "errors without a message reach clients as UNKNOWN or INTERNAL",
    "NG301": "client_body_timeout cuts a client's stream that grpc_read_timeout was raised for",
    "NG302": "an upload ends at 1m",
    "NG305": "a bidi call whose client waits for an answer hangs",
    "NG306": "an answer with more than 1k of headers, or from 1.31.3 of trailers, fails",
    "NG401": "whoever answers at that address is taken for the server",
    "NG403": "the client says where its call goes",
    "NG404": "TLS 1.0 or 1.1 is named",
    "NG405": "a server that picks its certificate by name ends the handshake: 502 for every call",
}
SECTION = """\
## How much is said

What `nginx-grpc check --profile evidence` says of each file that is read or filled in and has gRPC,
without settings: {now} findings in {files} files, {clean} of them with none. Before the rules were
held against reports and configurations from the field it was {before}. NG005, which says that
something was not seen, stands in {unseen} of {complete} whole configurations (it stood in
{unseen_before}); the {parts} others are parts, of which something is always unseen.

| rule | before | now | why its owner wants what is left |
|---|---:|---:|---|
{rules}

| file | before | now |
|---|---|---|
{rows}
"""


def measured() -> dict[str, dict[str, int]]:
    """How many findings of each rule there are in each file with gRPC."""
    engine = engines.by_name("embedded")
    found = {}
    for sample in samples().values():
        if sample.file in READ or sample.file in FILLED:
            configurations = _read(sample)
            result = check(configurations, engine, settings_of=lambda _: Given(_SETTINGS))
            if result.grpc_locations:
                found[sample.file] = _counts(result)
    return found


def _read(sample: Sample) -> list:
    fill = FILLED.get(sample.file)
    if fill is None:
        return sources.read([str(FILES / sample.file)], stdin=io.BytesIO())
    return sources.read(["-"], stdin=io.BytesIO(fill(sample.text.decode()).encode()))


def _counts(result: CheckResult) -> dict[str, int]:
    return dict(sorted(Counter(finding.id for finding in result.findings).items()))


@cache
def figures() -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """Before and now."""
    return json.loads(BEFORE.read_text()), measured()


def section() -> str:
    """The part of docs/development/corpus.md."""
    before, now = figures()
    known = samples()
    totals = [sum(map(Counter, each.values()), Counter()) for each in (before, now)]
    rules = sorted(totals[0].keys() | totals[1].keys())
    whole = [file for file in now if _is_whole(known[file])]
    return SECTION.format(
        now=totals[1].total(),
        files=len(now),
        clean=sum(not counts for counts in now.values()),
        before=totals[0].total(),
        unseen=sum("NG005" in now[file] for file in whole),
        unseen_before=sum("NG005" in before.get(file, {}) for file in whole),
        complete=len(whole),
        parts=len(now) - len(whole),
        rules="\n".join(
            f"| {rule} | {totals[0][rule]} | {totals[1][rule]} | "
            f"{REASONS[rule] if totals[1][rule] else ''} |"
            for rule in rules
        ),
        rows="\n".join(
            f"| {known[file].repository} `{known[file].path}` | {_words(before.get(file, {}))} | "
            f"{_words(counts)} |"
            for file, counts in now.items()
        ),
    )


def unseen() -> float:
    """In how many of the whole configurations NG005 stands, as a share."""
    whole = {file: counts for file, counts in figures()[1].items() if _is_whole(samples()[file])}
    return sum("NG005" in counts for counts in whole.values()) / len(whole)


def _is_whole(sample: Sample) -> bool:
    from tests.corpus import verdicts

    return verdicts.document(sample)["source"]["context"] == "main"


def _words(counts: dict[str, int]) -> str:
    return ", ".join(rule + (f" x{n}" if n > 1 else "") for rule, n in counts.items()) or "-"
