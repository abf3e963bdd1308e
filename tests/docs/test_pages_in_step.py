"""The generated pages say what the schemas, the rules, the examples and the records say now."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nginx_grpc import catalogue

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.mark.parametrize(
    "tool",
    ["schema_pages.py", "rule_pages.py", "symptom_pages.py", "knob_page.py", "upgrade_page.py"],
)
def test_in_step(tool):
    command = [sys.executable, ROOT / "tools" / tool, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_out_of_step_is_noticed(tmp_path, monkeypatch):
    """The check is one: a changed page, a missing one and one too many fail it."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    import rule_pages
    import schema_pages

    monkeypatch.setattr(rule_pages, "PAGES", tmp_path / "rules")
    monkeypatch.setattr(rule_pages, "ROOT", tmp_path)
    monkeypatch.setattr(rule_pages, "pages", lambda: [(tmp_path / "rules" / "NG1.md", "now")])
    assert rule_pages.main(["--check"]) == 1
    assert rule_pages.main([]) == 0
    assert rule_pages.main(["--check"]) == 0
    (tmp_path / "rules" / "NG2.md").write_text("no such rule")
    assert rule_pages.main(["--check"]) == 1
    assert rule_pages.main([]) == 0
    assert [path.name for path in (tmp_path / "rules").iterdir()] == ["NG1.md"]

    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(schema_pages, "ROOT", tmp_path)
    monkeypatch.setattr(schema_pages, "pages", lambda: {tmp_path / "docs" / "a.md": "now"})
    assert schema_pages.main(["--check"]) == 1
    assert schema_pages.main([]) == 0
    assert schema_pages.main(["--check"]) == 0


def test_the_terminal_shows_the_short_form():
    page = catalogue.show("NG105", "text", color=False, width=80)
    assert (
        "change:   - grpc_next_upstream off;\n          + grpc_next_upstream error timeout;" in page
    )
    assert "seen:     C-core: UNAVAILABLE (5 of 10 calls)" in page
    assert "Connection refused" in page
    assert re.search(r"^measured: \d{4}-\d\d-\d\d on nginx 1\.22\.1 and 1\.31\.3 with", page, re.M)


def test_the_evidence_is_of_rules_that_there_are():
    recorded = {path.stem for path in (DOCS / "evidence").glob("*.json")}
    assert recorded == {rule.id for rule in catalogue.rules() if rule.id >= "NG101"}


PAGES = sorted(
    path for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")]
)


def anchors(page):
    """The names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading).strip().lower() for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page):
    """Links within the repository lead somewhere."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


LIVE_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_tests_exist(page):
    """`tests/...py::test_name` in a page is a test that there is."""
    text = page.read_text(encoding="utf-8").replace("ng218_SLUG", "ng102_grpc_pass_scheme")
    for path, name in LIVE_TEST.findall(text):
        assert (ROOT / path).is_file(), path
        assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), name
