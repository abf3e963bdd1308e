"""Ingress objects, as far as ingress-nginx reads them, each part with its place in the YAML."""

from __future__ import annotations

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import ANNOTATIONS, PREFIX
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value, boolean, integer, text
from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Node, Scalar, Sequence
from nginx_grpc.tree import Comment

__all__ = ["Backend", "Ingress", "Path", "Rule", "read_ingress", "texts_of"]


@dataclass(frozen=True, slots=True)
class Backend:
    """A service and its port: a number, or a name."""

    service: str
    port: str

    def upstream(self, namespace: str) -> str:
        """The controller's name for it."""
        return f"{namespace}-{self.service}-{self.port}" if self.port else f"{namespace}-INVALID"


@dataclass(frozen=True, slots=True)
class Path:
    """A path of a rule. `backend` is None where it is no service."""

    path: str
    exact: bool
    backend: Backend | None
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `paths` is None where it has no http."""

    host: str
    paths: list[Path] | None
    place: Place


@dataclass(slots=True)
class Ingress:
    """An Ingress.

    Args:
        place: where the object starts.
        below: where an annotation could be said.
        values: all annotations by their full names.
        class_name: its class, empty where it says none.
        created: its creationTimestamp, empty where it has none.
        comments: those in its YAML that speak to this tool.
    """

    namespace: str
    name: str
    place: Place
    below: Place
    values: dict[str, Value]
    class_name: str
    created: str
    rules: list[Rule]
    default: Backend | None
    uid: str = ""
    snippets: bool = True
    comments: list[Comment] = field(default_factory=list)
    own: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.own = {
            name.removeprefix(PREFIX): value
            for name, value in self.values.items()
            if name.startswith(PREFIX)
        }

    def taken(self, name: str) -> Value | None:
        """What an annotation of the controller's says; None where that is nothing it takes."""
        value = self.own.get(name)
        if value is None or not value.text or not ANNOTATIONS[name].takes(value.text):
            return None
        return value if text(value.text) else None

    def refuses(self, name: str) -> bool:
        """Whether the controller reads an annotation of its own, and does not take what it says."""
        value, known = self.own.get(name), ANNOTATIONS[name]
        if value is None or value.text == "" or (known.needs and not self.said(known.needs)):
            return False
        return not known.takes(value.text)

    def said(self, name: str) -> str:
        """The text of an annotation, empty where there is none that is taken."""
        value = self.taken(name)
        return "" if value is None else text(value.text)

    def flag(self, name: str, default: bool = False) -> bool:
        """A flag in effect."""
        value = self.taken(name)
        return default if value is None else bool(boolean(value.text))

    def number(self, name: str, default: int = 0) -> int:
        """A number in effect."""
        value = self.taken(name)
        return default if value is None else integer(value.text) or 0

    def at(self, name: str) -> Place:
        """Where an annotation is said, or could be."""
        value = self.taken(name)
        return self.below if value is None else value.place

    def snippet(self, name: str) -> Value | None:
        """A snippet, where the controller lets it pass."""
        return self.taken(name) if self.snippets else None

    @property
    def canary(self) -> bool:
        """Whether it only adds servers to the locations of others."""
        return self.flag("canary")


