"""The bridge: from configurations that were read to documents that can be judged."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from nginx_grpc import resources
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration

__all__ = ["as_json", "build", "empty", "for_policy", "nothing", "pieces", "validate"]


_SMALL = 200  # locations, up to which jsonschema is quick enough


def build(
    configurations: Iterable[Configuration],
    *,
    settings: dict[str, Any] | None = None,
    validated: bool = True,
) -> list[dict[str, Any]]:
    """One document a configuration, in their order; never an empty list.

    With `settings` each document carries them, so that an engine without data of its own judges by
    them. Raises Refused where there is no configuration.
    """
    from nginx_grpc import model

    documents = []
    for configuration in configurations:
        document = model.build(configuration)
        if settings is not None:
            document["settings"] = settings
        documents.append(document)
    if not documents:
        raise nothing()
    if validated:
        validate(documents)
    return documents


def nothing() -> Refused:
    """The error where there is no configuration."""
    return Refused("no nginx configuration", "name a file, a folder or - for standard input")


def validate(documents: Iterable[dict[str, Any]]) -> None:
    """Hold documents against `schema/document.schema.json`; see `pieces`."""
    for document in documents:
        deque(_checked(document), maxlen=0)


def empty(settings: dict[str, Any]) -> dict[str, Any]:
    """A document of a configuration with nothing in it: what is found is the settings' own."""
    return {
        "schema_version": 2,
        "source": {"kind": "file", "entry": "", "context": "main", "files": []},
        "complete": True,
        "gaps": [],
        "upstreams": [],
        "servers": [],
        "other_handlers": [],
        "header_lists": [],
        "error_page_lists": [],
        "features": [],
        "waivers": [],
        "settings": settings,
    }


def pieces(documents: list[dict[str, Any]]) -> Iterator[str]:
    """`as_json` in pieces to be joined, checked against the schema on the way.

    A document that does not fit is a fault of this tool, never of the configuration: Refused.
    """
    if len(documents) == 1:
        yield from _checked(documents[0])
        return
    start = "["
    for document in documents:
        yield start
        yield from _checked(document)
        start = ","
    yield "]"


def _checked(document: dict[str, Any]) -> Iterator[str]:
    """The text of one document. What is small, jsonschema judges first; what is larger, the writer
    alone, which is made from the same schema and held equal to jsonschema by a test: jsonschema
    takes half a second for a thousand locations.
    """
    if _locations(document) <= _SMALL:
        _hold_against_schema(document)
    yield from _written(document)


def for_policy(document: dict[str, Any]) -> str:
    """The text of one document for the policy, whose guard judges it too: jsonschema is left out,
    which takes longer to start than a small check takes as a whole.
    """
    return "".join(_written(document))


def _written(document: dict[str, Any]) -> Iterator[str]:
    from nginx_grpc import document_json

    try:
        yield from document_json.pieces(document)
    except document_json.UnfitError as unfit:
        raise _unfit(document, f"({str(unfit)[:80]})") from None


def _locations(document: dict[str, Any]) -> int:
    servers = document.get("servers")
    if not isinstance(servers, list):
        return 0
    return sum(len(s["locations"]) for s in servers if isinstance(s, dict) and "locations" in s)


def _hold_against_schema(document: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator

    with open(resources.schema_path("document"), encoding="utf-8") as file:
        validator = Draft202012Validator(json.load(file))
    error = next(validator.iter_errors(document), None)
    if error is not None:
        raise _unfit(document, f"at {error.json_path}")


def _unfit(document: dict[str, Any], where: str) -> Refused:
    return Refused(
        f"the document does not fit its schema {where}",
        "this is a fault of nginx-grpc: please report it with the configuration",
        str(document["source"]["entry"]),
    )


def as_json(documents: list[dict[str, Any]], *, indent: int | None = None) -> str:
    """ASCII JSON: one object for one document, an array for several."""
    value = documents[0] if len(documents) == 1 else documents
    separators = (",", ":") if indent is None else None
    return json.dumps(value, indent=indent, separators=separators, allow_nan=False)
