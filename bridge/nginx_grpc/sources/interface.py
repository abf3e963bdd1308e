"""The interface of a source: something that was given, to configurations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Configuration

if TYPE_CHECKING:
    from nginx_grpc.sources.kubernetes.objects import Objects

__all__ = ["Limits", "NothingError", "ReadOptions", "Source"]


class NothingError(Refused):
    """A folder without any nginx configuration.

    Args:
        path: the folder.
        named: whether the user named it; the current folder is where one looks who names nothing.
        others: where a `grpc_pass` stands in files that are no nginx text, empty for nowhere.
    """

    def __init__(self, path: str, *, named: bool = True, others: str = "") -> None:
        self.named = named
        self.others = others
        what = "no nginx configuration here"
        super().__init__(
            f"{what}, though there is grpc_pass in {others}" if others else what,
            "name the folder or the file that holds it",
            path,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take at most; beyond it: Refused, or a gap where only one include is.

    Args:
        files: files read.
        file_bytes: bytes of one file.
        total_bytes: bytes of all files together.
        include_depth: includes inside each other.
        statements: directives after every include was put in.
        unread: includes that could not be read.
        names: names looked at while matching patterns.
    """

    files: int = 10_000
    file_bytes: int = 256 * 1024 * 1024
    total_bytes: int = 1024 * 1024 * 1024
    include_depth: int = 16
    statements: int = 5_000_000
    unread: int = 10_000
    names: int = 200_000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    Args:
        prefix: the folder that relative includes start from; by default the main file's.
        root: the folder that includes can't leave; by default the entry's.
        maps: where an absolute path lives on this machine, `{"/etc/nginx": "site"}`.
            Without an entry for it, `/etc/nginx` is the folder of relative includes.
        overlay: what stands in a file in place of what is on disk, by the file's real path.
        limits: what a reading may take.
        definitions: values by name, put into texts before they are read; see `definitions`.
        progress: called after each file with the number of files read and its name.
        left_out: called with each folder that a search did not look into.
        note: called with a sentence on what else a reader should know.
        unjudged: called with a sentence on each thing that was given, may carry calls and is not
            judged.
        controller_configmap: ingress-nginx's ConfigMap: a file that holds it, a folder of its keys,
            or NAMESPACE/NAME of one that is given; empty for one that looks like it.
        objects: takes the objects that are judged together; `sources.read` sets it.
        unread: called with the reason for each text that looks like nginx's, stands beside what is
            judged and can't be read.
    """

    prefix: str = ""
    root: str = ""
    maps: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, bytes] = field(default_factory=dict)
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    controller_configmap: str = ""
    objects: Objects | None = None
    progress: Callable[[int, str], None] | None = None
    left_out: Callable[[str], None] | None = None
    note: Callable[[str], None] | None = None
    unjudged: Callable[[str], None] | None = None
    unread: Callable[[Refused], None] | None = None


class Source(ABC):
    """One thing that was given: a file, a folder, a dump, a manifest."""

    @abstractmethod
    def collect(self) -> list[Configuration]:
        """Its configurations, at least one, or Refused saying what to do."""