class _Reading:
    """Reads one object; what is not as Kubernetes has it is refused with its line."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self._file = file
        self._lines = lines

    def place(self, node: Node, key: str = "") -> Place:
        return Place(self._file, node.line, key)

    def mapping(self, node: Node | None, what: str) -> dict[str, Node]:
        if node is None or _is_null(node):
            return {}
        if not isinstance(node, Mapping):
            raise Refused(f"{what} is no mapping", "mend it", self._file, node.line)
        if "<<" in node.items:
            raise Refused("a merge key (<<) in an object", "write it out", self._file, node.line)
        return node.items

    def items(self, node: Node | None, what: str) -> list[Node]:
        if node is None or _is_null(node):
            return []
        if not isinstance(node, Sequence):
            raise Refused(f"{what} is no list", "mend it", self._file, node.line)
        return node.items

    def text(self, node: Node | None, what: str) -> str:
        if node is None or _is_null(node):
            return ""
        if not isinstance(node, Scalar) or not node.tag.endswith((":str", ":timestamp")):
            raise Refused(
                f"{what}: its value is no text, which Kubernetes rejects",
                "quote it",
                self._file,
                node.line,
            )
        return node.value

    def values(self, node: Node | None, what: str) -> dict[str, Value]:
        """A mapping of texts; the place of each is that of its name."""
        found: dict[str, Value] = {}
        inner = self.mapping(node, what)
        keys = node.keys if isinstance(node, Mapping) else {}
        for key, each in inner.items():
            said = self.text(each, f"{what} {key}")
            line = 0
            if isinstance(each, Scalar) and each.style == "|":
                line = self._first_line(each.line)
            found[key] = Value(said, Place(self._file, keys[key].line, key), line)
        return found

    def _first_line(self, line: int) -> int:
        # With an anchor or a tag before it, the sign of a block scalar may stand further down.
        for number in range(line, min(line + 10, len(self._lines)) + 1):
            if "|" in self._lines[number - 1]:
                return number + 1
        return line + 1

    def backend(self, node: Node | None) -> Backend | None:
        inner = self.mapping(node, "a backend")
        if "serviceName" in inner:
            # extensions/v1beta1, as API servers below 1.22 take it.
            return Backend(
                self.text(inner["serviceName"], "serviceName"), _port(inner, "servicePort")
            )
        if "service" not in inner:
            return None
        service = self.mapping(inner["service"], "a service")
        port = self.mapping(service.get("port"), "a port")
        return Backend(
            self.text(service.get("name"), "a service's name"),
            _port(port, "number") or self.text(port.get("name"), "a port's name"),
        )

    def rule(self, node: Node) -> Rule:
        inner = self.mapping(node, "a rule")
        host = self.text(inner.get("host"), "a host")
        http = inner.get("http")
        if http is None or _is_null(http):
            return Rule(host, None, self.place(node))
        paths = self.items(self.mapping(http, "http").get("paths"), "paths")
        return Rule(host, [self.path(each) for each in paths], self.place(node))

    def path(self, node: Node) -> Path:
        inner = self.mapping(node, "a path")
        kind = self.text(inner.get("pathType"), "pathType")
        if kind not in ("", "Exact", "Prefix", "ImplementationSpecific"):
            raise Refused(
                f"a pathType {kind[:40]!a} that Kubernetes does not know",
                "write Prefix, Exact or ImplementationSpecific",
                self._file,
                node.line,
            )
        path = self.text(inner.get("path"), "a path") or "/"
        return Path(path, kind == "Exact", self.backend(inner.get("backend")), self.place(node))


def read_ingress(node: Mapping, file: str, lines: list[str]) -> Ingress:
    """An Ingress from its YAML. Raises Refused where it is none that Kubernetes would take."""
    reading = _Reading(file, lines)
    metadata_node = node.items.get("metadata")
    metadata = reading.mapping(metadata_node, "metadata")
    spec = reading.mapping(node.items.get("spec"), "spec")
    annotations = metadata.get("annotations")
    values = reading.values(annotations, "the annotation")
    below = node.line
    if isinstance(metadata_node, Mapping) and "annotations" in metadata_node.keys:
        below = metadata_node.keys["annotations"].line
    elif isinstance(metadata_node, Mapping):
        below = node.keys["metadata"].line
    classes = [
        reading.text(spec.get("ingressClassName"), "ingressClassName"),
        values["kubernetes.io/ingress.class"].text
        if "kubernetes.io/ingress.class" in values
        else "",
    ]
    default = spec.get("defaultBackend", spec.get("backend"))
    return Ingress(
        namespace=reading.text(metadata.get("namespace"), "a namespace") or "default",
        name=reading.text(metadata.get("name"), "a name"),
        place=Place(file, node.line),
        below=Place(file, below),
        values=values,
        # The annotation counts more, as the controller has it.
        class_name=classes[1] or classes[0],
        created=reading.text(metadata.get("creationTimestamp"), "creationTimestamp"),
        uid=reading.text(metadata.get("uid"), "uid"),
        rules=[reading.rule(each) for each in reading.items(spec.get("rules"), "rules")],
        default=reading.backend(default),
    )


def texts_of(node: Mapping, file: str, lines: list[str]) -> dict[str, Value]:
    """The data of a ConfigMap, each value with the place of its key."""
    return _Reading(file, lines).values(node.items.get("data"), "the key")


def _port(inner: dict[str, Node], name: str) -> str:
    node = inner.get(name)
    return node.value if isinstance(node, Scalar) and not _is_null(node) else ""


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.tag.endswith(":null")
