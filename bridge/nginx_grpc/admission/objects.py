"""Which entries of a ConfigMap or a Secret are nginx text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from nginx_grpc.admission.options import CHECK_LABEL
from nginx_grpc.admission.review import MalformedReviewError, Review
from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field

__all__ = ["Entries", "find"]

_KEY = expression(r"[-._a-zA-Z0-9]{1,253}\Z")
# A key may be named anything: a volume can mount it as nginx.conf all the same, and a script can
# write it there. nginx takes a directive's name in quotes too, and a line end after it.
_PASSES = expression(rb"(?:grpc|proxy)_pass[\s\"'#]")


@dataclass(slots=True)
class Entries:
    """The entries of one object.

    Args:
        texts: every entry by its key; an include can name any of them.
        judged: the keys of those that are nginx text.
        unreadable: entries whose base64 is none, with what is wrong.
    """

    texts: dict[str, bytes] = field(default_factory=dict)
    judged: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


def find(review: Review, keys: Sequence[str], ignored: Sequence[str] = ()) -> Entries:
    """The entries of a ConfigMap or a Secret under review, and which of them are nginx text.

    An entry is, if its key matches one of `keys`, if its text names grpc_pass or proxy_pass, or if
    the object's label `nginx-grpc.policy/check` says so for all; unless its key matches one of
    `ignored`. A label can only add: what the object says of itself never takes an entry out.
    """
    item = review.object or {}
    entries = Entries()
    if review.kind == "ConfigMap":
        for key, value in _mapping(item, "data").items():
            # What is no Unicode (half of a surrogate pair) becomes bytes that no reader takes.
            entries.texts[key] = value.encode("utf-8", "surrogatepass")
        encoded = _mapping(item, "binaryData")
    else:
        encoded = _mapping(item, "data")
        for key, value in _mapping(item, "stringData").items():
            entries.texts[key] = value.encode("utf-8", "surrogatepass")
    for key, value in encoded.items():
        if key in entries.texts:
            raise MalformedReviewError("a key that stands twice")
        try:
            entries.texts[key] = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            entries.texts[key] = b""
            entries.unreadable[key] = "not base64"
    everything = _labels(item).get(CHECK_LABEL) == "true"
    for key, text in entries.texts.items():
        if any(fnmatchcase(key, glob) for glob in ignored):
            entries.unreadable.pop(key, None)
        elif (
            everything
            or key in entries.unreadable
            or any(fnmatchcase(key, glob) for glob in keys)
            or _PASSES.search(text)
        ):
            entries.judged.append(key)
    return entries


def _mapping(item: dict[str, Any], name: str) -> dict[str, str]:
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise MalformedReviewError(f"the object's {name} is no mapping of texts")
    if not all(_KEY.match(key) for key in value):
        raise MalformedReviewError(f"the object's {name} has a key that Kubernetes does not allow")
    return value


def _labels(item: dict[str, Any]) -> dict[str, Any]:
    metadata = item.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return labels if isinstance(labels, dict) else {}
