"""A baseline covers what was there, by name and never by line, and nothing else."""

import json
from dataclasses import replace

import pytest

from nginx_grpc import baseline
from nginx_grpc.errors import Refused
from nginx_grpc.findings import CheckResult, Finding, Input
from nginx_grpc.reports import by_name

CONF = b"upstream orders {\n    keepalive_timeout 75s;\n}\n"


def finding(rule="NG103", line=2, **words):
    plain = {
        "id": rule,
        "slug": "slug",
        "title": "title",
        "level": "deny",
        "outcome": "fault",
        "msg": "msg",
        "message": "message",
        "remedy": "",
        "file": "nginx.conf",
        "line": line,
        "upstream": "orders",
        "directive": "keepalive_timeout",
        "entry": "nginx.conf",
    }
    return Finding(**{**plain, **words})


def result(*findings, texts=None):
    entries = {"nginx.conf": None, **{f.entry: None for f in findings}}
    return CheckResult(
        inputs=[Input(entry, "file", [entry], 1, 1, 1, True) for entry in entries],
        findings=sorted(findings, key=Finding.order),
        rules=["NG103"],
        engine="embedded",
        texts={"nginx.conf": CONF} if texts is None else texts,
    )


def kept(before, after):
    """Which findings of `after` count, with the baseline of `before`, through its file's text."""
    value = json.loads(baseline.dump(baseline.of(before, "b.json")))
    counted = baseline.apply(after, baseline._read(value), "b.json")
    return [f for f in counted.findings if f.counts], counted


def test_what_was_there_counts_no_more_wherever_its_line_is_now():
    moved = result(finding(line=9), texts={"nginx.conf": b"# new\n" * 7 + CONF})
    left, counted = kept(result(finding()), moved)
    assert (left, counted.baselined, counted.gone) == ([], 1, [])


@pytest.mark.parametrize(
    "other",
    [
        {"id": "NG104"},
        {"upstream": "users"},
        {"server": "api"},
        {"location": "/"},
        {"directive": "keepalive"},
        {"entry": "staging.conf"},
    ],
)
def test_another_finding_is_new(other):
    left, counted = kept(result(finding()), result(replace(finding(), **other)))
    assert len(left) == 1
    assert [gone.id for gone in counted.gone] == ["NG103"]


def test_one_more_of_the_same_is_new():
    left, counted = kept(result(finding()), result(finding(), finding()))
    assert (len(left), counted.baselined) == (1, 1)


def test_a_warning_that_was_accepted_does_not_cover_a_denial():
    warned = finding(level="warn")
    assert len(kept(result(warned), result(finding()))[0]) == 1
    assert kept(result(finding()), result(warned))[0] == []
    # Whatever stands first: the denial takes the denial's place.
    both = result(replace(warned, line=2), finding())
    left, _ = kept(result(finding()), both)
    assert [f.level for f in left] == ["warn"]


@pytest.mark.parametrize("rule", ["NG001", "NG002", "NG003", "NG004"])
def test_what_was_not_judged_is_never_accepted(rule):
    given = result(finding(rule))
    assert baseline.of(given, "b.json") == {}
    forged = baseline.Baseline({(rule, "nginx.conf", "", "", "orders", "x", "deny"): 9})
    assert baseline.apply(given, forged, "b.json").count("deny") == 1


def test_a_waived_finding_stays_waived_and_takes_no_place():
    waived = finding(waived={"owner": "o", "reason": "r"})
    assert baseline.of(result(waived), "b.json") == {}
    left, counted = kept(result(finding()), result(waived))
    assert (left, counted.waived, counted.baselined) == ([], 1, 0)


def test_what_is_gone_is_told_only_of_inputs_that_were_judged():
    other = finding(entry="other.conf", file="other.conf")
    _, counted = kept(result(finding(), other), result())
    assert [(gone.id, gone.upstream, gone.count) for gone in counted.gone] == [
        ("NG103", "orders", 1)
    ]


