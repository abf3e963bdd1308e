"""Every report over the same results: clean, found, waived, and written by somebody hostile."""

import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
import xmlschema
from jsonschema import Draft4Validator, Draft202012Validator

from nginx_grpc import catalogue, printable
from nginx_grpc.findings import CheckResult, Finding, Input, Replacement
from nginx_grpc.reports import FORMATS, by_name

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
SARIF = Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text()))
CODEQUALITY = Draft202012Validator(json.loads((SCHEMAS / "codequality.json").read_text()))
JUNIT = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")

TEXT = b"""http {
    upstream orders {
        server 127.0.0.1:50061;
        keepalive 16;
        keepalive_timeout 75s;
    }
    server {
        location /shop.Orders/ {
            grpc_pass orders;
        }
        location /shop.Users/ {
            grpc_pass orders;
        }
    }
}
"""


def finding(rule="NG103", line=5, **words):
    about = catalogue.by_id(rule)
    assert about is not None
    plain = {
        "id": rule,
        "slug": about.slug,
        "title": about.title,
        "level": "deny",
        "outcome": "fault",
        "msg": f"[{rule}] conf.d/api.conf:{line} upstream orders: closes late",
        "message": "closes late",
        "remedy": "keepalive_timeout 20s;",
        "file": "conf.d/api.conf",
        "line": line,
        "upstream": "orders",
        "cause": f"{rule} {line}",
        "evidence": about.evidence,
        "entry": "nginx.conf",
    }
    return Finding(**{**plain, **words})


def result(*findings, **words):
    given = Input("nginx.conf", "file", ["nginx.conf", "conf.d/api.conf"], 1, 2, 2, True)
    plain = {
        "inputs": [given],
        "findings": sorted(findings, key=Finding.order),
        "rules": [rule.id for rule in catalogue.rules()],
        "engine": "embedded",
        "texts": {"conf.d/api.conf": TEXT},
    }
    return CheckResult(**{**plain, **words})


LATE = finding()
SILENT = [
    finding(
        "NG106", line, location=path, upstream="", cause="http", remedy="grpc_read_timeout 300s;"
    )
    for line, path in ((8, "/shop.Orders/"), (11, "/shop.Users/"))
]
WARNED = finding("NG205", 3, level="warn", remedy="server 127.0.0.1:50061 max_fails=0;")
WAIVED = finding(
    "NG104", 4, waived={"owner": "payments", "reason": "moves in March", "expires": "2027-03-01"}
)
HOSTILE = finding(
    "NG101",
    1,
    file="conf d/é\n::error::%,:|`<b>.conf",
    message="a\r\n::stop-commands::x\x00\x1b[31m ]]> <script> | ` \u202e \udcff &amp; %0A ##[e]",
    remedy="grpc_pass a|b`<i>\n::warning::y;",
    server='"><x>\udc80',
    location="~ ^/(a|b)\x0b",
)
RESULTS = {
    "clean": result(),
    "found": result(LATE, *SILENT, WARNED),
    "waived": result(WAIVED),
    "mixed": result(LATE, *SILENT, WARNED, WAIVED),
    "hostile": result(HOSTILE, replace(HOSTILE, level="warn")),
    "nowhere": result(replace(LATE, line=0, file="-"), texts={}),
}
COUNTING = {"clean": 0, "found": 4, "waived": 0, "mixed": 4, "hostile": 2, "nowhere": 1}


def table():
    return pytest.mark.parametrize("name", RESULTS)


@pytest.mark.parametrize("form", FORMATS)
@table()
def test_a_report_is_whole_and_the_same_each_time(form, name):
    text = by_name(form).render(RESULTS[name])
    assert text == by_name(form).render(RESULTS[name])
    assert text == "" or text.endswith("\n")
    text.encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "gitlab"])
def test_what_is_waived_is_left_out(form):
    assert by_name(form).render(RESULTS["mixed"]) == by_name(form).render(RESULTS["found"])
    assert by_name(form).render(RESULTS["waived"]) == by_name(form).render(RESULTS["clean"])


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_what_is_waived_is_shown_with_its_owner(form):
    assert "payments" in by_name(form).render(RESULTS["waived"])


OPEN = "which of the two servers it is"


