"""Reads and judges the configuration that lines are held against."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from copy import copy

from nginx_grpc.commands import arguments as given
from nginx_grpc.errors import Refused
from nginx_grpc.explain.access import Formats
from nginx_grpc.explain.judged import Judged
from nginx_grpc.shards import Shards
from nginx_grpc.tree import Configuration, Directive

__all__ = ["read"]


def read(
    arguments: argparse.Namespace, notes: list[str], stdin_taken: bool
) -> tuple[Judged, Formats]:
    """The configuration of `--config`, judged, and the log formats that it defines.

    Args:
        arguments: the command's.
        notes: told what a reader should know.
        stdin_taken: whether standard input is a log.

    Raises Refused where it can't be read.
    """
    from nginx_grpc import engines, model
    from nginx_grpc.check import check

    if "-" in arguments.config and stdin_taken:
        raise Refused("standard input is the log", "name a file for the log or for --config")
    told = given.Told()
    search = given.settings(arguments)
    asked = copy(arguments)
    asked.paths = arguments.config
    configurations = given.read(asked, told)
    formats = Formats(_formats(configurations))
    settings = [search.of(each) for each in configurations]
    shards: dict[int, Shards | None] = {}
    result = check(
        configurations,
        engines.by_name("embedded"),
        settings_of=search.of,
        keep=lambda each, its: shards.update({id(each): its}),
    )
    built = []
    for each, its in zip(configurations, settings, strict=True):
        judged = shards[id(each)]
        document = (judged and judged.document()) or model.build(each)
        built.append(document if its.values is None else {**document, "settings": its.values})
    notes += [*search.notes, *told.notes, *told.unread]
    return Judged(built, result, [each.values for each in settings]), formats


def _formats(configurations: list[Configuration]) -> Iterator[str]:
    """The texts of all log_formats."""
    waiting: list[Directive] = [d for each in configurations for d in each.directives]
    while waiting:
        directive = waiting.pop()
        if directive.name == "log_format" and len(directive.args) > 1:
            strings = directive.args[1:]
            if re.fullmatch(r"escape=\w+", strings[0]):
                strings = strings[1:]
            yield "".join(strings)
        elif directive.block is not None and directive.name == "http":
            waiting.extend(directive.block)
