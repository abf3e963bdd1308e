"""A folder searched through for nginx configurations: which files count as one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.contexts import is_blank
from nginx_grpc.sources.disk import inside, read_regular
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.sources.interface import Limits
from nginx_grpc.sources.kubernetes.keys import ENGINES

__all__ = ["Found", "grpc_pass_in", "is_foreign", "search"]

_LEFT_OUT = {".git", "node_modules"}
# What Debian's layout names after the site alone.
_SITES = {"sites-available", "sites-enabled"}
_HOMES = {*_SITES, "conf.d"}
_OLD = expression(
    r".*(?:~|\.(?:bak|backup|disabled|old|orig|save|swp|dpkg-\w+|rpm\w+))\Z", re.DOTALL
)
_LIKELY = expression(
    r"nginx.*\.txt\Z|.*\.(?:nginx|vhost)\Z"
    rf"|.*\.conf\.(?:{ENGINES}|in|txt)\Z",
    re.DOTALL,
)
_CONF = expression(r".*\.conf(?:\.template)?\Z", re.DOTALL)
# Named after nginx, and in a language of its own.
_FOREIGN = expression(
    r".*\.(?:adoc|bash|bats|bat|c|cue|css|csv|crt|deb|diff|dockerfile|exe|fish|go|gz|h|hcl|html?"
    r"|ini|java|js|jsonnet|key|libsonnet|lock|log|lua|md|nix|patch|pem|php|pl|png|pp|proto|ps1|pub"
    r"|py|rb|rego|rpm|rs|rst|service|sh|socket|spec|sql|svg|tar|te|tf|tfvars|tgz|timer|toml|ts"
    r"|txt|xml|xz|zip|zsh)\Z",
    re.DOTALL | re.IGNORECASE,
)
_MANIFEST = expression(r".*\.(?:ya?ml|json)\Z", re.DOTALL | re.IGNORECASE)

# Looked for in the whole text, comments and quotes with it: a sign that is none costs a reading,
# one that is missed would pass for clean.
_WORD = expression(rb"(?:\A|[\s;{}\"'])(?:events|http|server)[\"']?\s*([#{])")
_COMMENTS = expression(rb"(?:\s+|#[^\n]*)*")
_NAMED = expression(rb"(?:\A|[\s;{}\"'])(?:upstream|location)[\"']?\s")
# Objects that a controller makes nginx's text of, and keys of ingress-nginx's ConfigMap.
_OBJECT = expression(
    rb"(?:^|[\s{,\"'])kind[\"']?[ \t]*:\s*(?:[!&]\S*[ \t]+)*[\"']?"
    rb"(?:Ingress(?:List)?|VirtualServer(?:Route)?|TransportServer)\b"
    rb"|^[ \t]*[\"']?(?:upstream-keepalive-[a-z]+|proxy-(?:read|send|connect)-timeout|use-http2"
    rb"|allow-snippet-annotations|grpc-buffer-size-kb|client-body-timeout)[\"']?[ \t]*:",
    re.MULTILINE,
)
# What counts only with such an object.
_BESIDE = expression(rb"\b(?:ConfigMap|IngressClass)\b")
# A chart's template is one where it names a controller.
_ANNOTATION = expression(rb"nginx\.(?:ingress\.kubernetes\.io|org|com)/[a-z]")
_BRACE = expression(rb"[{}]")
# The longest name of a block that was seen, many times over.
_NAME = 4_000
_PASS = expression(rb"[a-z]_pass[\s\"'#]")
_INCLUDE = expression(rb"(?:\A|[\s;{}])[\"']?include[\s\"'#]")
# `port = 80` or `hosts => [...]` in a text without a single `;`: HOCON, Logstash, and no nginx.
_ASSIGNMENT = expression(rb"^[ \t]*[\w.\"-]+[ \t]*(?:=>?|\+=)[ \t]*\S", re.MULTILINE)

# Files of any other name, in which a gRPC location would be seen: no programs, whose tests quote
# nginx, no prose, and of no size that people write.
_OF_ANOTHER = expression(
    r".*\.(?:adoc|c|cc|cpp|cs|css|csv|diff|go|h|hpp|html?|java|js|jsx|kt|kts|log|md|mdx|mjs|patch"
    r"|php|pl|pm|png|py|pyi|rego|rs|rst|scala|scss|sql|svg|swift|tsx?|vue|xml|zig)\Z"
    r"|(?:README|CHANGE|NEWS|HISTORY|LICEN[CS]E)",
    re.DOTALL | re.IGNORECASE,
)
_MOST_BYTES = 1024 * 1024
_GRPC_PASS = expression(rb"(?:^|[\s;{}\"'])grpc_pass[ \t]+[^\s;{}#]+[ \t]*;", re.MULTILINE)


@dataclass(slots=True)
class Found:
    """What a search found.

    Args:
        files: the files that count as nginx configurations with their texts, in the order of paths.
        likely: those that count if they can be read as one, with their texts.
        beside: manifests that count only with objects of the others, with their texts.
        others: files of any other name that have a `grpc_pass` in them, with their texts.
        unread: why others of them can't be read.
        left_out: the folders that were not looked into.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    likely: dict[str, bytes] = field(default_factory=dict)
    beside: dict[str, bytes] = field(default_factory=dict)
    others: dict[str, bytes] = field(default_factory=dict)
    unread: list[Refused] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def search(
    top: str, roots: list[str], limits: Limits, overlay: Mapping[str, bytes] | None = None
) -> Found:
    """The nginx configurations in a folder and all below it.

    A `*.conf`, a `*.conf.template`, what is named after nginx and what stands in Debian's folders
    of sites counts if its text has a block of nginx or a `*_pass`. So may a template, a ConfigMap
    and what else is in those folders or in a `conf.d`, whatever its ending: domains end in `.pl`.
    What has any other name is looked through for a `grpc_pass`.

    Args:
        top: the folder.
        roots: the real paths that a link may lead into.
        limits: how much may be looked at and read.
        overlay: see ReadOptions.

    Raises:
        Refused: a folder or a file that may be one can't be read.
    """
    found = Found()
    seen = size = 0
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        inner = []
        for entry in _entries(folder):
            seen += 1
            if seen > limits.names:
                raise Refused(
                    f"more than {limits.names:,} names to look at", "name the folder in it", top
                )
            path = os.path.normpath(os.path.join(folder, entry.name))
            if entry.is_dir(follow_symlinks=False):
                if entry.name in _LEFT_OUT or os.path.lexists(os.path.join(path, "pyvenv.cfg")):
                    found.left_out.append(path)
                else:
                    inner.append(path)
            elif entry.is_symlink() and os.path.isdir(path):
                # Inside of the folder it is seen where it stands.
                if not inside(os.path.realpath(path), roots):
                    found.left_out.append(path)
            else:
                sure = _named(entry.name, os.path.basename(folder))
                if not sure and not _may_count(entry.name, os.path.basename(folder)):
                    other = _other(entry, path, roots, limits, overlay)
                    if other:
                        size += len(other)
                        found.others[path] = other
                    continue
                try:
                    data = _read(path, roots, limits, overlay)
                except Refused as refused:
                    if sure:
                        raise
                    if not _MANIFEST.match(entry.name):
                        found.unread.append(refused)
                    continue
                if not _counts(entry.name, data):
                    if _MANIFEST.match(entry.name) and _BESIDE.search(data):
                        size += len(data)
                        found.beside[path] = data
                    continue
                size += len(data)
                (found.files if sure else found.likely)[path] = data
                if len(found.files) + len(found.likely) > limits.files:
                    raise Refused(f"more than {limits.files:,} files", "name a folder in it", top)
                if size > limits.total_bytes:
                    raise Refused(
                        f"more than {limits.total_bytes:,} bytes in all", "name a folder in it", top
                    )
        waiting.extend(reversed(inner))
    found.files = {path: found.files[path] for path in sorted(found.files, key=os.fsencode)}
    found.left_out.sort(key=os.fsencode)
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError:
        raise Refused("the folder can't be read", "check its permissions", folder) from None


