"""Wrong lines, planted in a copy of the package: what does not find them is not known to bite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Bug"]


@dataclass(frozen=True)
class Bug:
    """One wrong line.

    Args:
        name: in a few words.
        file: in the folder that is copied, as `model/variables.py` of the package.
        right, wrong: the text as it is, once in the file, and as it is planted.
    """

    name: str
    file: str
    right: str
    wrong: str

    def planted(self, folder: Path) -> str:
        """The file with it. Raises ValueError where the text is not there, or more than once."""
        text = (folder / self.file).read_text()
        if text.count(self.right) != 1:
            raise ValueError(f"{self.name}: {self.file} has changed; write the bug anew")
        return text.replace(self.right, self.wrong)

    def plant(self, copy: Path) -> None:
        """Writes it into a copy of the folder."""
        (copy / self.file).write_text(self.planted(copy))
