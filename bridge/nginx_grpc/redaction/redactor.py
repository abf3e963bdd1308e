"""One run of redaction: what is seen, what stands for it, and where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.redaction.addresses import Addresses
from nginx_grpc.redaction.columns import Columns
from nginx_grpc.redaction.configurations import Tree, owners
from nginx_grpc.redaction.grammar import Grammar, Owner
from nginx_grpc.redaction.logs import Lines
from nginx_grpc.redaction.mapping import Map
from nginx_grpc.redaction.object_vocabulary import NAMING_HEADERS
from nginx_grpc.redaction.patterns import Patterns
from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.restoring import Restorer
from nginx_grpc.redaction.texts import TOP, edits_of
from nginx_grpc.redaction.words import Edit, Words, apply
from nginx_grpc.redaction.yaml_texts import YamlText
from nginx_grpc.sources.kubernetes.objects import read_again
from nginx_grpc.tree import Configuration, Manifests

__all__ = ["Redactor"]

_MODIFIED = expression(r"(?:(=|\^~|~\*|~) ?)?")


class Redactor:
    """Gives each word that is not nginx's own a pseudonym, the same everywhere.

    First everything is seen (`see`), then `settle` is called once, then the same things are asked
    for again with their pseudonyms.

    Args:
        shaped: see Pseudonyms.
    """

    def __init__(self, *, shaped: bool = False) -> None:
        self.names = Pseudonyms(shaped=shaped)
        self.wholes: dict[str, str] = {}
        self.addresses = Addresses()
        self.words = Words(self.names, self.addresses)
        self.patterns = Patterns(self.words)
        self.grammar = Grammar(self.words, self.patterns)
        self._lines = Lines(self.words)
        self._owners: dict[tuple[str, str], Owner] = {}
        self._read: dict[str, YamlText] = {}
        self._headers: set[str] = set()
        self._manifests: dict[tuple[str, bool], tuple[bytes, dict[tuple[str, str], Columns]]] = {}
        self._again: dict[str, Configuration] = {}

    def see(self, configurations: Iterable[Configuration]) -> None:
        """Looks at the texts of configurations."""
        configurations = list(configurations)
        for configuration in configurations:
            if configuration.kind == "manifest" and configuration.manifests is None:
                self._owners.update(owners(configuration))
        for configuration in configurations:
            for name in (configuration.given, configuration.entry, *configuration.files):
                self.file(name)
            self.texts(configuration)
            for directive in configuration.elsewhere:
                self.grammar.statement(TOP, [directive.name, *directive.args], entry=False)

    def settle(self) -> None:
        """Gives the pseudonyms out."""
        self.names.settle()
        self.addresses.settled = True

    def texts(self, configuration: Configuration) -> dict[str, bytes]:
        """The texts of a configuration with pseudonyms, by their old names."""
        return self._texts(configuration, {})

    def _texts(
        self, configuration: Configuration, columns: dict[tuple[str, str], Columns]
    ) -> dict[str, bytes]:
        if configuration.manifests is not None:
            return self._objects(configuration.manifests)
        places = owners(configuration)
        texts: dict[str, bytes] = {}
        for file, data in configuration.texts.items():
            if configuration.kind == "manifest":
                texts[file] = self._manifest(file, data, columns)
                continue
            text = data.decode("latin-1")
            edits = list(edits_of(text, self.grammar, self.names, places.get((file, ""), TOP)))
            columns[file, ""] = done = Columns(text, edits)
            texts[file] = done.redacted()
        return texts

    def _manifest(self, file: str, data: bytes, columns: dict[tuple[str, str], Columns]) -> bytes:
        from nginx_grpc.redaction.manifests import redacted_manifest

        key = (file, self.names.settled)
        if key not in self._manifests:
            found: dict[tuple[str, str], Columns] = {}
            text = self._yaml(file, data)
            done = redacted_manifest(text, file, self, self._owners, found, self._headers)
            self._manifests[key] = done, found
        done, found = self._manifests[key]
        columns.update(found)
        return done

    def _yaml(self, file: str, data: bytes) -> YamlText:
        from nginx_grpc.redaction.manifests import named_headers

        if file not in self._read:
            self._read[file] = YamlText(data)
            self._headers |= named_headers(self._read[file])
        return self._read[file]

    def _objects(self, manifests: Manifests) -> dict[str, bytes]:
        """The files of objects with pseudonyms, by their old names."""
        from nginx_grpc.redaction.manifests import redacted_setting

        files = dict(manifests.files)
        if manifests.text is not None:
            files[manifests.settings] = manifests.text
        for file, data in files.items():
            self._yaml(file, data)
        for name, data in (manifests.mounted or {}).items():
            if os.path.basename(name) in NAMING_HEADERS:
                self._headers.add(data.decode("latin-1").strip())
        texts = {file: self._manifest(file, data, {}) for file, data in files.items()}
        for file, data in (manifests.mounted or {}).items():
            texts[file] = redacted_setting(os.path.basename(file), data, self)
        for file in texts:
            self.file(file)
        return texts

    def _of_objects(self, configuration: Configuration, manifests: Manifests) -> None:
        """Puts what is read of the redacted objects in place of what was read of the others."""
        name = self.word(configuration.class_name, "object")
        if name not in self._again:
            texts = self._objects(manifests)
            new = Manifests({self.file(file): texts[file] for file in manifests.files})
            kind = "file" if manifests.on_disk else "object"
            new.settings = self.word(manifests.settings, kind)
            if manifests.text is not None:
                new.text = texts[manifests.settings]
            if manifests.mounted is not None:
                new.mounted = {self.file(file): texts[file] for file in manifests.mounted}
            self._again = {each.class_name: each for each in read_again(new)}
        found = self._again.pop(name, None)
        if found is None:
            raise Refused("with pseudonyms in them the objects are others", "show a part of them")
        for each in fields(Configuration):
            setattr(configuration, each.name, getattr(found, each.name))

    def text(self, data: bytes, owner: Owner = TOP) -> bytes:
        """nginx text with pseudonyms; `owner` is the block that includes it."""
        text = data.decode("latin-1")
        edits = list(edits_of(text, self.grammar, self.names, owner))
        return apply(text, edits).encode("latin-1")

    def configuration(self, configuration: Configuration) -> None:
        """Puts pseudonyms into a configuration that was seen, in place."""
        if configuration.manifests is not None:
            self._of_objects(configuration, configuration.manifests)
            return
        columns: dict[tuple[str, str], Columns] = {}
        texts = self._texts(configuration, columns)
        Tree(self.grammar, self.names, self.file, columns).redact(configuration, texts)

    def dump(self, data: bytes, configuration: Configuration) -> bytes:
        """The output of nginx -T, of which a configuration was read."""
        from nginx_grpc.redaction.dumps import redacted_dump

        return redacted_dump(data, self, owners(configuration))

    def log_line(self, data: bytes) -> bytes:
        """A line of a log, or of a program's messages."""
        return self._lines.line(data)

    def log(self, data: bytes) -> bytes:
        """A log, line by line."""
        return b"".join(map(self.log_line, data.splitlines(keepends=True)))

    def file(self, name: str) -> str:
        """A file's name; the same is not done twice, for a pseudonym stands for itself."""
        if name in ("-", ""):
            return name
        return self._applied(name, "file")

    def word(self, text: str, kind: str) -> str:
        """A text of one kind: file, host, path, header, variable, upstream, value, or object for
        the name of one of Kubernetes."""
        return self._applied(text, kind)

    def settings(self, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The settings of a run with pseudonyms."""
        from nginx_grpc.redaction.settings import redacted_settings

        return None if values is None else redacted_settings(values, self)

    def settings_text(self, data: bytes) -> bytes:
        """The text of a settings file."""
        from nginx_grpc.redaction.settings import redacted_settings_text

        return redacted_settings_text(data, self)

    def _applied(self, text: str, kind: str) -> str:
        view = text.encode("utf-8", "surrogateescape").decode("latin-1")
        edits = self.edits(view, kind)
        return apply(view, edits).encode("latin-1").decode("utf-8", "surrogateescape")

    def edits(self, view: str, kind: str) -> list[Edit]:
        """What is replaced in a text of one kind, see `word`."""
        edits: list[Edit] = []
        if kind == "file":
            self.words.file(view, 0, len(view), edits)
        elif kind == "host":
            self.words.host(view, 0, len(view), edits)
        elif kind == "upstream":
            self.words.host(view, 0, len(view), edits, "upstream")
        elif kind == "path":
            self.words.path(view, 0, len(view), edits)
        elif kind == "object":
            from nginx_grpc.redaction.objects import ObjectWords

            edits += ObjectWords(self).name(view)
        elif kind == "header":
            self.words.header(view, 0, len(view), edits)
        elif kind == "pattern":
            self.patterns.pattern(view, 0, len(view), edits, "path")
        elif kind == "location":
            found = _MODIFIED.match(view)
            assert found is not None
            if found[1] and found[1].startswith("~"):
                self.patterns.pattern(view, found.end(), len(view), edits, "path")
            else:
                self.words.path(view, found.end(), len(view), edits)
        else:
            self.words.value(view, 0, len(view), edits)
        return edits

    def kept(self) -> Map:
        """The mapping of this run, to go on with or to translate back by."""
        mapping = Map(
            shaped=self.names.shaped,
            given=self.names.kept(),
            words=self.names.restores(),
            asked=self.addresses.kept(),
            addresses=self.addresses.restores(),
            classes=self.patterns.restores(),
        )
        pieces = Restorer(mapping)
        mapping.wholes = {
            now: was
            for now, was in self.wholes.items()
            if pieces.text(now.encode("latin-1")) != was.encode("latin-1")
        }
        return mapping

    def go_on(self, kept: Map) -> None:
        """Takes over the mapping of an earlier run, before anything is seen."""
        self.names.go_on(kept.given, kept.words)
        self.addresses.go_on(kept.asked)
        self.patterns.go_on(kept.classes)
        self.wholes.update(kept.wholes)
