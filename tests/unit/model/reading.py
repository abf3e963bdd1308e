"""From nginx text to a document that was held against its schema."""

import functools
import io
import json
import pathlib
from typing import Any

from jsonschema import Draft202012Validator

from nginx_grpc import model, resources, sources
from nginx_grpc.tree import Configuration

Json = dict[str, Any]


@functools.cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(
        json.loads(pathlib.Path(resources.schema_path("document")).read_text())
    )


def built(configuration: Configuration) -> Json:
    """The document, after it was held against the schema and its field counts."""
    document = model.build(configuration)
    validator().validate(document)
    assert_counted(document)
    return document


def assert_counted(value: object) -> None:
    if isinstance(value, dict):
        if "fields" in value:
            assert value["fields"] == len(value), value
        for inner in value.values():
            assert_counted(inner)
    elif isinstance(value, list):
        for inner in value:
            assert_counted(inner)


def read(text: str) -> Json:
    """The document of a text, whatever its level."""
    [configuration] = sources.read(["-"], stdin=io.BytesIO(text.encode()))
    return built(configuration)


def read_file(path: pathlib.Path) -> Json:
    """The document of a file with its includes."""
    [configuration] = sources.read([str(path)], stdin=io.BytesIO())
    return built(configuration)


def http(text: str) -> Json:
    """The document of a whole nginx.conf with this in its http block."""
    return read(f"events {{}}\nhttp {{\n{text}\n}}\n")


def server(text: str, around: str = "") -> Json:
    """The document of one server, in a whole nginx.conf."""
    return http(f"{around}\nserver {{\n{text}\n}}")


def location(document: Json, name: str = "/") -> Json:
    """The location that a reader calls so."""
    found = [
        location
        for server in document["servers"]
        for location in server["locations"]
        if location["name"] == name
    ]
    assert len(found) == 1, [location["name"] for location in found]
    return found[0]


def headers(document: Json, location: Json, directive: str) -> list[tuple[str, str]]:
    """The entries of a header list in effect, as name and value."""
    if directive not in location:
        return []
    listed = document["header_lists"][location[directive]]
    assert listed["directive"] == directive
    return [(header["name"], header["value"]) for header in listed["headers"]]


def error_pages(document: Json, location: Json) -> list[tuple[list[int], str, str]]:
    """The error pages in effect, as statuses, response and URI."""
    if "error_page" not in location:
        return []
    pages = document["error_page_lists"][location["error_page"]]["pages"]
    return [(page["codes"], page["response"], page["uri"]) for page in pages]
