"""Kubernetes manifests: the nginx texts in ConfigMaps, with the lines of the YAML file."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers.templates import hint_of
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.includes import Text
from nginx_grpc.sources.interface import ReadOptions, Source
from nginx_grpc.sources.kubernetes import config_map as config_map_source
from nginx_grpc.sources.kubernetes.keys import nginx_keys
from nginx_grpc.tree import Configuration

if TYPE_CHECKING:
    from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Node

__all__ = [
    "ElsewhereError",
    "ForeignError",
    "ManifestSource",
    "OtherObjectsError",
    "RenderedError",
    "has_objects",
    "is_manifest",
]

_NAME = expression(r"\.(?:ya?ml|json)\Z", re.IGNORECASE)
_SIGN = expression(
    rb"^(?:- )?(?:apiVersion|kind)[ \t]*:[ \t]|\A\s*\{\s*\"(?:apiVersion|kind)\"", re.MULTILINE
)
_HERE = expression(r"^[^#\n]*[^#\n<]<<-?[ \t]*[\"']?[A-Za-z_]+[\"']?(?=[ \t\n|;>)])", re.MULTILINE)
_HELM = expression(r"\{\{")
_KEY = expression(r"[-._a-zA-Z0-9]+\Z")
_MAX_OBJECTS = 10_000

_RENDERED = (
    "judge what its controller writes: "
    "kubectl exec -n NAMESPACE CONTROLLER_POD -- nginx -T | nginx-grpc check -"
)
# The control plane writes the text, the data plane has it.
_OF_GATEWAY = _RENDERED.replace("CONTROLLER_POD", "GATEWAY_POD -c nginx")
_ELSEWHERE = {
    "Ingress": _RENDERED,
    "VirtualServer": _RENDERED,
    "VirtualServerRoute": _RENDERED,
    "TransportServer": _RENDERED,
    "HTTPRoute": _OF_GATEWAY,
    "GRPCRoute": _OF_GATEWAY,
    "TLSRoute": _OF_GATEWAY,
    "Gateway": _OF_GATEWAY,
    "SnippetsFilter": _OF_GATEWAY,
    "ProxySettingsPolicy": _OF_GATEWAY,
    "ClientSettingsPolicy": _OF_GATEWAY,
    "UpstreamSettingsPolicy": _OF_GATEWAY,
    "SnippetsPolicy": _OF_GATEWAY,
    "Secret": "give the nginx text itself, or a ConfigMap",
    "Kustomization": "render it first: kubectl kustomize DIR | nginx-grpc check -",
    "HelmRelease": "render it first: helm template RELEASE CHART | nginx-grpc check -",
}
# Certificates, as a rule.
_HARMLESS = frozenset(("Secret",))
_KIND = expression(r"^[ \t]*kind:[ \t]*[\"']?(\w+)", re.MULTILINE)

# Whole statements: descriptions and arguments name directives, too.
_STATEMENT = expression(
    r"(?:\A|[\s;{}])(?:(?:grpc|proxy)_pass[ \t]+[^\s;{}]+;|(?:server|http)\s*\{[^{}]*;)"
)
_BASE64 = expression(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_LEAST = 24
_BLOCK_SCALAR = expression(r"[|][-+0-9]*[ \t]*(?:#.*)?\Z")


class RenderedError(Refused):
    """YAML out of which something else makes nginx text: that is to be judged, and is not here."""


class ElsewhereError(RenderedError):
    """An object of Kubernetes that another controller or program makes nginx text of.

    Args:
        kind: its kind.
        file, line: where it stands.
    """

    def __init__(self, kind: str, file: str, line: int) -> None:
        article = "an" if kind[0] in "AEIOU" else "a"
        super().__init__(f"this is {article} {kind}, no nginx text", _ELSEWHERE[kind], file, line)
        self.unjudged: Sequence[str] = [f"not judged: {kind} ({file}:{line}); {_ELSEWHERE[kind]}"]


class ForeignError(Refused):
    """YAML or JSON without any nginx text in it, as far as it can be told."""


class OtherObjectsError(ForeignError):
    """Objects of Kubernetes of which none is judged.

    Attributes:
        unjudged: a sentence on each thing in them that may carry calls.
    """

    unjudged: Sequence[str] = ()


def is_manifest(data: bytes, file: str) -> bool:
    """Whether a file is YAML or JSON by its name, or a manifest by its text."""
    if _NAME.search(file) is not None:
        return True
    # A look for the words takes a tenth of the time.
    said = b"apiVersion" in data or b"kind" in data
    return said and _SIGN.search(data) is not None


def has_objects(data: bytes, file: str) -> bool:
    """Whether a text is YAML with an object of Kubernetes in it."""
    source = ManifestSource(data, file, ReadOptions())
    kinds: list[tuple[str, int]] = []
    try:
        deque(source.objects(kinds), maxlen=0)
    except Refused:
        # A ConfigMap with a fault in it is still one.
        return bool(kinds)
    return bool(kinds)


@dataclass(slots=True)
class _ConfigMap:
    name: str
    texts: dict[str, Text] = field(default_factory=dict)


class ManifestSource(Source):
    """A YAML or JSON file with manifests: a ConfigMap, a List, several documents.

    Every nginx text in `data` and `binaryData` is read; includes are looked up by their last
    component among the keys of the same ConfigMap, never on disk.

    Args:
        data: the file's text.
        file: the file as it was given, or `-`.
        options: see ReadOptions; prefix, root and maps have no say in a manifest.

    Attributes:
        lines: those of its text, once `nodes` was called.
    """

    def __init__(self, data: bytes, file: str, options: ReadOptions) -> None:
        self._data = data
        self._file = file
        self._options = options
        self.lines: list[str] = []

    def collect(self) -> list[Configuration]:
        """See Source. What is judged together with the objects of other files goes to those of
        the options, and there may be no configuration besides."""
        found: list[Configuration] = []
        kinds: list[tuple[str, int]] = []
        unread: list[Refused] = []
        quoting: list[str] = []
        objects = self._options.objects
        taken = 0
        for kind, node in self.nodes(kinds):
            if objects is not None and objects.take(kind, node, self._file, self._data, self.lines):
                taken += 1
            elif kind == "configmap":
                found.extend(self._configurations(self._config_map(node), unread))
            elif kind != "ingress" and (line := _text_in(node)):
                where = f"{self._file}:{line}"
                quoting.append(f"not judged: nginx text in an object that is not read ({where})")
        if objects is not None and (kinds or taken):
            objects.manifests.files.setdefault(self._file, self._data)
        if not found and not taken:
            raise unread[0] if unread else self._nothing(kinds, quoting)
        if self._options.unread is not None:
            for refused in unread:
                self._options.unread(refused)
        for kind, sentence in _beside(kinds, self._file):
            told = self._options.note if kind in _HARMLESS else self._options.unjudged
            if told is not None:
                told(sentence)
        if self._options.unjudged is not None:
            for sentence in quoting:
                self._options.unjudged(sentence)
        for configuration in found:
            configuration.files = [self._file]
            configuration.texts = {self._file: self._data}
        return found

    def _decode(self) -> str:
        if self._data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in self._data[:4]:
            raise Refused("this is UTF-16", "save it as UTF-8", self._file, 1)
        try:
            text = self._data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self._data.count(b"\n", 0, error.start) + 1
            raise Refused("bytes that are no UTF-8", "save it as UTF-8", self._file, line) from None
        # YAML ends a line at each of these, editors and nginx do not.
        odd = re.search("\r(?!\n)|[\x85\u2028\u2029]", text)
        if odd:
            raise Refused(
                f"a U+{ord(odd[0]):04X}, which is a line end to YAML alone",
                "take it out",
                self._file,
                text.count("\n", 0, odd.start()) + 1,
            )
        return text.replace("\r\n", "\n")

    def objects(self, kinds: list[tuple[str, int]]) -> Iterator[_ConfigMap]:
        """Its ConfigMaps; `kinds` gets the kind and the line of each object met on the way."""
        for kind, node in self.nodes(kinds):
            if kind == "configmap":
                yield self._config_map(node)

    def nodes(self, kinds: list[tuple[str, int]]) -> Iterator[tuple[str, Mapping]]:
        """Its objects, each with its kind in lower case; `kinds` gets those that are not read here,
        as they are written, with their lines."""
        text = self._decode()
        self.lines = text.split("\n")
        from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Scalar, Sequence, documents

        try:
            nodes = documents(text, self._file)
        except Refused as error:
            raise self._no_yaml(text) or error from None
        # Each with the kind that an item of a list has without saying so.
        waiting: list[tuple[Node, str]] = [(node, "") for node in reversed(nodes)]
        seen = loose = 0
        while waiting:
            node, kind = waiting.pop()
            seen += 1
            if seen > _MAX_OBJECTS:
                raise Refused(
                    f"more than {_MAX_OBJECTS:,} objects", "split the file", self._file, node.line
                )
            if not isinstance(node, Mapping):
                if isinstance(node, Scalar) and not node.tag.endswith(":null"):
                    loose = loose or node.line
                continue
            kind = self._kind(node) or kind
            items = node.items.get("objects" if kind == "Template" else "items")
            inner = items.items if isinstance(items, Sequence) else []
            read = kind.casefold() in ("configmap", "ingress")
            if not kind or not (read or inner or "apiVersion" in node.items):
                continue
            if kind != "Ingress" or self._options.objects is None:
                kinds.append((kind, node.line))
            # To kubectl, whatever has items is a list.
            waiting.extend((each, kind.removesuffix("List")) for each in reversed(inner))
            yield kind.casefold(), node
        if kinds and loose:
            raise Refused(
                "text beside the objects of Kubernetes that is none",
                "make two files of it",
                self._file,
                loose,
            )

    def _kind(self, node: Mapping) -> str:
        from nginx_grpc.sources.kubernetes.yaml_nodes import Scalar

        if "<<" in node.items:
            raise Refused(
                "a merge key (<<) in an object", "write it out", self._file, node.items["<<"].line
            )
        kind = node.items.get("kind")
        if not isinstance(kind, Scalar) or kind.tag.endswith(":null"):
            return ""
        if kind.tag.endswith(":binary"):
            raise Refused("a kind in base64", "write it out", self._file, kind.line)
        return kind.value

    def _config_map(self, node: Mapping) -> _ConfigMap:
        from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Scalar

        metadata = node.items.get("metadata")
        name = metadata.items.get("name") if isinstance(metadata, Mapping) else None
        config_map = _ConfigMap(name.value if isinstance(name, Scalar) else "")
        for part in ("data", "binaryData"):
            data = node.items.get(part)
            if data is None or (isinstance(data, Scalar) and data.tag.endswith(":null")):
                continue
            if not isinstance(data, Mapping):
                raise Refused(f"{part} that is no mapping", "mend it", self._file, data.line)
            for key, value in data.items.items():
                if key == "<<" or not _KEY.match(key):
                    raise Refused(
                        f"a key in {part} that Kubernetes does not allow",
                        "use letters, digits, -, _ and .",
                        self._file,
                        value.line,
                    )
                if not isinstance(value, Scalar) or not value.tag.endswith(":str"):
                    raise Refused(
                        f"key {key}: its value is no text, which Kubernetes rejects",
                        "quote it",
                        self._file,
                        value.line,
                    )
                if key in config_map.texts:
                    raise Refused(
                        f"key {key}: in data and in binaryData",
                        "take one out",
                        self._file,
                        value.line,
                    )
                config_map.texts[key] = self._text(key, value, part == "binaryData")
        return config_map

    def _text(self, key: str, value: object, binary: bool) -> Text:
        from base64 import b64decode

        from nginx_grpc.sources.kubernetes.yaml_nodes import Scalar

        assert isinstance(value, Scalar)
        data = value.value.encode("utf-8", "surrogatepass")
        if binary:
            try:
                data = b64decode("".join(value.value.split()), validate=True)
            except ValueError:
                raise Refused(
                    f"key {key}: no valid base64", "mend it", self._file, value.line
                ) from None
        if len(data) > self._options.limits.file_bytes:
            raise Refused(f"key {key}: too large", "split it", self._file, value.line)
        if value.style == "|" and not binary:
            return Text(key, data, self._file, self._first_line(value.line) - 1, key)
        return Text(key, data, self._file, value.line - 1, key, one_line=True)

    def _first_line(self, line: int) -> int:
        # With an anchor or a tag before it, the sign of a block scalar may stand further down.
        for number in range(line, min(line + 10, len(self.lines)) + 1):
            if _BLOCK_SCALAR.search(self.lines[number - 1].rstrip()):
                return number + 1
        return line + 1

    def _configurations(self, config_map: _ConfigMap, unread: list[Refused]) -> list[Configuration]:
        keys = nginx_keys(config_map.texts)
        if keys.sure:
            raise keys.unread[keys.sure[0]]
        unread.extend(keys.unread.values())
        if not keys.nginx:
            return []
        entry = f"{self._file}: {config_map.name or 'ConfigMap'}"
        return config_map_source.configurations(config_map.texts, keys.nginx, entry, self._options)

    def _no_yaml(self, text: str) -> Refused | None:
        here = _HERE.search(text)
        if here:
            line = text.count("\n", 0, here.start()) + 1
            return Refused("a shell here-document", "give the text in it", self._file, line)
        helm = _HELM.search(text)
        for found in _KIND.finditer(text):
            if found[1] in _ELSEWHERE and found[1] != "Ingress":
                line = text.count("\n", 0, found.start()) + 1
                return ElsewhereError(found[1], self._file, line)
        if helm:
            return RenderedError(
                "looks like a Helm template",
                hint_of("helm", self._file),
                self._file,
                text.count("\n", 0, helm.start()) + 1,
            )
        return None

    def _nothing(self, kinds: list[tuple[str, int]], quoting: list[str]) -> Refused:
        elsewhere = sorted(
            (kind in _HARMLESS, number, kind, line)
            for number, (kind, line) in enumerate(kinds)
            if kind in _ELSEWHERE
        )
        error: ElsewhereError | OtherObjectsError
        if elsewhere:
            error = ElsewhereError(elsewhere[0][2], self._file, elsewhere[0][3])
        elif any(kind == "ConfigMap" for kind, _ in kinds):
            error = OtherObjectsError(
                "no nginx text in its ConfigMaps, and no Ingress",
                "give the one that holds it, or the Ingresses of ingress-nginx",
                self._file,
            )
        elif kinds:
            error = OtherObjectsError(
                "no ConfigMap and no Ingress in this manifest",
                "give the one that holds the nginx text, or the Ingresses of ingress-nginx",
                self._file,
            )
        if kinds:
            told = [say for kind, say in _beside(kinds, self._file) if kind not in _HARMLESS]
            error.unjudged = told + quoting
            return error
        return ForeignError(
            "YAML or JSON, but no Kubernetes manifest; the values of a Helm chart, perhaps",
            "render the chart first: helm template RELEASE CHART | nginx-grpc check -",
            self._file,
        )


def _text_in(node: Node) -> int:
    """The line of the first text of nginx in an object of any kind; 0 for none."""
    from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Scalar, Sequence

    # The objects of a list come one by one.
    own = node.items.items() if isinstance(node, Mapping) else ()
    waiting = [
        value for key, value in own if key not in ("items", "objects") or isinstance(value, Scalar)
    ]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            if _STATEMENT.search(each.value) or _STATEMENT.search(_plain(each.value)):
                return each.line
            continue
        if id(each) in seen:
            continue
        seen.add(id(each))
        inner = each.items if isinstance(each, Sequence) else list(each.items.values())
        waiting.extend(reversed(inner))
    return 0


def _plain(text: str) -> str:
    """What a Secret has in base64; empty for no such text."""
    if len(text) < _LEAST or _BASE64.fullmatch(text) is None:
        return ""
    from base64 import b64decode

    try:
        return b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return ""


def _beside(kinds: list[tuple[str, int]], file: str) -> Iterator[tuple[str, str]]:
    """Each kind that stands beside what is judged, and is not, with a sentence on it."""
    lines: dict[str, list[int]] = {}
    for kind, line in kinds:
        if kind in _ELSEWHERE:
            lines.setdefault(kind, []).append(line)
    for kind, found in lines.items():
        where = ", ".join(map(str, found[:3])) + (", ..." if len(found) > 3 else "")
        yield kind, f"not judged: {kind} ({file}:{where}); {_ELSEWHERE[kind]}"
