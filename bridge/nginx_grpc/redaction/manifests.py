"""Kubernetes manifests: the nginx texts in them as such, all other text by what it is."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.redaction.columns import Columns
from nginx_grpc.redaction.grammar import Owner
from nginx_grpc.redaction.texts import edits_of
from nginx_grpc.redaction.vocabulary import AMOUNT, DIRECTIVES
from nginx_grpc.redaction.words import Edit, apply
from nginx_grpc.redaction.yaml_texts import Mapping, Node, Scalar, Sequence, YamlText

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor

__all__ = ["outside", "redacted_manifest"]

_COMMENT = re.compile(r"(?:^|(?<=\s))#+[ \t]*(?P<text>[^\n\r]*?)[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"[^\s][^\n]*(?<=[^\s])")
_ANCHOR = re.compile(r"(?<![^\s,\[{:-])[&*](?P<name>[^\s,\]}]+)")
_TEXTS = ("data", "binaryData", "stringData")
_NAMING = frozenset(("labels", "annotations", "matchLabels", "selector", "nodeSelector", *_TEXTS))
_OF_KUBERNETES = re.compile(r"(?:[a-z0-9-]+\.)*(?:kubernetes|k8s)\.io/")
_VERSION = re.compile(r"(?:(?:apps|batch|policy|autoscaling|(?:[a-z]+\.)+k8s\.io)/)?v[0-9]\w*\Z")
_PLAIN = re.compile(r"(?:true|false|null|~|yes|no|on|off|[0-9]{1,5}(?:\.[0-9]+)?)?\Z", re.I)
_KINDS = frozenset(
    """
    ConfigMap ConfigMapList List Deployment Service Ingress IngressClass Secret Namespace Pod
    DaemonSet StatefulSet Job CronJob ServiceAccount Role RoleBinding ClusterRole
    ClusterRoleBinding PersistentVolumeClaim HTTPRoute GRPCRoute Gateway Kustomization HelmRelease
    VirtualServer VirtualServerRoute TransportServer Template NetworkPolicy PodDisruptionBudget
    HorizontalPodAutoscaler Policy
    """.split()  # noqa: SIM905
)
_KEYS = frozenset(
    """
    apiVersion kind metadata name namespace labels annotations data binaryData stringData immutable
    items objects spec status template replicas selector matchLabels matchExpressions containers
    initContainers image imagePullPolicy command args env envFrom value valueFrom configMapKeyRef
    configMapRef secretKeyRef secretRef key optional ports containerPort hostPort port targetPort
    nodePort protocol type clusterIP loadBalancerIP resources limits requests cpu memory
    volumeMounts mountPath subPath readOnly volumes configMap secret emptyDir defaultMode items path
    livenessProbe readinessProbe startupProbe httpGet grpc tcpSocket exec initialDelaySeconds
    periodSeconds timeoutSeconds failureThreshold successThreshold scheme host rules http paths
    pathType backend service number tls hosts secretName ingressClassName serviceAccountName
    nodeSelector tolerations affinity securityContext runAsUser runAsNonRoot runAsGroup fsGroup
    allowPrivilegeEscalation capabilities drop add readOnlyRootFilesystem restartPolicy dnsPolicy
    hostNetwork terminationGracePeriodSeconds strategy rollingUpdate maxSurge maxUnavailable
    revisionHistoryLimit imagePullSecrets generation resourceVersion uid creationTimestamp
    parentRefs hostnames matches method backendRefs filters weight listeners parameters
    """.split()  # noqa: SIM905
)
_INGRESS = frozenset(
    """
    class rewrite target configuration snippet cluster issuer app instance managed by part of
    component protocol path regex use cors origin allow proxy body size timeout read send connect
    ssl redirect force backend server
    """.split()  # noqa: SIM905
).union(*(name.split("_") for name in DIRECTIVES))


class Places(NamedTuple):
    """What is known of the keys, by file and key: the owners, and the columns as they are found."""

    owners: dict[tuple[str, str], Owner]
    columns: dict[tuple[str, str], Columns]


def redacted_manifest(
    data: bytes,
    file: str,
    redactor: Redactor,
    owners: dict[tuple[str, str], Owner],
    columns: dict[tuple[str, str], Columns],
) -> bytes:
    """A file of manifests with pseudonyms.

    Args:
        data: its text.
        file: its name, as the owners have it.
        redactor: the run.
        owners: for each key that is nginx text, the block that includes it.
        columns: takes those of each key.
    """
    text = YamlText(data)
    edits: list[Edit] = []
    for node in text.documents:
        _node(node, file, redactor, Places(owners, columns), edits)
    edits.extend(outside(text, redactor))
    return apply(text.text, edits).encode("latin-1")


def outside(text: YamlText, redactor: Redactor) -> Iterator[Edit]:
    """What stands between the scalars: comments, and the names of anchors."""
    at = 0
    for scalar in sorted(text.scalars, key=lambda each: each.start):
        yield from _between(text.text, at, scalar.start, redactor)
        if scalar.style in ("|", ">"):
            head = scalar.start + scalar.raw.find("\n")
            for found in _COMMENT.finditer(text.text, scalar.start, head):
                yield from _phrase(text.text, *found.span("text"), redactor)
        at = max(at, scalar.start + len(scalar.raw))
    yield from _between(text.text, at, len(text.text), redactor)


def _between(text: str, start: int, end: int, redactor: Redactor) -> Iterator[Edit]:
    for found in _COMMENT.finditer(text, start, end):
        yield from _phrase(text, *found.span("text"), redactor)
    for found in _ANCHOR.finditer(text, start, end):
        part: list[Edit] = []
        redactor.words.scan(text, *found.span("name"), part, "name")
        yield from part


def _phrase(text: str, start: int, end: int, redactor: Redactor) -> Iterator[Edit]:
    written = text[start:end]
    if not re.search(r"[A-Za-z0-9\x80-\xff]", written):
        return
    done = redactor.names.phrase(written, "comment")
    if done != written:
        yield Edit(start, end, done)


def _node(
    top: Node,
    file: str,
    redactor: Redactor,
    places: Places,
    edits: list[Edit],
) -> None:
    waiting: list[tuple[Node, str, bool]] = [(top, "", False)]
    while waiting:
        node, above, naming = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend((item, above, False) for item in reversed(node.items))
        elif isinstance(node, Scalar):
            edits.extend(node.edits(_scalar(node, above, redactor)))
        else:
            for key, value in node.items:
                edits.extend(key.edits(_key(key, above, naming, redactor)))
                inner = key.value in _NAMING and isinstance(value, Mapping)
                if above in _TEXTS and naming and isinstance(value, Scalar):
                    edits.extend(_text(key, value, above, file, redactor, places))
                else:
                    waiting.append((value, key.value, inner))


def _key(key: Scalar, above: str, naming: bool, redactor: Redactor) -> list[Edit]:
    found: list[Edit] = []
    if naming and above in _TEXTS:
        redactor.words.file(key.value, 0, len(key.value), found)
    elif naming:
        own = _OF_KUBERNETES.match(key.value)
        start = own.end() if own else 0
        rest = key.value[start:]
        if not (own and all(part in _INGRESS for part in re.split("[-_.]", rest))):
            redactor.words.scan(key.value, start, len(key.value), found, "name")
    elif key.value not in _KEYS and key.value != "<<":
        redactor.words.scan(key.value, 0, len(key.value), found, "name")
    return found


def _scalar(node: Scalar, key: str, redactor: Redactor) -> list[Edit]:
    found: list[Edit] = []
    value = node.value
    if key == "apiVersion" and _VERSION.match(value):
        return found
    if key == "kind" and value in _KINDS:
        return found
    if _PLAIN.match(value) or AMOUNT.match(value):
        return found
    if value.startswith("/"):
        redactor.words.path(value, 0, len(value), found)
    elif key == "host":
        redactor.words.host(value, 0, len(value), found)
    else:
        redactor.words.scan(value, 0, len(value), found, "name")
    return found


def _text(
    key: Scalar,
    value: Scalar,
    part: str,
    file: str,
    redactor: Redactor,
    places: Places,
) -> Iterator[Edit]:
    """What is replaced in the value of a key of a ConfigMap."""
    name = key.value.encode("latin-1").decode("utf-8")
    owner = places.owners.get((file, name))
    if part == "binaryData":
        yield from _binary(value, redactor, owner)
    elif owner is not None and _is_nginx(value.value, owner):
        found = list(edits_of(value.value, redactor.grammar, redactor.names, owner))
        places.columns[file, name] = Columns(value.value, found, value.first_line)
        yield from value.edits(found)
    else:
        yield from _other(value, redactor)


def _other(value: Scalar, redactor: Redactor) -> Iterator[Edit]:
    """A text of another language is replaced line by line."""
    if _PLAIN.match(value.value.strip()) or AMOUNT.match(value.value.strip()):
        return
    edits: list[Edit] = []
    for line in _LINE.finditer(value.value):
        edits.extend(_phrase(value.value, *line.span(), redactor))
    yield from value.edits(edits)


def _binary(value: Scalar, redactor: Redactor, owner: Owner | None) -> Iterator[Edit]:
    data = base64.b64decode("".join(value.value.split()))
    if owner is not None and _is_nginx(data.decode("latin-1"), owner):
        done = redactor.text(data, owner)
    else:
        done = redactor.names.phrase(data.decode("latin-1"), "comment").encode("latin-1")
    if done != data:
        coded = base64.b64encode(done).decode()
        lines = value.raw.count("\n")
        start = value.start
        if value.style in ("|", ">"):
            coded = f'"{coded}"'
        elif value.style:
            coded = value.style + coded + value.style
        yield Edit(start, start + len(value.raw), coded + "\n" * lines)


def _is_nginx(text: str, owner: Owner) -> bool:
    from nginx_grpc.parsers.blocks import body_of

    free = bool(owner[0]) and body_of(owner[0]).free_names
    try:
        parse(text.encode("latin-1"), "", free_names=free)
    except Refused:
        return False
    return True
