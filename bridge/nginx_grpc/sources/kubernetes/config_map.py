"""The nginx texts of one ConfigMap: its keys, with includes among them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.sources import glob, pieces
from nginx_grpc.sources.contexts import context_of, is_blank
from nginx_grpc.sources.includes import Library, NoFolderError, Reader, Text, UnreadError
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.sources.kubernetes.keys import OTHERS
from nginx_grpc.tree import Configuration, Directive

__all__ = ["configurations"]


def configurations(
    texts: Mapping[str, Text], nginx: Collection[str], entry: str, options: ReadOptions
) -> list[Configuration]:
    """The configurations in a ConfigMap, or Refused.

    Args:
        texts: every key's text, `name` and `key` being the key; a literal include may bring in any.
        nginx: the keys that are nginx text, at least one. Others may still be the body of a block
            (a map's) that an include brings in.
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
    """Where the keys are mounted is not known, so a path is its last component here.

    A pattern takes no key that is a whole nginx.conf, and none that an include with a full name has
    in another folder: `conf.d/*.conf` does not mean the key that is included as `snippets/a.conf`.
    """

    has_folders = False
    certain = False

    def __init__(
        self, texts: Mapping[str, Text], nginx: Collection[str], options: ReadOptions
    ) -> None:
        self._texts = texts
        self._folders: dict[str, set[str]] = {}
        self.reader = Reader(self, options)
        self._candidates: list[bytes] = []
        for key in sorted(texts, key=str.encode):
            if key not in nginx:
                if _is_body(texts[key]):
                    self._candidates.append(key.encode())
                continue
            directives = self.reader.parse(texts[key])
            if context_of(directives) != "main":
                self._candidates.append(key.encode())
            for include in _includes(directives):
                if not glob.is_pattern(include.encode("utf-8", "surrogateescape")):
                    folder, name = _split(include)
                    self._folders.setdefault(name, set()).add(folder)

    def find(self, include: str) -> list[str]:
        folder, name = _split(include)
        if not glob.is_pattern(include.encode("utf-8", "surrogateescape")):
            return [name]
        found = [
            key
            for key in map(
                bytes.decode,
                glob.matching(name.encode("utf-8", "surrogateescape"), self._candidates),
            )
            if key not in self._folders or folder in self._folders[key]
        ]
        if not found:
            # Another ConfigMap may be mounted there.
            raise NoFolderError
        return found

    def load(self, name: str) -> Text:
        text = self._texts.get(name)
        if text is None:
            raise UnreadError("no such key in the ConfigMap", elsewhere=True)
        return text


def _is_body(text: Text) -> bool:
    """Whether nginx could read it inside of some block, as far as its syntax goes."""
    if OTHERS.search(text.name) or is_blank(text.data):
        return False
    for free_names in (False, True):
        try:
            parsed = parse(text.data, text.file, free_names=free_names)
        except Refused:
            continue
        return free_names or context_of(parsed.directives) != "main"
    return False


def _split(include: str) -> tuple[str, str]:
    folder, _, name = include.rpartition("/")
    return posixpath.normpath(posixpath.join("/etc/nginx", folder)), name


def _includes(directives: list[Directive]) -> Iterator[str]:
    stack = list(directives)
    while stack:
        directive = stack.pop()
        if directive.name == "include" and len(directive.args) == 1:
            yield directive.args[0]
        stack.extend(directive.block or ())