@pytest.mark.parametrize(
    ("form", "told", "written"),
    [
        ("text", f"  to decide: {OPEN}\n", "  fix: listen 443 ssl;\n"),
        ("github", f"%0ATo decide: {OPEN}", "%0AWrite: listen 443 ssl;"),
        ("markdown", f" to decide: {OPEN} |", "<code>listen 443 ssl;<"),
        ("sarif", f" To decide: {OPEN}", " Write: listen 443 ssl;"),
    ],
)
def test_what_is_to_decide_is_no_line_to_write(form, told, written):
    """The object of a controller can be said where nginx's own lines are to be decided."""
    open_ = finding(remedy=OPEN, fix={"applicability": "manual", "why": OPEN, "edits": []})
    said = replace(open_, remedy="listen 443 ssl;")
    assert told in by_name(form).render(result(open_))
    assert told not in by_name(form).render(result(said))
    assert written in by_name(form).render(result(said))


# SARIF


def sarif(name):
    log = json.loads(by_name("sarif").render(RESULTS[name]))
    assert [error.message for error in SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    return run


@table()
def test_sarif_is_valid_and_counts(name):
    run = sarif(name)
    assert len(run["results"]) == COUNTING[name]
    rules = run["tool"]["driver"]["rules"]
    for found in run["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
        (place,) = found["locations"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
        assert re.fullmatch(
            r"[A-Za-z0-9/._~%-]+", place["physicalLocation"]["artifactLocation"]["uri"]
        )


def test_sarif_holds_the_words_of_every_rule():
    rules = {rule["id"]: rule for rule in sarif("clean")["tool"]["driver"]["rules"]}
    assert list(rules) == [rule.id for rule in catalogue.rules()]
    for rule in rules.values():
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["helpUri"].startswith("https://")
        assert not re.search(r"\{[a-z_]+\}", json.dumps(rule))
        security = rule["id"].startswith("NG4") and "security" in rule["properties"]["tags"]
        assert ("security-severity" in rule["properties"]) == security
    assert float(rules["NG403"]["properties"]["security-severity"]) >= 7


def test_sarif_levels_are_those_of_the_findings():
    assert {r["ruleId"]: r["level"] for r in sarif("found")["results"]} == {
        "NG103": "error",
        "NG106": "error",
        "NG205": "warning",
    }


def test_an_unknown_rule_is_described_by_its_finding():
    run = json.loads(
        by_name("sarif").render(result(replace(LATE, id="NG999", title="from another version")))
    )["runs"][0]
    rule = run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]
    assert rule["shortDescription"]["text"] == "from another version"


def marks(given):
    run = json.loads(by_name("sarif").render(given))["runs"][0]
    return [found["partialFingerprints"]["nginxGrpc/v1"] for found in run["results"]]


def test_fingerprints_outlive_moved_lines_and_tell_findings_apart():
    found = [LATE, *SILENT, WARNED, LATE]
    before = marks(result(*found))
    assert len(set(before)) == len(before) == 5
    moved = [
        replace(f, line=f.line + 3, msg="other", message="60s is late", cause="") for f in found
    ]
    assert marks(result(*moved, texts={"conf.d/api.conf": b"# new\n\n# lines\n" + TEXT})) == before


@pytest.mark.parametrize(
    "other",
    [
        {"id": "NG104"},
        {"upstream": "users"},
        {"server": "api.internal"},
        {"location": "/other/"},
        {"entry": "staging/nginx.conf"},
        {"directive": "keepalive"},
    ],
)
def test_another_name_is_another_fingerprint(other):
    entry = other.get("entry", "nginx.conf")
    given = Input(entry, "file", [entry], 1, 2, 2, True)
    assert marks(result(replace(LATE, **other), inputs=[given])) != marks(result(LATE))


def fixes(given):
    """The fixes of the one result of a SARIF report."""
    run = json.loads(by_name("sarif").render(given))["runs"][0]
    (found,) = run["results"]
    return found.get("fixes")


def test_a_fix_has_all_that_its_edits_replace_in_every_file():
    edits = (
        Replacement("conf.d/api.conf", 3, 5, 3, 27, "keepalive_timeout 20s;"),
        Replacement("conf.d/api.conf", 5, 1, 5, 1, "a;\n"),
        Replacement("/etc/x y.conf", 1, 2, 4, 1, ""),
    )
    fix = {"applicability": "unsafe", "why": "", "edits": []}
    (found,) = fixes(result(replace(LATE, replacements=edits, fix=fix)))
    assert found["description"]["text"].startswith("Unsafe: ")
    assert [
        (
            change["artifactLocation"]["uri"],
            [
                (*each["deletedRegion"].values(), each["insertedContent"]["text"])
                for each in change["replacements"]
            ],
        )
        for change in found["artifactChanges"]
    ] == [
        ("conf.d/api.conf", [(3, 5, 3, 27, "keepalive_timeout 20s;"), (5, 1, 5, 1, "a;\n")]),
        ("file:///etc/x%20y.conf", [(1, 2, 4, 1, "")]),
    ]


def test_a_finding_without_an_edit_has_no_fix():
    assert fixes(result(LATE)) is None


# JUnit


@table()
def test_junit_is_valid_and_counts(name):
    text = by_name("junit").render(RESULTS[name])
    JUNIT.validate(text)
    root = ElementTree.fromstring(text)
    failing = [f for f in RESULTS[name].findings if f.counts and f.level == "deny"]
    assert int(root.attrib["failures"]) == len(failing) == len(root.findall(".//failure"))
    assert int(root.attrib["tests"]) == len(root.findall(".//testcase"))
    assert len(root.findall(".//failure")) + len(root.findall(".//skipped")) == COUNTING[name]


def test_junit_names_each_rule_and_each_input():
    other = Input("other.conf", "file", ["other.conf"], 1, 1, 1, True)
    both = result(LATE, inputs=[*RESULTS["found"].inputs, other])
    suites = ElementTree.fromstring(by_name("junit").render(both)).findall("testsuite")
    assert [suite.attrib["failures"] for suite in suites] == ["1", "0"]
    for suite in suites:
        assert {case.attrib["classname"] for case in suite} == set(both.rules)


def test_junit_fails_on_what_fails_the_check():
    strict = result(WARNED, fail_on="warn")
    assert 'failures="1"' in by_name("junit").render(strict)
    assert 'failures="0"' in by_name("junit").render(result(WARNED))


# GitHub

COMMAND = re.compile(r"::(error|warning) file=([^,:]+),line=(\d+),title=([^,:]+)::(.+)")


@table()
def test_github_has_one_command_a_finding(name):
    lines = by_name("github").render(RESULTS[name]).split("\n")
    assert lines.pop() == ""
    assert len(lines) == COUNTING[name]
    for line in lines:
        assert COMMAND.fullmatch(line), line


def test_github_shows_the_gravest_and_each_cause_first():
    text = by_name("github").render(RESULTS["found"])
    assert [(c[0], c[3][:5]) for c in COMMAND.findall(text)] == [
        ("error", "NG103"),
        ("error", "NG106"),
        ("error", "NG106"),
        ("warning", "NG205"),
    ]
    many = [replace(SILENT[0], location=f"/{n}", line=n, file="a.conf") for n in range(1, 20)]
    lines = by_name("github").render(result(*many, LATE)).split("\n")
    assert "NG103" in lines[1]


def test_github_says_the_same_thing_once():
    assert by_name("github").render(result(LATE, LATE)).count("::error") == 1


def unescaped(text):
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def test_github_gets_back_what_was_said():
    (command, *_) = COMMAND.findall(by_name("github").render(RESULTS["hostile"]))
    file = unescaped(command[1].replace("%3A", ":").replace("%2C", ","))
    assert file == printable.line(HOSTILE.file)
    assert unescaped(command[4]).startswith(printable.block(HOSTILE.message))


# GitLab


@table()
def test_gitlab_is_valid_and_counts(name):
    issues = json.loads(by_name("gitlab").render(RESULTS[name]))
    assert list(CODEQUALITY.iter_errors(issues)) == []
    assert len(issues) == COUNTING[name]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


# Markdown


@table()
def test_markdown_holds_one_row_a_finding_and_no_foreign_markup(name):
    text = by_name("markdown").render(RESULTS[name])
    rows = [line for line in text.split("\n") if re.match(r"\| \d+ \|", line)]
    assert len(rows) == COUNTING[name]
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 6, row
    assert not re.search(r"<(?!br>|/?code>)", text)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


def test_markdown_ends_below_the_limit_of_a_summary():
    many = [replace(LATE, line=n, message="m" * 2000) for n in range(1, 1000)]
    text = by_name("markdown").render(result(*many))
    assert len(text.encode()) < 1024 * 1024
    assert "left out" in text.splitlines()[-1]


# JSON


@table()
def test_json_holds_every_finding(name):
    value = json.loads(by_name("json").render(RESULTS[name]))
    assert len(value["findings"]) == len(RESULTS[name].findings)
    assert value["summary"]["deny"] == RESULTS[name].count("deny")
    assert value["summary"]["waived"] == RESULTS[name].waived
