"""The nginx texts of one ConfigMap: its keys, with includes among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nginx_grpc.errors import Refused
from nginx_grpc.sources import glob, pieces
from nginx_grpc.sources.includes import Library, Reader, Text, UnreadError
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.sources.levels import level
from nginx_grpc.tree import Configuration

__all__ = ["configurations"]


def configurations(
    texts: Mapping[str, Text], nginx: Collection[str], entry: str, options: ReadOptions
) -> list[Configuration]:
    """The configurations in a ConfigMap, or Refused.

    Args:
        texts: every key's text, `name` and `key` being the key; a literal include may bring in any.
        nginx: the keys that are nginx text, at least one.
        entry: the ConfigMap's name for a reader; that of a configuration has the key after a /.
        options: limits and progress; prefix, root and maps have no say.
    """
    library = _Keys(texts, nginx, options)
    return pieces.configurations(
        [texts[key] for key in nginx],
        library.reader,
        kind="manifest",
        entry=lambda group: entry if len(group) > 1 else f"{entry}/{group[0].key}",
    )


class _Keys(Library):
    """A path is its last component here: where the keys are mounted is not known."""

    def __init__(
        self, texts: Mapping[str, Text], nginx: Collection[str], options: ReadOptions
    ) -> None:
        self._texts = texts
        self._nginx = sorted(map(str.encode, nginx))
        self.reader = Reader(self, options)

    def find(self, include: str) -> list[str]:
        name = include.rpartition("/")[2]
        if not glob.is_pattern(include.encode("utf-8", "surrogateescape")):
            return [name]
        found = glob.matching(name.encode("utf-8", "surrogateescape"), self._nginx)
        return [key for key in map(bytes.decode, found) if not self._is_main(key)]

    def load(self, name: str) -> Text:
        text = self._texts.get(name)
        if text is None:
            raise UnreadError("no such key in the ConfigMap")
        return text

    def _is_main(self, key: str) -> bool:
        # A whole nginx.conf is never included: a pattern that takes its key means other files.
        try:
            return level(self.reader.parse(self._texts[key])) == "main"
        except Refused:
            return False
