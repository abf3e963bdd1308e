"""The findings on each labelled location agree with its labels, or the page says why not."""

import pytest

from tests.corpus import noise, page, verdicts
from tests.corpus.differences import DIFFERENCES, REASONS
from tests.corpus.expected import READ
from tests.corpus.filled import FILLED
from tests.corpus.samples import ABSENT, FILES, samples

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FILES.is_dir(), reason=ABSENT)]

COMPARED = [
    sample.file
    for sample in samples().values()
    if sample.locations and (sample.file in READ or sample.file in FILLED)
]


def test_everything_that_can_be_read_is_compared():
    assert len(COMPARED) > 40
    assert set(DIFFERENCES) == set(COMPARED)
    for file, lines in DIFFERENCES.items():
        assert list(lines) == [labelled.line for labelled in samples()[file].locations]


@pytest.mark.parametrize("file", COMPARED)
def test_labels(file):
    """Each label agrees with the verdict, or the reason for the difference is one that holds."""
    for labelled, found in page.compared()[file]:
        differing = {
            label
            for label, said in labelled.labels.items()
            if (said, found[label]) not in verdicts.AGREE
        }
        reasons = page.explained(file, labelled.line)
        assert differing == reasons.keys(), (labelled, found)
        for label, reason in reasons.items():
            pair = (labelled.labels[label], found[label])
            assert pair in REASONS[reason].pairs, (labelled, label)


@pytest.mark.parametrize("file", COMPARED)
def test_reasons_hold(file):
    """What a reason says of the configuration is so."""
    sample = samples()[file]
    built = verdicts.document(sample)
    for labelled, location in zip(sample.locations, verdicts.located(built, sample), strict=True):
        for label, reason in page.explained(file, labelled.line).items():
            holds = HOLDS[reason]
            assert holds(built, location, label), (labelled, label, reason)


def has_no_sure_pool(built, location, label):
    """Said to be 1.31.3, NG103 speaks for an upstream block and NG104 for an address."""
    here = verdicts.alone(built, location["id"])
    decision = verdicts.decide(here, {"nginx_version": "1.31.3"})
    ids = {finding["id"] for finding in decision["deny"] if finding["outcome"] == "fault"}
    if location["target"]["upstreams"]:
        return "NG103" in ids and "NG104" not in ids
    return "NG104" in ids and "NG103" not in ids


def is_default(built, location, label):
    """Nothing of the item is written: it is nginx's default that satisfies the rule."""
    names = {"4": "grpc_next_upstream", "6": "grpc_next_upstream_tries"}
    return names[label[0]] not in location["directives"]


def web(built, location, label):
    return location["directives"]["grpc_web"]["on"]


HOLDS = {
    "no-pool": has_no_sure_pool,
    "default": is_default,
    "elsewhere": lambda built, location, label: not built["complete"],
    "http-unseen": lambda built, location, label: built["source"]["context"] in ("http", "server"),
    "variable": lambda built, location, label: "$" in location["grpc_pass"],
    "no-such-upstream": lambda built, location, label: (
        built["complete"] and location["target"]["kind"] == "undefined"
    ),
    "too-short": lambda built, location, label: (
        location["directives"]["grpc_read_timeout"]["ms"] < 60_000
    ),
    "unary": lambda built, location, label: (
        location["path"] == "/grpc.health.v1.Health/Check" and label == "5_read_timeout"
    ),
    "address": lambda built, location, label: location["target"]["kind"] == "address",
    "filled-in": lambda built, location, label: location["target"]["kind"] == "address",
    "grpc-web": web,
    "dialect": lambda built, location, label: location["target"]["options"] == "override",
    "no-target": lambda built, location, label: location["grpc_pass"] == "",
}


def test_each_reason_is_used():
    used = {
        reason
        for file, lines in DIFFERENCES.items()
        for line in lines
        for reason in page.explained(file, line).values()
    }
    assert used == REASONS.keys() == HOLDS.keys()


@pytest.mark.parametrize("file", COMPARED)
def test_one_location_at_a_time_loses_nothing(file):
    """The verdicts are those of the whole document: location by location, the same findings."""
    built = verdicts.document(samples()[file])
    judged = {rule for rules in verdicts.RULES.values() for rule in rules}
    whole = findings(verdicts.decide(built, {}), judged)
    parts = [
        findings(verdicts.decide(verdicts.alone(built, location["id"]), {}), judged)
        for location in verdicts.passes(built)
    ]
    assert whole == set().union(*parts)


def findings(decision, ids):
    return {
        finding["msg"]
        for finding in decision["deny"] + decision["warn"]
        if finding["outcome"] == "fault" and finding["id"] in ids
    }


def test_page():
    """docs/development/corpus.md is in step: write it with `python -m tests.corpus.page`."""
    assert page.PAGE.read_text(encoding="utf-8") == page.page()


def test_what_was_not_seen_is_no_noise():
    """NG005 stands in a fifth of the whole configurations at most."""
    assert 0 < noise.unseen() <= 1 / 5


def test_a_label_that_is_wrong_is_noticed(monkeypatch):
    """Turned around, each label would differ: the comparison can fail."""
    turned = {"ok": "missing", "missing": "ok", "yes": "no", "no": "yes", "unknown": "ok"}
    for file in COMPARED:
        for labelled, found in page.compared()[file]:
            for label, said in labelled.labels.items():
                if (said, found[label]) in verdicts.AGREE:
                    assert (turned[said], found[label]) not in verdicts.AGREE


def test_the_label_is_never_right_alone():
    """What docs/development/corpus.md says of all differences."""
    assert {reason.right for reason in REASONS.values()} == {"the verdict", "neither", "both"}
