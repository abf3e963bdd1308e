"""Arguments that several commands take, and what they mean."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field, replace

if TYPE_CHECKING:
    from nginx_grpc.settings_search import SettingsSearch
    from nginx_grpc.sources import ReadOptions
    from nginx_grpc.tree import Configuration

__all__ = [
    "Told",
    "add_engine",
    "add_input",
    "add_reading",
    "add_redact",
    "add_settings",
    "read",
    "read_options",
    "settings",
]


@dataclass(slots=True)
class Told:
    """What reading tells besides configurations, see CheckResult."""

    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def add_input(parser: argparse.ArgumentParser) -> None:
    """What is read, and how."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a file, a folder to search, a pattern of paths, the YAML of ConfigMaps and Ingress "
        "objects, an `nginx -T` dump, or - for standard input (the default)",
    )
    add_reading(parser)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """How it is read."""
    parser.add_argument("--prefix", metavar="DIR", help="folder that relative includes start from")
    parser.add_argument("--root", metavar="DIR", help="folder that includes may not leave")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="/etc/nginx=DIR",
        help="where an absolute path of the configuration lives here",
    )
    parser.add_argument(
        "--controller-configmap",
        default="",
        metavar="FILE|NAMESPACE/NAME",
        help="the ConfigMap of ingress-nginx, for Ingress objects (default: the one among what is "
        "given, else the controller's defaults)",
    )
    parser.add_argument(
        "--define",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="put VALUE in for $NAME and ${NAME}, as envsubst would",
    )
    parser.add_argument(
        "--env-file",
        action="append",
        default=[],
        metavar="FILE",
        help="the same for each NAME=VALUE line of FILE",
    )


def add_settings(parser: argparse.ArgumentParser, *, version: bool = True) -> None:
    """What it is judged by; without `version` the command says nginx's version otherwise."""
    parser.add_argument(
        "--settings",
        metavar="FILE",
        help="settings (default: nginx-grpc.yaml, from the input's folder up to the repository's)",
    )
    parser.add_argument(
        "--no-settings", action="store_true", help="look for no settings: the engine's own hold"
    )
    parser.add_argument("--profile", choices=("checklist", "evidence"), help="overrides settings")
    if version:
        parser.add_argument("--nginx-version", metavar="X.Y.Z", help="overrides settings")


def add_engine(parser: argparse.ArgumentParser) -> None:
    """What judges."""
    parser.add_argument(
        "--engine",
        default="embedded",
        help="embedded (default), conftest, opa, or the URL of an OPA server",
    )


def add_redact(parser: argparse.ArgumentParser) -> None:
    """Whether what is printed has pseudonyms in it."""
    parser.add_argument(
        "--redact",
        action="store_true",
        help="print pseudonyms for hosts, addresses, paths and all else that is not nginx's own",
    )


def read(
    arguments: argparse.Namespace, told: Told, stdin: BinaryIO | None = None
) -> list[Configuration]:
    """The configurations that the arguments name; `stdin` is what stands for standard input."""
    from nginx_grpc import sources
    from nginx_grpc.terminal import Progress

    options = read_options(arguments, told)
    if not arguments.paths and stdin is None and sys.stdin.isatty():
        raise Refused("no input", "name a file or a folder, or - to type a configuration")
    with Progress(sys.stderr, quiet=getattr(arguments, "quiet", False)) as progress:
        options = replace(options, progress=progress.file)
        stdin = stdin or sys.stdin.buffer
        return sources.read(arguments.paths or ["-"], options=options, stdin=stdin)


def read_options(arguments: argparse.Namespace, told: Told) -> ReadOptions:
    """How to read what the arguments name."""
    from nginx_grpc import sources

    maps = {}
    for pair in arguments.map:
        prefix, separator, folder = pair.partition("=")
        if not separator or not prefix.startswith("/") or not folder:
            raise Refused(f"--map {pair} is no mapping", "write --map /etc/nginx=DIR")
        if not os.path.isdir(folder):
            what = "no folder" if os.path.lexists(folder) else "not there"
            raise Refused(f"--map {pair}: {folder} is {what}", "name a folder of this machine")
        maps[prefix] = folder
    return sources.ReadOptions(
        prefix=arguments.prefix or "",
        root=arguments.root or "",
        maps=maps,
        definitions=_definitions(arguments),
        controller_configmap=getattr(arguments, "controller_configmap", ""),
        left_out=told.left_out.append,
        note=told.notes.append,
        unjudged=told.unread.append,
        unread=lambda refused: told.unread.append(_looks_like_nginx(refused)),
    )


def _looks_like_nginx(refused: Refused) -> str:
    from nginx_grpc.sources.kubernetes.manifest import ElsewhereError

    if isinstance(refused, ElsewhereError):
        return "; ".join(refused.unjudged)
    where = f"{refused.file}:{refused.line or 1}"
    return f"not judged, though it looks like nginx text ({where}): {refused.what}"


def _definitions(arguments: argparse.Namespace) -> dict[str, bytes]:
    """Values by name; --define counts more than a file, and what comes later more."""
    if not arguments.define and not arguments.env_file:
        return {}
    from nginx_grpc.sources import env_file

    values: dict[str, bytes] = {}
    for path in arguments.env_file:
        values.update(env_file.load(path))
    for pair in arguments.define:
        name, equals, value = pair.partition("=")
        if not equals or not env_file.NAME.match(name):
            raise Refused(f"--define {pair} is no assignment", "write --define NAME=VALUE")
        values[name] = os.fsencode(value)
    return values


def settings(
    arguments: argparse.Namespace, overlay: Mapping[str, bytes] | None = None
) -> SettingsSearch:
    """Where the settings come from; `overlay`: see ReadOptions."""
    from nginx_grpc.settings_search import SettingsSearch

    if arguments.no_settings and arguments.settings:
        raise Refused("--settings and --no-settings", "give one of them")
    return SettingsSearch(
        file=arguments.settings,
        wanted=not arguments.no_settings,
        profile=arguments.profile,
        nginx_version=arguments.nginx_version,
        overlay=overlay,
    )
