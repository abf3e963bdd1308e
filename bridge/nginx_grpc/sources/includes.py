"""Includes put in place of the directive that names them, wherever their texts come from."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import Including, Parsed, parse
from nginx_grpc.parsers.encoding import plain
from nginx_grpc.parsers.interface import MAX_DEPTH
from nginx_grpc.placement import inside, is_handler, takes
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources import placeholders
from nginx_grpc.sources.contexts import contexts
from nginx_grpc.sources.definitions import fill_in
from nginx_grpc.sources.glob import AmbiguousError, is_pattern
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.sources.taken import Tree
from nginx_grpc.tree import Configuration, Directive, Text

__all__ = ["Inclusion", "Library", "NoFolderError", "Reader", "Text", "UnreadError"]

# Files that come with nginx or its packages and say nothing about gRPC, where these put them, each
# with the contexts that these include it in: what stands in another is somebody's own. Of the many
# files named *_params these four; a grpc_params is somebody's own and says much.
_HOME = (
    r"(?:/etc/nginx/|/usr/local/etc/nginx/|/usr/local/nginx/conf/|/opt/homebrew/etc/nginx/"
    r"|/usr/local/openresty/nginx/conf/)?"
)
_KNOWN = expression(
    rf"(?P<main>{_HOME}modules-enabled/[^/]*\Z|/usr/share/nginx/modules/[^/]*\Z)"
    rf"|(?P<http>{_HOME}(?:mime\.types|koi-utf|koi-win|win-utf)\Z)"
    rf"|(?P<params>{_HOME}(?:(?:fastcgi|scgi|uwsgi|proxy)_params|fastcgi\.conf)\Z)"
    r"|(?P<tls>/etc/letsencrypt/(?:options-ssl-nginx\.conf|ssl-dhparams\.pem)\Z)",
    re.DOTALL,
)
_KNOWN_IN = {
    "main": {"main"},
    "http": {"http", "server", "location"},
    "params": {"server", "location"},
    "tls": {"http", "server"},
}


class UnreadError(Exception):
    """An included text that can't be read; the message says why, for a reader.

    Args:
        why: the message.
        elsewhere: whether nothing stands here under that name, so that it may well stand where
            nginx runs. False for what is here and can't be read.
    """

    def __init__(self, why: str, *, elsewhere: bool = False) -> None:
        super().__init__(why)
        self.elsewhere = elsewhere


class NoFolderError(UnreadError):
    """A pattern in a folder that is not here.

    nginx takes it for one that matches nothing, and so does the verdict; but where nginx runs the
    folder may be there (`/etc/nginx/conf.d/*.conf` of an image), and that is to be said.
    """

    def __init__(self) -> None:
        super().__init__("its folder is not here", elsewhere=True)


class Library(ABC):
    """Where included texts come from: a folder, a dump, a ConfigMap.

    Attributes:
        has_folders: whether it knows in which folder a text is. Where it does not, a pattern may
            match what nginx would not find.
        certain: whether a name leads to the very text that nginx would read. Where it is a guess,
            one that nginx would not take there was a wrong guess.
    """

    has_folders = True
    certain = True

    @abstractmethod
    def find(self, include: str) -> list[str]:
        """The names that `include` brings in, in nginx's order; none for an empty pattern.

        Raises NoFolderError for a pattern whose folder is not here, UnreadError or AmbiguousError
        where it can't be told.
        """

    @abstractmethod
    def load(self, name: str) -> Text:
        """The text of a name. Raises UnreadError."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One text put in place of one include.

    Args:
        by: the name of the text with the include.
        place: the block of that text that the include stands in.
        literal: whether the include names the text, and not a pattern that it matches.
    """

    by: str
    place: Including
    literal: bool


@dataclass(slots=True)
class _Included:
    """A text that was parsed. The sums are of itself and, once expanded, of its includes."""

    text: Text
    parsed: Parsed
    statements: int
    depth: int
    height: int = 0
    expanded: bool = False
    included: list[tuple[_Included, Including]] = field(default_factory=list)
    elsewhere: dict[str, Directive] = field(default_factory=dict)
    values: bool = False
    tree: Tree = field(init=False)

    def __post_init__(self) -> None:
        self.tree = Tree(self.parsed.directives, self.text.file, self.text.key, self.values)

    def taken(self) -> Iterator[_Included]:
        """Those of the included ones that nginx reads there."""
        return (part for part, place in self.included if self.tree.takes(place, part.tree))

    def is_more_than_values(self) -> bool:
        """Whether it was read as the body of a map or the like, and is one of a location as well:
        then it may be included in another place, too."""
        return self.values and any(is_handler(each.name) for each in self.parsed.directives)


class Reader:
    """Reads texts and their includes.

    A text is parsed once however often it is included; its directives then stand in several
    blocks, as the same objects.

    Args:
        library: where includes come from.
        options: limits and progress.

    Attributes:
        included: the names of texts that an include brought in, where nginx may well read them.
        inclusions: where they were put, by the name.
        read: the names of all texts.
    """

    def __init__(self, library: Library, options: ReadOptions) -> None:
        self.included: set[str] = set()
        self.inclusions: dict[str, list[Inclusion]] = {}
        self.read: set[str] = set()
        self._brought: dict[tuple[str, str, int, int], list[tuple[str, str]]] = {}
        self._library = library
        self._options = options
        self._readings: dict[tuple[str, bool], _Included] = {}
        self._found: dict[str, list[str]] = {}
        # Includes that are no gap in some contexts, of texts that say not where they stand.
        self._known_in: dict[int, tuple[Directive, set[str]]] = {}
        self._bytes = 0
        self._unread = 0

    def parse(self, text: Text) -> list[Directive]:
        """A text's tree; its includes are still in place until it is expanded."""
        return self._parse(text, False).parsed.directives

    def configuration(
        self, kind: str, entry: str, context: str, texts: Sequence[Text]
    ) -> Configuration:
        """Texts and all they include as one configuration; see Configuration for the words."""
        limit = self._options.limits.statements
        readings = [self._expanded(self._parse(text, False), []) for text in texts]
        if sum(reading.statements for reading in readings) > limit:
            raise Refused(f"more than {limit:,} directives", "give a part of it", entry)
        configuration = Configuration(kind, entry, context, [], brought=self._brought)
        for reading in readings:
            configuration.directives.extend(reading.parsed.directives)
        if context == "main":
            _check_once(configuration.directives)
        places = set()
        for reading in _all(readings):
            text = reading.text
            configuration.parts.append(text)
            if text.file not in configuration.texts:
                configuration.files.append(text.file)
                if reading.is_more_than_values():
                    configuration.values.append(text.file)
                configuration.texts[text.file] = text.data
            configuration.comments.extend(reading.parsed.comments)
            configuration.elsewhere.extend(reading.elsewhere.values())
            if placeholders.may_hold(text.data, text.key or text.file):
                places.add(text.key or text.file)
        if places and kind != "dump":
            configuration.placeholders = placeholders.mark(configuration.directives, places)
        return configuration

    def expand(self, text: Text) -> list[Directive]:
        """A text's tree with its includes put in place."""
        return self._expanded(self._parse(text, False), []).parsed.directives

    def below(self, text: Text, names: set[str]) -> list[str]:
        """The names of all that nginx reads where a text includes them, itself apart, which are
        added to `names`.

        What is there already is left out, and so is what is below it.
        """
        new = []
        waiting = list(self._expanded(self._parse(text, False), []).taken())
        while waiting:
            reading = waiting.pop()
            if reading.text.name not in names:
                names.add(reading.text.name)
                new.append(reading.text.name)
                waiting.extend(reading.taken())
        return new

    def taken(self) -> set[str]:
        """The names of the texts that nginx reads where one of those read so far includes them."""
        readings = self._readings.values()
        return {part.text.name for reading in readings for part in reading.taken()}

    def _parse(self, text: Text, free_names: bool) -> _Included:
        known = self._readings.get((text.name, free_names))
        if known is not None:
            return known
        limits = self._options.limits
        if text.name not in self.read:
            self.read.add(text.name)
            self._bytes += len(text.data)
            if len(self.read) > limits.files:
                raise Refused(f"more than {limits.files:,} files", _PART, text.file)
            if self._bytes > limits.total_bytes:
                raise Refused(f"more than {limits.total_bytes:,} bytes in all", _PART, text.file)
            if self._options.progress is not None:
                self._options.progress(len(self.read), text.file)
        filled = fill_in(
            text.data, text.key or text.file, self._options.definitions, limits.total_bytes
        )
        parsed = parse(
            filled.data,
            text.file,
            line_offset=text.line_offset,
            key=text.key,
            one_line=text.one_line,
            lines=filled.lines,
            free_names=free_names,
        )
        reading = _Included(text, parsed, parsed.statements, parsed.depth, values=free_names)
        self._readings[text.name, free_names] = reading
        return reading

    def _expanded(self, reading: _Included, above: list[str]) -> _Included:
        if reading.expanded:
            return reading
        above.append(reading.text.name)
        for place in reading.parsed.including:
            directives: list[Directive] = []
            for directive in place.directives:
                if directive.name != "include" or directive.block is not None:
                    directives.append(directive)
                    continue
                reading.statements -= 1
                parts = self._parts(directive, place, above, reading)
                self._note_brought(directive, parts)
                for part in parts:
                    if isinstance(part, Directive):
                        reading.statements += 1
                        self._count_unread(part)
                        directives.append(part)
                    else:
                        self._count(reading, part, place.depth, directive)
                        self._note(reading, part, place, directive)
                        directives.extend(self._seen_from(place, part))
            place.directives[:] = directives
        reading.expanded = True
        above.pop()
        return reading

    def _seen_from(self, place: Including, part: _Included) -> list[Directive]:
        """The directives of a text in a place, without includes that are known to be none here."""
        directives = part.parsed.directives
        if not self._known_in or not place.depth:
            return directives
        around = place.blocks[-1:]
        return [
            each
            for each in directives
            if id(each) not in self._known_in or not self._known_in[id(each)][1].issuperset(around)
        ]

    def _lost(
        self, directive: Directive, error: UnreadError, known_in: set[str], name: str = ""
    ) -> Directive:
        unread = _unread(directive, str(error), name)
        if known_in and error.elsewhere:
            self._known_in[id(unread)] = unread, known_in
        return unread

    def _note_brought(self, directive: Directive, parts: list[_Included | Directive]) -> None:
        """Keeps the texts of an include of which all were read."""
        texts = [(part.text.file, part.text.key) for part in parts if isinstance(part, _Included)]
        if len(texts) == len(parts):
            place = (directive.file, directive.key, directive.line, directive.column)
            self._brought[place] = texts

    def _count(self, reading: _Included, part: _Included, depth: int, directive: Directive) -> None:
        limit = self._options.limits.statements
        reading.statements += part.statements
        reading.depth = max(reading.depth, depth + part.depth)
        reading.height = max(reading.height, part.height + 1)
        if reading.statements > limit:
            what, hint = f"more than {limit:,} directives after includes", "include less often"
        elif reading.depth > MAX_DEPTH:
            what, hint = f"more than {MAX_DEPTH:,} blocks inside each other", "nest fewer"
        else:
            return
        raise Refused(what, hint, directive.file, directive.line)

    def _note(
        self, reading: _Included, part: _Included, place: Including, directive: Directive
    ) -> None:
        reading.included.append((part, place))
        literal = not is_pattern(directive.args[0].encode("utf-8", "surrogateescape"))
        inclusion = Inclusion(reading.text.name, place, literal)
        self.inclusions.setdefault(part.text.name, []).append(inclusion)

    def _count_unread(self, directive: Directive) -> None:
        self._unread += 1
        if self._unread > self._options.limits.unread:
            raise Refused(
                f"more than {self._options.limits.unread:,} includes that can't be read",
                f"mend them; this one: {directive.unread}",
                directive.file,
                directive.line,
            )

    def _parts(
        self, directive: Directive, place: Including, above: list[str], reading: _Included
    ) -> list[_Included | Directive]:
        """What stands in place of an include: texts that were read, and includes that were not."""
        if directive.unread:
            return [directive]
        if len(directive.args) != 1:
            return [_unread(directive, "an include takes one name")]
        include = directive.args[0]
        name = placeholders.in_include(include, directive.key or directive.file)
        if name:
            return [_unread(directive, f"nothing defines {name} in its name")]
        known_in = _contexts_of_known(include)
        known = bool(known_in) and known_in.issuperset(_around(place, reading))
        try:
            names = self._found.get(include)
            if names is None:
                names = self._found[include] = self._library.find(include)
        except NoFolderError as error:
            if not known:
                reading.elsewhere.setdefault(include, _unread(directive, str(error)))
            return []
        except UnreadError as error:
            return [] if known and error.elsewhere else [self._lost(directive, error, known_in)]
        except AmbiguousError as error:
            return [_unread(directive, str(error))]
        parts: list[_Included | Directive] = []
        for name in names:
            if name in above:
                if not self._library.has_folders and is_pattern(include.encode()):
                    continue
                chain = " -> ".join([*above[above.index(name) :], name])
                parts.append(_unread(directive, f"a cycle of includes: {chain}", name))
                continue
            try:
                part = self._include(name, place.free_names, above)
            except UnreadError as error:
                if not (known and error.elsewhere):
                    parts.append(self._lost(directive, error, known_in, name))
                continue
            why = "" if self._library.certain else _misfit(place, part.parsed.directives)
            if why:
                parts.append(_unread(directive, why, name))
                continue
            if not part.is_more_than_values():
                self.included.add(name)
            parts.append(part)
        return parts

    def _include(self, name: str, free_names: bool, above: list[str]) -> _Included:
        limit = self._options.limits.include_depth
        reading = self._readings.get((name, free_names))
        # The main text is the first above.
        if len(above) + (reading.height if reading else 0) > limit:
            raise UnreadError(f"more than {limit} includes inside each other")
        if reading is None:
            reading = self._parse(self._library.load(name), free_names)
        return self._expanded(reading, above)