def test_writing_again_keeps_what_is_still_there():
    first = result(finding())
    again = baseline.apply(first, baseline.of(first, "b.json"), "b.json")
    assert baseline.of(again, "b.json") == baseline.of(first, "b.json")


def test_inputs_are_named_as_seen_from_the_baseline(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "nginx.conf").write_bytes(CONF)
    path = str(tmp_path / "baseline.json")
    monkeypatch.chdir(tmp_path)
    one = baseline.of(result(finding(entry="conf/nginx.conf")), path)
    monkeypatch.chdir(tmp_path / "conf")
    assert baseline.of(result(finding()), path) == one
    assert baseline.of(result(finding(entry=str(tmp_path / "conf" / "nginx.conf"))), path) == one
    assert next(iter(one))[1] == "conf/nginx.conf"


@pytest.mark.parametrize("git", [True, False])
def test_a_baseline_kept_elsewhere_outlives_the_folder_s_name(git, tmp_path, monkeypatch):
    keys = []
    for name in ("build-1", "build-2"):
        top = tmp_path / name
        (top / "site").mkdir(parents=True)
        (top / "site" / "nginx.conf").write_bytes(CONF)
        if git:
            (top / ".git").mkdir()
        for entry in ("site/nginx.conf", "site", "."):
            monkeypatch.chdir(top)
            keys.append(baseline.of(result(finding(entry=entry)), str(tmp_path / "b.json")))
        if git:
            # From anywhere, for the repository is the same.
            monkeypatch.chdir(tmp_path)
            entry = f"{name}/site/nginx.conf"
            assert baseline.of(result(finding(entry=entry)), "b.json") == keys[-3]
    assert keys[:3] == keys[3:]
    assert [next(iter(each))[1] for each in keys[:3]] == ["site/nginx.conf", "site", "."]


def test_the_text_is_in_order_and_holds_no_line():
    text = baseline.dump(baseline.of(result(finding("NG205"), finding()), "b.json"))
    entries = json.loads(text)["findings"]
    assert [entry["id"] for entry in entries] == ["NG103", "NG205"]
    assert "line" not in entries[0]
    assert entries[0]["directive"] == "keepalive_timeout"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"version": 2, "findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": [{}]}',
        '{"version": 1, "findings": [{"id": "NG103"}]}',
        '{"version": 1, "findings": [], "more": 1}',
        '{"version": 1, "findings": [{"id": "NG103", "input": "", "server": "", "location": "", '
        '"upstream": "", "directive": "", "level": "deny", "count": 0}]}',
        '{"version": 1, "findings": [{"id": "NG103", "input": "", "server": "", "location": "", '
        '"upstream": "", "directive": "", "level": "off", "count": 1}]}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_what_is_no_baseline_is_refused(text, tmp_path):
    path = tmp_path / "b.json"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(Refused, match="no baseline of version 1; make one"):
        baseline.load(str(path))


def test_a_baseline_that_is_not_there(tmp_path):
    with pytest.raises(Refused, match="no such file; make one"):
        baseline.load(str(tmp_path / "none.json"))
    with pytest.raises(Refused, match="a folder, no regular file"):
        baseline.load(str(tmp_path))


def test_reports_show_what_is_in_the_baseline_and_what_is_gone():
    _, counted = kept(result(finding(), finding("NG104")), result(finding()))
    text = by_name("text").render(counted)
    assert "in the baseline b.json" in text
    assert "1 NG103" in text
    assert "1 NG104 upstream orders" in text
    assert "0 denied, 0 warnings, 1 in the baseline" in text
    value = json.loads(by_name("json").render(counted))
    assert [f["baselined"] for f in value["findings"]] == [True]
    assert value["summary"]["baselined"] == 1
    assert [gone["id"] for gone in value["summary"]["gone"]] == ["NG104"]
    for form in ("sarif", "github", "gitlab"):
        assert "NG103" not in by_name(form).render(counted).split('"results"')[-1]
