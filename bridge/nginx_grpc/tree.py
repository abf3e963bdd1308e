"""The directive tree: what `sources` hands to `model`.

A tree holds nginx's text and nothing else: no defaults, no inheritance, no opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nginx_grpc.records import dataclass, field

__all__ = [
    "Comment",
    "Configuration",
    "Directive",
    "Ineffective",
    "Manifests",
    "Placeholder",
    "Text",
]


@dataclass(frozen=True, slots=True)
class Text:
    """One text to parse.

    Args:
        name: what tells it from all others of its library.
        data: the text.
        file, line_offset, key, one_line: see parsers.Place.
    """

    name: str
    data: bytes
    file: str
    line_offset: int = 0
    key: str = ""
    one_line: bool = False


@dataclass(slots=True, eq=False)
class Directive:
    """One directive.

    Args:
        name: the directive's name, as written.
        args: its arguments with quotes taken off, as nginx would see them. The
            condition of an `if` stands without its outer parentheses. Equal lines share them.
        file: the file it stands in, as a reader should see it.
        line: its first line in that file, from 1.
        block: its directives where it has a block, else None. Files that an
            `include` brings in stand in the including block itself, in nginx's order;
            those of a file that is included twice are in both blocks the same objects.
        key: the key of the ConfigMap it stands in, empty outside a manifest.
        unread: for an `include` that could not be read, why, as words for a reader.
            Every other `include` has been replaced by what it brought.
        column: where it starts in its line, from 1, in characters of the text it was read from:
            of a ConfigMap's key, of a template with the values in it. 0 where no line of the file
            is one of the text, as in a quoted YAML scalar, and for what nobody wrote.
    """

    name: str
    args: Sequence[str]
    file: str
    line: int
    block: list[Directive] | None = None
    key: str = ""
    unread: str = ""
    column: int = 0


@dataclass(slots=True)
class Comment:
    """A comment that speaks to this tool (`# nginx-grpc: ...`).

    Args:
        text: the comment without its leading `#`, stripped.
        file, line, key: where it stands.
        covers: the line of the directive it is for: the directive whose text shares
            its line, else the next directive of the same file; 0 where none follows.
    """

    text: str
    file: str
    line: int
    covers: int
    key: str = ""


class Placeholder(NamedTuple):
    """A name for something else to fill in, which nothing did, and where it stands.

    Args:
        name: the name.
        file, line, key: its first place, of those where it matters if there are any.
        matters: whether a value there can have a part in how calls are carried.
    """

    name: str
    file: str
    line: int
    key: str = ""
    matters: bool = True


class Ineffective(NamedTuple):
    """What an object of Kubernetes says, and its controller does not do as it reads.

    Args:
        kind, namespace, object: which object.
        name: the annotation or the key.
        value: what it says.
        state: `unknown` (no name that the controller knows), `refused` (a value that it does not
            take), `no_effect` (on gRPC), `lower_case` (a protocol that it takes for gRPC in upper
            case alone), `forbidden` (a snippet that it lets nobody write) or `undecided` (a snippet
            of which its ConfigMap, which is not here, decides).
        becomes: of a refused value, what becomes of the Ingress: `default` (what holds without it),
            `dropped` (the whole Ingress is left out) or `denied` (it answers 503); else empty.
        nearest: of an unknown name, the one that may be meant; empty where none is near.
        grpc: whether the object asks for gRPC, or would with the name that may be meant.
        file, line: where.
    """

    kind: str
    namespace: str
    object: str
    name: str
    value: str
    state: str
    becomes: str
    nearest: str
    grpc: bool
    file: str
    line: int


@dataclass(slots=True)
class Manifests:
    """The files that objects of Kubernetes were read from, to read them once more in other words.

    Args:
        files: their bytes by name, in the order in which they were read.
        settings: the controller's ConfigMap as it was asked for: NAMESPACE/NAME, a file or a
            folder; empty where it was not.
        text: that file; None where it is none.
        mounted: the files of that folder, which are named as its keys; None where it is none.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    settings: str = ""
    text: bytes | None = None
    mounted: dict[str, bytes] | None = None

    @property
    def on_disk(self) -> bool:
        """Whether `settings` is a file or a folder."""
        return self.text is not None or self.mounted is not None


@dataclass(slots=True)
class Configuration:
    """One nginx configuration, read and unjudged.

    Args:
        kind: how it was given: file, directory, stdin, dump or manifest.
        entry: the main file, key or name, as a reader should see it.
        context: what its text was recognised as: main, http, server, location or stream.
            `directives` are those of that context, unwrapped.
        directives: the tree.
        comments: the comments that speak to this tool.
        files: every file read, in the order of reading.
        texts: what was read, by the file's name as it stands in the directives (the
            section of a dump, the whole YAML file of a manifest), for a report that
            shows the lines around a finding.
        given: the path that it was given as, or found below; `-` is standard input.
        elsewhere: includes by patterns whose folder is not here, which were taken for empty as
            nginx would; `unread` says so. They are not in the tree.
        values: those of `files` that were read as the body of a map or the like, and may
            be that of a location in another place.
        parts: the texts in it, each with the place it stands in.
        brought: for each include that was read, by its file, key, line and column, the file and key
            of each text that it brought.
        container: the file that holds them all, where that is a dump.
        placeholders: the names that something is to fill in, each once. In the tree
            each is written `$(NAME)`, and what stands for it is not known.
        config_map: of the same, the namespace and name of the controller's ConfigMap.
        ineffective: of objects that a controller makes nginx's text of, what they say in vain.
        manifests: of the same, the files of all of them; else None.
        class_name: of the same, the class of the controller.
        stands_in: of the same, whether the location that carries gRPC stands for all that may be,
            and is none.
    """

    kind: str
    entry: str
    context: str
    directives: list[Directive]
    comments: list[Comment] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    given: str = "-"
    elsewhere: list[Directive] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    parts: list[Text] = field(default_factory=list)
    brought: dict[tuple[str, str, int, int], list[tuple[str, str]]] = field(default_factory=dict)
    container: str = ""
    placeholders: list[Placeholder] = field(default_factory=list)
    ineffective: list[Ineffective] = field(default_factory=list)
    config_map: tuple[str, str] = ("", "")
    manifests: Manifests | None = None
    class_name: str = ""
    stands_in: bool = False
