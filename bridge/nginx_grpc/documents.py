"""The bridge: from configurations that were read to documents that can be judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from nginx_grpc import resources
from nginx_grpc.compact_json import compact
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration

__all__ = ["as_json", "build", "empty", "nothing", "validate", "written"]


_SOME = 5
"""How many servers or upstreams are written at once: what fits into a processor's caches is written
in two thirds of the time."""


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


def written(
    configuration: Configuration, settings: dict[str, Any] | None = None, *, validated: bool = True
) -> Iterator[str]:
    """The JSON of one document, in pieces: the same as that of `build`, of which never more is held
    than some servers. A piece was held against the schema before it is given out."""
    from nginx_grpc import model

    def fits(part: dict[str, Any], first: int = 0) -> None:
        if schema is not None:
            schema.hold(part, configuration.entry, first)

    schema = _Schema(in_parts=True) if validated else None
    with model.opened(configuration) as opened:
        beginning = opened.beginning()
        fits(beginning)
        yield compact(beginning)[:-1]
        yield from _list("upstreams", opened.upstreams.each_as_json(), fits, _text)
        lists = opened.lists()
        yield from _list("servers", opened.servers(lists), fits, model.servers_text)
        beside = {"other_handlers": opened.other_handlers}
        fits(beside)
        yield "," + compact(beside)[1:-1]
        for name, items, entries in (
            ("header_lists", lists.header_lists(), "headers"),
            ("error_page_lists", lists.error_page_lists(), "pages"),
        ):
            yield from _list(name, iter(items), fits, partial(model.lists_text, name=entries))
        ending = opened.ending()
        if settings is not None:
            ending["settings"] = settings
        fits(ending)
        yield "," + compact(ending)[1:]
    if schema is not None:
        schema.whole(configuration.entry)


def _text(items: list[dict[str, Any]]) -> str:
    return compact(items)[1:-1]


def _list(
    name: str,
    items: Iterator[dict[str, Any]],
    fits: Callable[[dict[str, Any], int], None],
    text_of: Callable[[list[dict[str, Any]]], str],
) -> Iterator[str]:
    fits({name: []}, 0)
    yield f',"{name}":['
    before = ""
    first = 0
    while some := list(islice(items, _SOME)):
        fits({name: some}, first)
        yield before + text_of(some)
        before = ","
        first += len(some)
    yield "]"


def validate(documents: Iterable[dict[str, Any]]) -> None:
    """Hold documents against `schema/document.schema.json`.

    A document that does not fit is a fault of this tool, never of the configuration: Refused.
    """
    schema = _Schema()
    for document in documents:
        schema.hold(document, str(document["source"]["entry"]))


class _Schema:
    """The schema of a document.

    Args:
        in_parts: whether a document is given in parts, each with some fields of it.
    """

    def __init__(self, *, in_parts: bool = False) -> None:
        import jsonschema_rs

        with open(resources.schema_path("document"), encoding="utf-8") as file:
            schema = json.load(file)
        self._missing = set(schema["required"])
        if in_parts:
            del schema["required"]
        self._validator = jsonschema_rs.validator_for(schema)

    def hold(self, part: dict[str, Any], entry: str, first: int = 0) -> None:
        """Raises Refused where it does not fit.

        Args:
            part: the document, or a part of it.
            entry: the configuration.
            first: the place in the document of the first of a list that is given in parts.
        """
        self._missing -= part.keys()
        try:
            error = next(self._validator.iter_errors(part), None)
        except UnicodeEncodeError:
            error = next(self._validator.iter_errors(_in_utf8(part)), None)
        if error is not None:
            field, *path = error.instance_path or [""]
            if path and isinstance(path[0], int):
                path[0] += first
            raise _misfit(".".join(map(str, ["$", field, *path])), entry)

    def whole(self, entry: str) -> None:
        """Raises Refused where no part had a field that a document has."""
        if self._missing:
            raise _misfit(f"$.{min(self._missing)}", entry)


def _misfit(where: str, entry: str) -> Refused:
    return Refused(
        f"the document does not fit its schema at {where}",
        "this is a fault of nginx-grpc: please report it with the configuration",
        entry,
    )


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
