"""The objects of all manifests that were given, and what ingress-nginx makes of them together."""

from __future__ import annotations

import os
from collections.abc import Mapping as Map

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.kubernetes.ingress_nginx.faults import Faults, concerning, is_dropped
from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Ingress, read_ingress, texts_of
from nginx_grpc.sources.kubernetes.ingress_nginx.rendering import rendered
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import KEYS, Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.stand_in import stand_in
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value
from nginx_grpc.sources.kubernetes.ingress_nginx.waivers import waivers
from nginx_grpc.sources.kubernetes.ingress_nginx.writing import Snippets
from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Scalar
from nginx_grpc.tree import Comment, Configuration, Ineffective

__all__ = ["Cluster", "Foreign", "Manifest", "full_name"]

_CONTROLLER = "k8s.io/ingress-nginx"
# As its manifests, its chart and its older manifests call it.
_NAME = expression(r"(?:.*-)?ingress-nginx(?:-controller)?\Z|nginx-configuration\Z")
_OF_OTHERS = ("nginx.org/", "nginx.com/")
_OWN = "nginx.ingress.kubernetes.io/"
_CLASS = "kubernetes.io/ingress.class"
_DEFAULT_NAMESPACE = "default"
_MOUNTED = "ingress-nginx-controller"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file of manifests: its name, its bytes, its lines, and the path it was given as."""

    file: str
    data: bytes
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Foreign:
    """An Ingress of another controller: its class, which may be empty, and its place."""

    class_name: str
    file: str
    line: int


@dataclass(slots=True)
class _ConfigMap:
    full_name: str
    values: Map[str, Value]
    place: Place
    named: bool
    comments: list[Comment]


@dataclass(slots=True)
class Cluster:
    """Objects of several manifests.

    Args:
        wanted: the controller's ConfigMap, as NAMESPACE/NAME; empty for one that is found.
    """

    wanted: str = ""
    notes: list[str] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    _ingresses: list[Ingress] = field(default_factory=list)
    _maps: dict[str, _ConfigMap] = field(default_factory=dict)
    _candidates: list[_ConfigMap] = field(default_factory=list)
    _classes: dict[str, str] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)
    _chosen: Settings | None = None

    def add_ingress(self, node: Mapping, manifest: Manifest) -> None:
        """An Ingress. Raises Refused where Kubernetes would not take it."""
        ingress = read_ingress(node, manifest.file, manifest.lines)
        ingress.comments = waivers(node, manifest.file, manifest.lines)
        self._ingresses.append(ingress)
        self._files.setdefault(manifest.file, manifest.data)

    def add_class(self, node: Mapping) -> None:
        """An IngressClass: whose Ingresses are of which controller."""
        controller = _text(node, "spec", "controller")
        self._classes[_text(node, "metadata", "name")] = controller

    def add_config_map(self, node: Mapping, manifest: Manifest) -> bool:
        """A ConfigMap; whether it is one of the controller's settings, and no nginx text.

        Raises Refused where it is the one that was asked for, and Kubernetes would not take it.
        """
        name = _text(node, "metadata", "name")
        data = node.items.get("data")
        keys = list(data.items) if isinstance(data, Mapping) else []
        wanted = self.wanted == full_name(node)
        named = _NAME.match(name) is not None
        known = sum(key in KEYS for key in keys)
        is_settings = wanted or (
            not any("." in key for key in keys) and (named or known * 2 > len(keys))
        )
        try:
            values = texts_of(node, manifest.file, manifest.lines)
        except Refused:
            if is_settings:
                raise
            return False
        below = node.keys["data"].line if "data" in node.keys else node.line
        comments = waivers(node, manifest.file, manifest.lines) if is_settings else []
        found = _ConfigMap(full_name(node), values, Place(manifest.file, below), named, comments)
        if found.full_name in self._maps and is_settings:
            self._candidates = [c for c in self._candidates if c.full_name != found.full_name]
        self._maps[found.full_name] = found
        if is_settings:
            self._candidates.append(found)
            self._files.setdefault(manifest.file, manifest.data)
        return is_settings

    def add_settings(self, files: Map[str, bytes]) -> None:
        """The controller's ConfigMap, where it comes as files named as its keys.

        Raises Refused where one is no text.
        """
        said = {}
        for path, data in files.items():
            key = os.path.basename(path)
            try:
                said[key] = Value(data.decode(), Place(path, 1, key), 1)
            except UnicodeDecodeError:
                raise Refused("bytes that are no UTF-8", "save it as UTF-8", path) from None
        place = Place(next(iter(files), ""), 1)
        self._chosen = Settings(said, place, assumed=False, name=f"/{_MOUNTED}")
        self._files.update(files)

    def configurations(self) -> list[Configuration]:
        """What the controller makes of all: one configuration a class; none without an Ingress
        and a ConfigMap of its own.

        Raises Refused where it can't be told.
        """
        own = [each for each in self._ingresses if self._is_own(each)]
        if not own and not self._candidates:
            return []
        settings = self._settings()
        classes: dict[str, list[Ingress]] = {}
        for each in own:
            classes.setdefault(each.class_name or "nginx", []).append(each)
        if own and settings.assumed:
            self.notes.append(
                "no ConfigMap of ingress-nginx was given: its defaults are assumed "
                "(--controller-configmap)"
            )
        if not own:
            self.notes.append(
                f"no Ingress of ingress-nginx was given: its ConfigMap ({settings.place.file}) is "
                "judged by what it says for any that is gRPC"
            )
        return [
            self._configuration(name, classes.get(name, []), settings, len(classes))
            for name in sorted(classes) or [""]
        ]

    def _is_own(self, ingress: Ingress) -> bool:
        controller = self._classes.get(ingress.class_name)
        if controller is None:
            signs = {name.partition("/")[0] + "/" for name in ingress.values}
            if _OWN in signs:
                own = True
            elif signs.intersection(_OF_OTHERS):
                own = False
            else:
                own = not ingress.class_name or "nginx" in ingress.class_name
        else:
            own = controller == _CONTROLLER
        if not own:
            place = ingress.place
            self.foreign.append(Foreign(ingress.class_name, place.file, place.line))
        return own

    def _settings(self) -> Settings:
        if self._chosen is not None:
            return self._chosen
        if self.wanted:
            found = self._maps.get(self.wanted)
            if found is None:
                raise Refused(
                    f"--controller-configmap {self.wanted}: no such ConfigMap was given",
                    "write NAMESPACE/NAME of one that is, or the file that holds it",
                )
            candidates = [found]
        else:
            candidates = self._candidates
            if len(candidates) > 1:
                candidates = [each for each in candidates if each.named] or candidates
        if len(candidates) > 1:
            names = ", ".join(each.full_name for each in candidates[:3])
            raise Refused(
                f"several ConfigMaps may be ingress-nginx's: {names}",
                "say which: --controller-configmap NAMESPACE/NAME",
                candidates[1].place.file,
                candidates[1].place.line,
            )
        if not candidates:
            place = self._ingresses[0].below if self._ingresses else Place("", 1)
            return Settings(place=place)
        (chosen,) = candidates
        return Settings(
            chosen.values,
            chosen.place,
            assumed=False,
            name=chosen.full_name,
            comments=chosen.comments,
        )

    def _configuration(
        self, name: str, ingresses: list[Ingress], settings: Settings, classes: int
    ) -> Configuration:
        faults = Faults()
        said: list[Ineffective] = []
        if settings.said:
            said += faults.of_settings(settings)
        kept = []
        for each in ingresses:
            each.snippets = settings.assumed or settings.flag("allow-snippet-annotations")
            said += concerning(faults.of_ingress(each, settings))
            if not is_dropped(each, settings):
                kept.append(each)
        written = [comment for each in ingresses for comment in each.comments]
        snippets = Snippets()
        namespace, _, map_name = settings.name.partition("/")
        place = ingresses[0].place if ingresses else settings.place
        headers, lost = self._headers(settings)
        judged = settings
        if not ingresses:
            alone, judged = stand_in(settings)
            kept = [alone]
        directives = rendered(kept, judged, headers, snippets, place, lost)
        files = dict.fromkeys([place.file, *(each.place.file for each in ingresses)])
        files.update(dict.fromkeys(value.place.file for value in settings.said.values()))
        files.update(dict.fromkeys(value.place.file for value in headers.values()))
        entry = f"{place.file}: ingress-nginx"
        if classes > 1:
            entry += f", class {name}"
        return Configuration(
            "manifest",
            entry,
            "main",
            directives,
            comments=[*snippets.comments, *settings.comments, *written],
            files=list(files),
            texts={file: self._files[file] for file in files if file in self._files},
            given=place.file,
            parts=[each for each in snippets.parts if ingresses or each.key in settings.said],
            ineffective=said,
            config_map=(namespace, map_name) if not settings.assumed else ("", ""),
            class_name=name,
            stands_in=not ingresses,
        )

    def _headers(self, settings: Settings) -> tuple[Map[str, Value], str]:
        """The data of the ConfigMap that `proxy-set-headers` names, and why it is not here."""
        named = settings.text("proxy-set-headers")
        if not named:
            return {}, ""
        found = self._maps.get(named)
        if found is None:
            return {}, "it was not given"
        return found.values, ""


def full_name(node: Mapping) -> str:
    """Namespace and name of an object, with a slash between them."""
    namespace = _text(node, "metadata", "namespace") or _DEFAULT_NAMESPACE
    return f"{namespace}/{_text(node, 'metadata', 'name')}"


def _text(node: Mapping, part: str, name: str) -> str:
    inner = node.items.get(part)
    value = inner.items.get(name) if isinstance(inner, Mapping) else None
    return value.value if isinstance(value, Scalar) else ""
