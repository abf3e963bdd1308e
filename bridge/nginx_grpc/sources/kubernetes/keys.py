"""Which keys of a ConfigMap are nginx text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.parsers.directives import KNOWN
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.contexts import is_blank
from nginx_grpc.sources.includes import Text
from nginx_grpc.tree import Directive

__all__ = ["ENGINES", "OTHERS", "Keys", "nginx_keys"]

# Files of others that may quote nginx text, and templates of it.
_SCRIPT = expression(r"\.(?:sh|bash|py|js|lua|json|ya?ml|toml|md|html?|xml|rb)\Z")
ENGINES = (
    "ctmpl|dist|eex|ejs|epp|erb|gotmpl|gotpl|handlebars|hbs|j2|jinja2?|liquid|mako|mustache|njk"
    "|template|tftpl|tmpl|tpl|tt2?"
)
"""What the names of templates end with, whoever fills them in."""
_TEMPLATE = expression(rf"\.(?:{ENGINES})\Z")
OTHERS = expression(rf"{_SCRIPT.pattern}|{_TEMPLATE.pattern}")
# Of those the ones that tell and show, and write nothing.
_PROSE = expression(r"\.(?:md|html?|xml)\Z")

# What only nginx text looks like.
_NGINX = expression(
    rb"^[ \t]*(?:[\"']?(?:server|http|events|stream)[\"']?\s*\{"
    rb"|[\"']?(?:upstream|location)[\"']?\s[^{};\n]*\s?\{)"
    rb"|(?:grpc|proxy)_pass[\s\"'#]",
    re.MULTILINE,
)
# What a byte order mark is of.
_MARKS = b"\xff\xfe\xef\xbb\xbf"
# A line with a name of nginx's kind, and no `name = value`.
_LINE = expression(rb"^[ \t]*([a-z]+_[a-z_]+)[ \t]+[^\s=:]", re.MULTILINE)
# A comment, or a word in quotes, in which a # begins none.
_COMMENT = expression(
    rb"(?:^|(?<=[\s;{}]))(?:#[^\n]*|(\"[^\"\\]*(?:\\.[^\"\\]*)*\"|'[^'\\]*(?:\\.[^'\\]*)*'))",
    re.DOTALL,
)


@dataclass(slots=True)
class Keys:
    """The keys of one object.

    Args:
        nginx: those that are nginx text, in order.
        unread: those that look like it and can't be read, each with the reason.
        sure: those of the unread that are nothing else, no script and no template.
    """

    nginx: list[str] = field(default_factory=list)
    unread: dict[str, Refused] = field(default_factory=dict)
    sure: list[str] = field(default_factory=list)


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
        # UTF-16 is refused by the parser, not passed over.
        plain = text.data.lstrip(_MARKS).replace(b"\0", b"")
        looks = _NGINX.search(_COMMENT.sub(_quoted, plain)) is not None
        if not looks and b";" not in plain and not _may_be(key, plain):
            continue
        try:
            directives = _read(text)
        except Refused as refused:
            if _SCRIPT.search(key):
                if looks and b"grpc_pass" in plain and not _PROSE.search(key):
                    keys.unread[key] = refused
            elif looks or _may_be(key, plain):
                keys.unread[key] = refused
                if looks and not _TEMPLATE.search(key):
                    keys.sure.append(key)
            continue
        known = sum(directive.name in KNOWN for directive in directives)
        if looks or known * 2 > len(directives):
            keys.nginx.append(key)
    return keys


def _may_be(key: str, data: bytes) -> bool:
    """Whether a text that lacks a `;` or a brace may be nginx's all the same."""
    if key.endswith(".conf") and data.startswith(b"\x1f\x8b"):
        return True
    return any(line[1].decode() in KNOWN for line in _LINE.finditer(data))


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
