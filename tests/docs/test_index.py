"""docs/README.md leads to every page, and all its links lead somewhere."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
INDEX = (DOCS / "README.md").read_text()
LINKS = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", INDEX)]


def test_every_page_is_in_it():
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert pages - set(LINKS) == set()


def test_every_link_leads_somewhere():
    assert [link for link in LINKS if not (DOCS / link).exists()] == []
    sections = re.findall(r"\]\(([a-z]+\.md)#([^)]+)\)", INDEX)
    for page, section in sections:
        titles = re.findall(r"^#+ (.*)", (DOCS / page).read_text(), re.MULTILINE)
        assert section in [title.lower().replace(" ", "-") for title in titles]
