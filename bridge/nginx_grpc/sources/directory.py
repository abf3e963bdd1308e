"""A folder: every nginx configuration in it and below it."""

from __future__ import annotations

import os
import re

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.records import replace
from nginx_grpc.sources.contexts import check_nginx, context_of, is_whole
from nginx_grpc.sources.disk import DiskLibrary
from nginx_grpc.sources.dump import has_sections
from nginx_grpc.sources.includes import Reader, Text
from nginx_grpc.sources.interface import NothingError, ReadOptions, Source
from nginx_grpc.sources.kubernetes.manifest import ForeignError, OtherObjectsError
from nginx_grpc.sources.pieces import roots
from nginx_grpc.sources.recognition import source_of
from nginx_grpc.sources.search import grpc_pass_in, is_foreign, search
from nginx_grpc.tree import Configuration

__all__ = ["DirectorySource"]

_MANIFEST = expression(r".*\.(?:ya?ml|json)\Z", re.DOTALL | re.IGNORECASE)


class DirectorySource(Source):
    """A folder.

    A whole configuration in it stands alone, with what it includes. What none includes is judged as
    a fragment: the files of one folder that belong into http{} together, any other alone.

    Args:
        path: the folder as it was given.
        options: see ReadOptions.
    """

    def __init__(self, path: str, options: ReadOptions) -> None:
        self._path = path
        # Links and includes stay in the folder that was given, whichever file of it they are in.
        self._options = replace(options, root=options.root or path)
        self._top = os.path.normpath(path)
        if self._top == ".":
            self._top = ""
        self._readers: dict[str, Reader] = {}
        self._seen: dict[Reader, set[str]] = {}
        self._homes: set[str] = set()

    def collect(self) -> list[Configuration]:
        """See Source."""
        options = self._options
        allowed = [options.root, *options.maps.values()]
        roots = [os.path.realpath(each) for each in allowed]
        found = search(self._path, roots, options.limits, options.overlay)
        if options.left_out is not None:
            for folder in found.left_out:
                options.left_out(folder)
        if options.objects is not None:
            options.objects.beside.update(found.beside)
        unread = list(found.unread)
        beside: list[str] = []
        others: dict[str, bytes] = {}
        apart: dict[str, list[Configuration]] = {}
        files = dict(found.files)
        for path, data in found.likely.items():
            try:
                if _is_apart(path, data):
                    apart[path] = source_of(data, path, options).collect()
                else:
                    check_nginx(parse(data, path).directives, path)
                files[path] = data
            except OtherObjectsError as objects:
                beside.extend(objects.unjudged)
            except ForeignError:
                others[path] = data
            except Refused as refused:
                if not is_foreign(path):
                    unread.append(refused)
        for path, data in found.others.items():
            try:
                check_nginx(parse(data, path).directives, path)
                files[path] = data
            except Refused:
                others[path] = data
        self._tell(others, beside, unread, nothing=not files)
        texts = [
            Text(path, files[path], path)
            for path in sorted(files, key=os.fsencode)
            if path not in apart and not _is_apart(path, files[path])
        ]
        self._homes = {
            os.path.dirname(text.name) for text in texts if is_whole(text.data, text.file)
        }
        built = self._built(texts)
        result: list[Configuration] = []
        for path in sorted(files, key=os.fsencode):
            if path in built:
                result.append(built[path])
            elif path in apart:
                result.extend(apart[path])
            elif _is_apart(path, files[path]):
                result.extend(source_of(files[path], path, options).collect())
        return result

    def _tell(
        self, others: dict[str, bytes], beside: list[str], unread: list[Refused], *, nothing: bool
    ) -> None:
        """Say what is not judged of this folder.

        Args:
            others: files that are no nginx text, and may quote some.
            beside: what may carry calls in objects of Kubernetes, a sentence each.
            unread: why others can't be read.
            nothing: whether there is no configuration besides; then it is refused.
        """
        lines = [(path, grpc_pass_in(others[path])) for path in sorted(others, key=os.fsencode)]
        places = [f"{path}:{line}" for path, line in lines if line]
        where = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if places[3:] else "")
        if where:
            beside = [
                *beside,
                f"not judged: grpc_pass in what is no nginx text ({where}); "
                "give the text as a file of its own",
            ]
        if self._options.unjudged is not None:
            for sentence in beside:
                self._options.unjudged(sentence)
        if nothing:
            raise unread[0] if unread else NothingError(self._path, others=where)
        if self._options.unread is not None:
            for each in unread:
                self._options.unread(each)

    def _built(self, texts: list[Text]) -> dict[str, Configuration]:
        """The configurations by the name of their first file."""
        groups: dict[tuple[str, str], list[Text]] = {}
        contexts = {text.name: context_of(self._reader(text).expand(text)) for text in texts}
        for text in self._standing(texts, contexts):
            reader = self._reader(text)
            check_nginx(reader.parse(text), text.file)
            together = contexts[text.name] == "http"
            key = (os.path.dirname(text.name), "" if together else text.name)
            groups.setdefault(key, []).append(text)
        return {
            group[0].name: self._reader(group[0]).configuration(
                "directory",
                self._entry(group, len(groups) == 1),
                contexts[group[0].name],
                group,
            )
            for group in groups.values()
        }

    def _standing(self, texts: list[Text], contexts: dict[str, str]) -> list[Text]:
        """The whole configurations, and what these and each other do not include."""
        covered: set[str] = set()
        for text in texts:
            if contexts[text.name] == "main":
                self._below(text, covered)
        included = {
            os.path.realpath(name) for reader in self._readers.values() for name in reader.taken()
        }
        standing = roots(
            [text for text in texts if contexts[text.name] != "main"],
            included,
            self._below,
            covered,
            name=lambda text: os.path.realpath(text.name),
        )
        names = {text.name for text in standing}
        return [text for text in texts if contexts[text.name] == "main" or text.name in names]

    def _below(self, text: Text, covered: set[str]) -> None:
        reader = self._reader(text)
        covered.update(map(os.path.realpath, reader.below(text, self._seen[reader])))

    def _reader(self, text: Text) -> Reader:
        """What reads a text: relative includes start from the folder of the nginx.conf above it."""
        own = os.path.dirname(text.name)
        folder = own
        while folder not in self._homes and folder not in ("", os.sep, self._top):
            folder = os.path.dirname(folder)
        whole = folder in self._homes
        if not whole:
            folder = own
        reader = self._readers.get(folder)
        if reader is None:
            library = DiskLibrary(folder, self._options, whole=lambda: whole)
            reader = self._readers[folder] = Reader(library, self._options)
            self._seen[reader] = set()
        return reader

    def _entry(self, group: list[Text], alone: bool) -> str:
        name = group[0].name
        folder = os.path.dirname(name)
        if len(group) > 1:
            return self._path if folder == self._top else folder or "."
        main = alone and folder == self._top and os.path.basename(name) == "nginx.conf"
        return self._path if main else name


def _is_apart(path: str, data: bytes) -> bool:
    """Whether a file holds configurations of its own: a manifest, or the output of nginx -T."""
    return _MANIFEST.match(path) is not None or has_sections(data)
