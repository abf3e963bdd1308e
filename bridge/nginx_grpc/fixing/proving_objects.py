"""Edits of Kubernetes' objects held against what they say: in the YAML, and in the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nginx_grpc.fixing.edits import ObjectEdit
from nginx_grpc.fixing.homes import UnplacedError
from nginx_grpc.fixing.invariants import Difference
from nginx_grpc.fixing.judging import Judged
from nginx_grpc.fixing.objects import expected, said_in
from nginx_grpc.fixing.targets import Placed

__all__ = ["broken_objects", "not_of_objects"]

Json = dict[str, Any]


def broken_objects(before: Judged, after: Judged, placed: Sequence[Placed]) -> str:
    """What the manifests say after edits of objects that these do not say; empty where nothing."""
    by_object: dict[tuple[str, tuple[str, str, str]], list[ObjectEdit]] = {}
    for each in placed:
        assert each.said is not None
        edits = by_object.setdefault((each.text[0], each.said.object), [])
        if each.said not in edits:
            edits.append(each.said)
    for (file, _), edits in by_object.items():
        try:
            said, rest = said_in(file, before.targets.data_of(file), edits[0])
            now, left = said_in(file, after.targets.data_of(file), edits[0])
        except (UnplacedError, KeyError) as error:
            return f"the manifest could not be read ({error})"
        wanted = {key: value.rstrip("\n") for key, value in said.items()}
        for edit in edits:
            wanted = expected(wanted, edit)
        if {key: value.rstrip("\n") for key, value in now.items()} != wanted:
            return "the object would say something else than the edit"
        alone = len({(f, o) for f, o in by_object if f == file}) == 1
        if alone and rest != left:
            return "another object of the manifest would not be what it was"
    return ""


def not_of_objects(
    found: Iterable[Difference], before: Json, placed: Sequence[Placed]
) -> Iterator[Difference]:
    """The differences that edits of objects do not account for: those of a ConfigMap may change
    every node, those of an Ingress its own locations and what follows from these."""
    owners = {each.said.object for each in placed if each.said is not None}
    everywhere = any(kind == "ConfigMap" for kind, _, _ in owners)
    own = {
        (server["name"], location["name"])
        for server in before["servers"]
        for location in server["locations"]
        if tuple(location.get("owner", {}).values()) in owners
    }
    hosts = {server for server, _ in own}
    for each in found:
        if everywhere and (each.state != "gone" or each.kind == "document"):
            continue
        if each.kind == "location" and (each.server, each.name) in own and each.state == "changed":
            continue
        # What is said of an upstream or a server follows from its locations.
        follows = each.kind != "location" and (each.kind != "server" or each.server in hosts)
        if owners and follows and each.state == "changed":
            continue
        yield each
