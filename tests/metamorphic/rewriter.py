"""One configuration, rewritten, given and judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.metamorphic import giving, judging, spellings
from tests.metamorphic.text import Items, Layout, parse, write

Rewriting = Callable[[Layout, Random], Layout]
Spelling = Callable[[Items, str], str]


class Rewriter:
    """Args: the configuration's name and text, and a folder for its files."""

    def __init__(self, name: str, text: str, folder: Path) -> None:
        self.name, self.text, self._folder = name, text, folder
        self._count = 0

    def layout(self) -> Layout:
        """The configuration as it is, as statements."""
        return Layout(parse(self.text))

    def files(self, *rewritings: Rewriting, spelling: Spelling = spellings.lines) -> giving.Files:
        """The files after rewritings of the directives, in turn, in a spelling.

        Random choices are drawn from the names, so that each run makes the same.
        """
        layout = self.layout()
        for number, rewriting in enumerate(rewritings):
            layout = rewriting(layout, Random(f"{self.name} {number} {rewriting.__name__}"))
        return {
            name: spelling(items, write(items)).encode("latin-1") for name, items in layout.files()
        }

    def original(self) -> Judged:
        """The text as it came, in a file."""
        return self.judged({"nginx.conf": self.text.encode("latin-1")})

    def judged(self, files: giving.Files, give: giving.Giving = giving.as_file) -> Judged:
        """Files, given in a way."""
        self._count += 1
        here = self._folder / str(self._count)
        return Judged(judging.documents(give(files, here)), str(here))


class Judged:
    """Documents and what the policy says of them, apart from places."""

    def __init__(self, documents: list[dict[str, Any]], folder: str) -> None:
        self._documents, self._folder = documents, folder

    @property
    def has_unread_includes(self) -> bool:
        return any(gap["kind"] == "include" for each in self._documents for gap in each["gaps"])

    @property
    def documents(self) -> Any:
        return judging.without_places(self._documents, self._folder)

    @property
    def documents_without_reasons(self) -> Any:
        """Apart from why an include was not read: a dump has other reasons than a folder."""
        return judging.without_places(self._documents, self._folder, reasons=False)

    @property
    def findings(self) -> Any:
        return judging.findings(self._documents, self._folder)

    @property
    def findings_without_words(self) -> Any:
        """Apart from the texts, which show values as they are written."""
        return judging.findings(self._documents, self._folder, words=False)
