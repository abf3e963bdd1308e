"""The bridge: from configurations that were read to documents that can be judged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from nginx_grpc import resources
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration

__all__ = ["as_json", "build", "empty", "nothing", "validate"]


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
    """Hold documents against `schema/document.schema.json`.

    A document that does not fit is a fault of this tool, never of the configuration: Refused.
    """
    with open(resources.schema_path("document"), encoding="utf-8") as file:
        schema = json.load(file)
    for document in documents:
        where = _misfit(schema, document)
        if where is not None:
            raise Refused(
                f"the document does not fit its schema at {where}",
                "this is a fault of nginx-grpc: please report it with the configuration",
                str(document["source"]["entry"]),
            )


def _misfit(schema: dict[str, Any], document: dict[str, Any]) -> str | None:
    """Where a document does not fit, None where all of it does."""
    # jsonschema takes half a second for a thousand locations, jsonschema-rs a hundredth.
    if _locations(document) > _SMALL:
        import jsonschema_rs

        validator = jsonschema_rs.validator_for(schema)
        try:
            error = next(validator.iter_errors(document), None)
        except UnicodeEncodeError:
            error = next(validator.iter_errors(_in_utf8(document)), None)
        return None if error is None else ".".join(map(str, ["$", *error.instance_path]))
    from jsonschema import Draft202012Validator

    found = next(Draft202012Validator(schema).iter_errors(document), None)
    return None if found is None else found.json_path


def _locations(document: dict[str, Any]) -> int:
    servers = document.get("servers")
    if not isinstance(servers, list):
        return 0
    return sum(len(s["locations"]) for s in servers if isinstance(s, dict) and "locations" in s)


def _in_utf8(document: dict[str, Any]) -> dict[str, Any]:
    """The document, as jsonschema-rs can read it: without the lone surrogates that stand for bytes
    of a configuration that are no UTF-8."""
    text = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    clean: dict[str, Any] = json.loads(text)
    return clean


def empty(settings: dict[str, Any]) -> dict[str, Any]:
    """A document of a configuration with nothing in it: what is found is the settings' own."""
    return {
        "schema_version": 2,
        "source": {"kind": "file", "entry": "", "context": "main", "files": []},
        "controller": "",
        "complete": True,
        "gaps": [],
        "upstreams": [],
        "servers": [],
        "other_handlers": [],
        "header_lists": [],
        "error_page_lists": [],
        "features": [],
        "waivers": [],
        "objects": {
            "config_map": {"kind": "", "namespace": "", "name": ""},
            "ineffective": [],
            "fields": 3,
        },
        "settings": settings,
    }


def as_json(documents: list[dict[str, Any]], *, indent: int | None = None) -> str:
    """ASCII JSON: one object for one document, an array for several."""
    value = documents[0] if len(documents) == 1 else documents
    separators = (",", ":") if indent is None else None
    return json.dumps(value, indent=indent, separators=separators, allow_nan=False)