_PART = "give a part of the configuration"
_ONCE = frozenset(("events", "http", "mail", "stream"))
# Where the outermost block of a part stands.
_AROUND = {"location": "server", "limit_except": "location", "server": "http", "upstream": "http"}


def _contexts_of_known(include: str) -> set[str]:
    """Where an include is of a file that comes with nginx; none for any other file."""
    found = _KNOWN.match(include)
    return _KNOWN_IN[found.lastgroup or ""] if found is not None else set()


def _around(place: Including, reading: _Included) -> Iterable[str]:
    """The contexts that an include may stand in, wherever the text that has it is read."""
    return place.blocks[-1:] if place.depth else contexts(reading.parsed.directives)


def _misfit(place: Including, directives: list[Directive]) -> str:
    """Why nginx can't be reading these directives in a place; empty where it may well be."""
    if place.free_names or not place.blocks or place.depth > len(place.blocks):
        return ""
    if place.blocks[0] == "if":
        return ""
    context = _AROUND.get(place.blocks[0], "main")
    for block in place.blocks:
        context = inside(context, block)
    for directive in directives:
        if takes(context, directive) is not False:
            continue
        # A server may be one of stream{}.
        if context != "server" or not takes("stream_server", directive):
            what = f"what has this name here holds {directive.name}"
            return f"{what}, which nginx takes in no {place.blocks[-1]}: it reads another file"
    return ""


def _check_once(directives: Sequence[Directive]) -> None:
    """Refuse a second block of those that nginx takes but once."""
    first: dict[str, Directive] = {}
    for directive in directives:
        if directive.block is None or directive.name not in _ONCE:
            continue
        if directive.name in first:
            other = first[directive.name]
            raise Refused(
                f"a second {directive.name}{{}}, which nginx refuses as a duplicate of the one in "
                f"{other.file}:{other.line}",
                "take one out; of two configurations, give each apart",
                directive.file,
                directive.line,
            )
        first[directive.name] = directive


def _unread(directive: Directive, why: str, name: str = "") -> Directive:
    args = [plain(name)] if name else directive.args
    return Directive(
        "include", args, directive.file, directive.line, None, directive.key, unread=why
    )


def _all(readings: Sequence[_Included]) -> list[_Included]:
    """Readings and what they include, each text once, in the order of reading."""
    seen: dict[str, _Included] = {}
    waiting = list(reversed(readings))
    while waiting:
        reading = waiting.pop()
        if reading.text.name not in seen:
            seen[reading.text.name] = reading
            waiting.extend(part for part, _ in reversed(reading.included))
    return list(seen.values())
