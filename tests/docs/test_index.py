"""docs/README.md leads to every page, and all its links lead somewhere."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
INDEX = (DOCS / "README.md").read_text()
LINKS = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", INDEX)]


def test_every_page_is_in_it():
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.glob("**/*.md")}
    pages = {page for page in pages if not page.startswith("rules/NG")} - {"README.md"}
    assert pages - set(LINKS) == set()


def test_every_link_leads_somewhere():
    assert [link for link in LINKS if not (DOCS / link).exists()] == []
    sections = re.findall(r"\]\(([a-z]+\.md)#([^)]+)\)", INDEX)
    for page, section in sections:
        titles = re.findall(r"^#+ (.*)", (DOCS / page).read_text(), re.MULTILINE)
        assert section in [title.lower().replace(" ", "-") for title in titles]


def test_every_link_of_a_page_leads_somewhere():
    broken = [
        f"{page.name}: {link}"
        for page in DOCS.glob("**/*.md")
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", _prose(page.read_text()))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []


def test_a_rule_s_page_is_a_screen():
    """What is folded apart, a reader sees it without scrolling: 55 lines that say something."""
    for page in DOCS.glob("rules/NG*.md"):
        text = re.sub(r"<details>.*?</details>", "", page.read_text(), flags=re.DOTALL)
        assert len([line for line in text.splitlines() if line.strip()]) <= 55, page.name


def _prose(text):
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