def _named(name: str, folder: str) -> bool:
    if name.startswith("."):
        return False
    if _CONF.match(name):
        return True
    return (name.startswith("nginx") or folder in _SITES) and not _FOREIGN.match(name)


def _may_count(name: str, folder: str) -> bool:
    if name.startswith("."):
        return False
    if folder in _SITES or (folder in _HOMES and not _OLD.match(name)):
        return True
    return _LIKELY.match(name) is not None or _MANIFEST.match(name) is not None


def is_foreign(path: str) -> bool:
    """Whether a file is of another language by its name, where nginx would not read it either."""
    folder, name = os.path.split(path)
    if os.path.basename(folder) == "sites-enabled" or _LIKELY.match(name):
        return False
    return _FOREIGN.match(name) is not None


def _read(
    path: str, roots: list[str], limits: Limits, overlay: Mapping[str, bytes] | None
) -> bytes:
    if not inside(os.path.realpath(path), roots):
        raise Refused("a link out of the folder", "take it out of the folder, or say --root", path)
    try:
        return read_regular(path, limits.file_bytes, overlay)
    except UnreadError as error:
        raise Refused(str(error), "take it out of the folder, or name the file", path) from None


def _other(
    entry: os.DirEntry[str],
    path: str,
    roots: list[str],
    limits: Limits,
    overlay: Mapping[str, bytes] | None,
) -> bytes:
    """The text of a file with a `grpc_pass` in it; empty for all others."""
    name = entry.name
    if name.startswith(".") or _OLD.match(name) or _OF_ANOTHER.match(name):
        return b""
    try:
        if not entry.is_file() or entry.stat().st_size > _MOST_BYTES:
            return b""
        data = _read(path, roots, limits, overlay)
    except (OSError, Refused):
        return b""
    return data if grpc_pass_in(data) else b""


