"""Objects of Kubernetes in all that was given, which are judged together."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from nginx_grpc.errors import Refused
from nginx_grpc.records import replace
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.tree import Configuration, Manifests

if TYPE_CHECKING:
    from nginx_grpc.sources.kubernetes.ingress_nginx.cluster import Cluster
    from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping

__all__ = ["Objects", "read_again"]

_RENDERED = (
    "judge what its controller writes: "
    "kubectl exec -n NAMESPACE CONTROLLER_POD -- nginx -T | nginx-grpc check -"
)
_KINDS = frozenset(("configmap", "ingress", "ingressclass"))


class Objects:
    """What ingress-nginx makes nginx's text of: Ingress objects, with the controller's ConfigMap.

    Args:
        options: see ReadOptions.

    Attributes:
        manifests: the files that they stand in.
        beside: manifests in which a class or a ConfigMap of theirs may stand.
    """

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._cluster: Cluster | None = None
        self.manifests = Manifests(settings=options.controller_configmap)
        self.beside: dict[str, bytes] = {}

    def take(self, kind: str, node: Mapping, file: str, data: bytes, lines: list[str]) -> bool:
        """Whether an object is one of those; then it is kept.

        Args:
            kind: in lower case.
            node: its YAML.
            file, data, lines: the file it stands in.
        """
        if kind not in _KINDS:
            return False
        from nginx_grpc.sources.kubernetes.ingress_nginx.cluster import Manifest

        cluster = self._opened()
        manifest = Manifest(file, data, lines)
        if kind == "ingress":
            cluster.add_ingress(node, manifest)
        elif kind == "ingressclass":
            cluster.add_class(node)
        else:
            return cluster.add_config_map(node, manifest)
        return kind == "ingress"

    def configurations(self) -> list[Configuration]:
        """What the controller makes of all that was taken.

        Raises Refused where nothing of it is this controller's, or it can't be told.
        """
        if self._cluster is None:
            return []
        for file, data in self.beside.items():
            self._read_beside(file, data)
        found = self._cluster.configurations()
        if self._options.note is not None:
            for note in self._cluster.notes:
                self._options.note(note)
        foreign = self._cluster.foreign
        if foreign and not found:
            first = foreign[0]
            of = f" of class {first.class_name}" if first.class_name else ""
            raise Refused(
                f"this is an Ingress{of}, not of ingress-nginx, and no nginx text",
                _RENDERED,
                first.file,
                first.line,
            )
        if foreign and self._options.unjudged is not None:
            where = ", ".join(f"{each.file}:{each.line}" for each in foreign[:3])
            more = ", ..." if len(foreign) > 3 else ""
            self._options.unjudged(
                f"not judged: Ingress of another controller ({where}{more}); {_RENDERED}"
            )
        for each in found:
            each.manifests = self.manifests
        return found

    def _read_beside(self, file: str, data: bytes) -> None:
        from nginx_grpc.sources.kubernetes.manifest import ManifestSource

        source = ManifestSource(data, file, self._options)
        # What can't be read would not be judged by itself either.
        with suppress(Refused):
            for kind, node in source.nodes([]):
                if kind in ("configmap", "ingressclass"):
                    self.take(kind, node, file, data, source.lines)
                    self.manifests.files.setdefault(file, data)

    def _opened(self) -> Cluster:
        if self._cluster is None:
            from nginx_grpc.sources.kubernetes.ingress_nginx.cluster import Cluster

            self._cluster = Cluster()
            given, said = self.manifests, self.manifests.settings
            if given.mounted is None and given.text is None:
                if os.path.isdir(said):
                    given.mounted = self._mounted(said)
                elif os.path.lexists(said):
                    given.text = self._read(said)
            if given.mounted is not None:
                self._cluster.add_settings(given.mounted)
            elif given.text is not None:
                self._add_file(self._cluster, said, given.text)
            else:
                self._cluster.wanted = said
        return self._cluster

    def _add_file(self, cluster: Cluster, path: str, data: bytes) -> None:
        """The ConfigMap in a file of its own."""
        from nginx_grpc.sources.kubernetes.ingress_nginx.cluster import Manifest, full_name
        from nginx_grpc.sources.kubernetes.manifest import ManifestSource

        source = ManifestSource(data, path, self._options)
        found = [node for kind, node in source.nodes([]) if kind == "configmap"]
        if len(found) != 1:
            raise Refused(
                f"--controller-configmap: {len(found)} ConfigMaps in this file",
                "give the one of ingress-nginx, or write NAMESPACE/NAME",
                path,
            )
        cluster.wanted = full_name(found[0])
        cluster.add_config_map(found[0], Manifest(path, data, source.lines))

    def _mounted(self, folder: str) -> dict[str, bytes]:
        """The files of a folder that a ConfigMap is mounted in, one a key."""
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            raise Refused("the folder can't be read", "check its permissions", folder) from None
        paths = (os.path.join(folder, name) for name in names if not name.startswith("."))
        return {path: self._read(path) for path in paths if not os.path.isdir(path)}

    def _read(self, path: str) -> bytes:
        try:
            return read_regular(path, self._options.limits.file_bytes, self._options.overlay)
        except UnreadError as error:
            raise Refused(str(error), "give the ConfigMap of ingress-nginx", path) from None


def read_again(manifests: Manifests) -> list[Configuration]:
    """What the controller makes of objects whose files hold other words now.

    Raises Refused where that can't be told of them any more.
    """
    from nginx_grpc.sources.kubernetes.manifest import ManifestSource

    options = ReadOptions()
    objects = Objects(options)
    objects.manifests = manifests
    options = replace(options, objects=objects)
    for file, data in list(manifests.files.items()):
        with suppress(Refused):
            ManifestSource(data, file, options).collect()
    return objects.configurations()
