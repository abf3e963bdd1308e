"""Whatever a configuration, a path or an engine says, a report shows it and obeys none of it."""

import json
import re
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from dataclasses import fields

import pytest

from nginx_grpc import printable
from nginx_grpc.errors import Refused
from nginx_grpc.findings import CheckResult, Finding, Gone, Input
from nginx_grpc.reports import FORMATS, by_name

# Control characters, marks of direction, no width, line separators, lone surrogates, tags.
UNSEEN = [
    letter
    for letter in map(chr, range(sys.maxunicode, -1, -1))
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
] + list("\u034f\u115f\u3164\ufe0f\uffa0\u2800\ufffe\uffff\xa0\U000e0101")
COMMANDS = "\n::error::c\r\n::stop-commands::c\n ::c::\r::c:: ##[c]x ##vso[c]x ###[c] ##teamcity[c]"
MARKUP = " <script>c</script> ]]> <![CDATA[ &amp; [c](http://c) ![c](c) `c` | *c* @c www.c.org"
HOSTILE = "".join(UNSEEN) + COMMANDS + MARKUP


def hostile(kind, **plain):
    """An object of which each text that is not given is hostile."""
    words = {
        field.name: f"{field.name}{HOSTILE}"
        for field in fields(kind)
        if field.type == "str" and field.name not in plain
    }
    return kind(**{**words, **plain})


def result():
    given = hostile(Input, files=[HOSTILE], servers=1, locations=1, grpc_locations=0, complete=True)
    common = {"line": 1, "file": HOSTILE, "entry": given.entry}
    waived = dict.fromkeys(("owner", "reason", "expires", "until"), HOSTILE)
    return hostile(
        CheckResult,
        inputs=[given],
        findings=[
            hostile(Finding, level="deny", **common),
            hostile(Finding, level="warn", cause="a", **common),
            hostile(Finding, level="warn", cause="a", **common),
            hostile(Finding, level="deny", waived=waived, **common),
            hostile(Finding, level="deny", baselined=True, **common),
        ],
        rules=[HOSTILE],
        texts={HOSTILE: HOSTILE.encode("utf-8", "surrogatepass")},
        gone=[hostile(Gone, count=1)],
        fail_on="deny",
    )


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def assert_shown(text):
    for line in text.split("\n"):
        assert line.isprintable(), [hex(ord(each)) for each in line if not each.isprintable()]


def assert_harmless(text):
    assert_shown(text)
    for line in text.split("\n"):
        assert not line.strip().startswith("::")
        assert not re.search(r"##\w*\[", line)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_has_no_character_and_no_command_of_its_input(form):
    text = by_name(form).render(result())
    if form == "github":
        # Its lines are commands, each of one line, and what they hold is for people.
        assert all(
            re.match(r"::(error|warning|notice) (file|title)=", line) for line in text.splitlines()
        )
        text = re.sub(r"(?m)^::(error|warning|notice) .*::", "", text).replace("%0A", "\n")
    assert text
    assert_harmless(text)


def test_colours_are_the_reports_own():
    text = by_name("text", color=True).render(result())
    assert_harmless(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert by_name("text").render(result()) == re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_what_people_read_of_a_json_report_is_harmless_too():
    for issue in json.loads(by_name("gitlab").render(result())):
        assert_shown(issue["description"] + issue["content"]["body"])
    (run,) = json.loads(by_name("sarif").render(result()))["runs"]
    for found in run["results"]:
        assert_shown(found["message"]["text"])
        assert "](" not in found["message"]["text"]
        assert_shown(found["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])


def test_json_keeps_what_was_said():
    texts = list(strings(json.loads(by_name("json").render(result()))))
    assert f"server{HOSTILE}" in texts
    assert HOSTILE in texts


def test_junit_is_read_back_as_it_was_shown():
    root = ElementTree.fromstring(by_name("junit").render(result()))
    for element in root.iter():
        for text in [*element.attrib.values(), element.text or ""]:
            assert_shown(text)


def test_markdown_has_no_markup_of_its_input():
    text = by_name("markdown").render(result())
    assert not re.search(r"<(?!br>|/?code>|!-- -->)", text)
    outside = re.sub(r"<code>.*?</code>|<!-- -->", "", text)
    own = re.sub(r"(?m)^\| [^|]* \| (deny|warn) \[", "", outside)
    assert not re.search(r"(?<!\\)[!*\[]", own)
    assert "@c" not in re.sub(r"<code>.*?</code>", "", text)
    for link in ("://", "www."):
        assert link not in re.sub(r"\]\([^)]*\)", "", text)


def test_an_error_is_one_harmless_line():
    said = str(Refused(HOSTILE, HOSTILE, HOSTILE, 1))
    assert "\n" not in said
    assert_harmless(f"nginx-grpc: {said}")


def test_every_character_is_shown_and_told_apart():
    shown = [printable.line(letter) for letter in UNSEEN]
    assert all(text.isprintable() and text.isascii() for text in shown)
    assert len(set(shown)) == len(UNSEEN)
    assert printable.line("grpc_pass grpc://[::1]:50051; # é 漢 🙂") == (
        "grpc_pass grpc://[::1]:50051; # é 漢 🙂"
    )
    assert printable.line("\x1b\u202e\U000e0041") == "\\x1b\\u202e\\U000e0041"
