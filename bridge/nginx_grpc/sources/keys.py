"""Which keys of a ConfigMap are nginx text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.parsers.directives import KNOWN
from nginx_grpc.sources.contexts import is_blank
from nginx_grpc.sources.includes import Text
from nginx_grpc.tree import Directive

__all__ = ["OTHERS", "Keys", "nginx_keys"]

# Files of others that may quote nginx text.
OTHERS = re.compile(r"\.(?:sh|bash|py|js|lua|json|ya?ml|toml|md|html?|xml|rb|tpl|tmpl|template)\Z")

# What only nginx text looks like.
_NGINX = re.compile(
    rb"^[ \t]*(?:[\"']?(?:server|http|events|stream)[\"']?\s*\{"
    rb"|[\"']?(?:upstream|location)[\"']?\s[^{};\n]*\s?\{)"
    rb"|(?:grpc|proxy)_pass[\s\"'#]",
    re.MULTILINE,
)
# A comment, or a word in quotes, in which a # begins none.
_COMMENT = re.compile(
    rb"(?:^|(?<=[\s;{}]))(?:#[^\n]*|(\"[^\"\\]*(?:\\.[^\"\\]*)*\"|'[^'\\]*(?:\\.[^'\\]*)*'))",
    re.DOTALL,
)


@dataclass(slots=True)
class Keys:
    """The keys of one object.

    Args:
        nginx: those that are nginx text, in order.
        unread: those that look like it and can't be read, each with the reason.
    """

    nginx: list[str] = field(default_factory=list)
    unread: dict[str, Refused] = field(default_factory=dict)


def nginx_keys(texts: Mapping[str, Text], named: Collection[str] = ()) -> Keys:
    """Tell the keys that are nginx text from all others.

    Args:
        texts: every key's text.
        named: those that are, whatever they look like.
    """
    keys = Keys()
    for key, text in texts.items():
        if is_blank(text.data):
            continue
        if key in named:
            keys.nginx.append(key)
            continue
        looks = _NGINX.search(_COMMENT.sub(_quoted, text.data)) is not None
        if not looks and b";" not in text.data:
            continue
        try:
            directives = _read(text)
        except Refused as refused:
            if looks:
                keys.unread[key] = refused
            continue
        known = sum(directive.name in KNOWN for directive in directives)
        if looks or known * 2 > len(directives):
            keys.nginx.append(key)
    return keys


def _read(text: Text) -> list[Directive]:
    return parse(
        text.data,
        text.file,
        line_offset=text.line_offset,
        key=text.key,
        one_line=text.one_line,
    ).directives


def _quoted(found: re.Match[bytes]) -> bytes:
    return found[1] or b""