def grpc_pass_in(data: bytes) -> int:
    """The line of the first `grpc_pass` with a target in a text of any kind; 0 for none."""
    # A look for the word takes a tenth of the time.
    found = _GRPC_PASS.search(data) if b"grpc_pass" in data else None
    return data.count(b"\n", 0, data.index(b"grpc_pass", found.start())) + 1 if found else 0


def _counts(name: str, data: bytes) -> bool:
    if _MANIFEST.match(name):
        if grpc_pass_in(data):
            return True
        if _OBJECT.search(data) and (b"{{" not in data or _ANNOTATION.search(data)):
            return True
        if b"ConfigMap" not in data:
            return False
    # UTF-16 is refused by the parser, not passed over.
    text = data.lstrip(b"\xff\xfe\xef\xbb\xbf").replace(b"\0", b"")
    if data.startswith(b"\x7fELF") or is_blank(text):
        return False
    if b";" not in text and _ASSIGNMENT.search(text):
        return False
    if _has_block(text) or _PASS.search(text):
        return True
    return name.startswith("nginx") and _INCLUDE.search(text) is not None


def _has_block(text: bytes) -> bool:
    end = 0
    for word in _WORD.finditer(text):
        if word[1] == b"{":
            return True
        # A word within the comments behind another one has the same end.
        if word.start(1) >= end:
            comments = _COMMENTS.match(text, word.start(1))
            assert comments is not None
            end = comments.end()
            if text.startswith(b"{", end):
                return True
    brace = _BRACE.search(text)
    for named in _NAMED.finditer(text):
        if brace is not None and brace.start() < named.end():
            brace = _BRACE.search(text, named.end())
        if brace is None:
            return False
        if brace[0] == b"{" and brace.start() - named.end() <= _NAME:
            return True
    return False
