"""The sample configurations and their labels, as `manifest.json` beside them tells."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus"
FILES = FOLDER / "files"
ABSENT = "the sample configurations (../shared/corpus) are not here: nothing is read"


@dataclass(frozen=True)
class Labelled:
    """One location with grpc_pass and what the labels say of it.

    Args:
        path: the location's path as the labels have it.
        line: the line of its grpc_pass.
        labels: "ok", "missing" or "unknown" by item of the checklist; "yes", "no" or "unknown" for
            `http2`.
    """

    path: str
    line: int
    labels: dict[str, str]


@dataclass(frozen=True)
class Sample:
    """One file: where it was published, and its labelled locations."""

    file: str
    repository: str
    path: str
    origin: str
    shape: str
    locations: list[Labelled]

    @property
    def text(self) -> bytes:
        """The file as it was published."""
        return (FILES / self.file).read_bytes()


def samples() -> dict[str, Sample]:
    """All of them by file name; none where they are absent."""
    if not FOLDER.is_dir():
        return {}
    manifest = json.loads((FOLDER / "manifest.json").read_bytes())
    return {entry["file"]: _sample(entry) for entry in manifest["files"]}


def _sample(entry: dict) -> Sample:
    return Sample(
        file=entry["file"],
        repository=entry["source"]["repo"],
        path=entry["source"]["path"],
        origin=entry["source"]["origin"],
        shape=entry["shape"],
        locations=[
            Labelled(each["location"], each["line"], each["labels"]) for each in entry["locations"]
        ],
    )
