"""AdmissionReview of admission.k8s.io/v1: read strictly, answered in its own terms."""

from __future__ import annotations

import json
from typing import Any

from nginx_grpc import printable, strict_json
from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass

__all__ = ["MalformedReviewError", "Review", "allowed", "denied", "read", "uid_of"]

API_VERSION = "admission.k8s.io/v1"
# The API server writes request.uid first. Used only to deny what could not be read any further.
_UID = expression(rb'"request"\s*:\s*\{\s*"uid"\s*:\s*"([A-Za-z0-9-]{1,128})"')
_WARNING = 250  # the API server cuts a warning at 256
_WARNINGS = 15  # and drops what is over 4,096 in all


class MalformedReviewError(Exception):
    """The body is no AdmissionReview v1. The message is for the API server's log."""


@dataclass(frozen=True, slots=True)
class Review:
    """One request of an AdmissionReview.

    Args:
        uid: the request's, to be echoed.
        kind: the object's kind, with its group where it has one.
        operation: CREATE, UPDATE, DELETE or CONNECT.
        namespace, name: the object's; name is "" where the API server is yet to make one.
        object: the object as it would be; None for DELETE.
    """

    uid: str
    kind: str
    operation: str
    namespace: str
    name: str
    object: dict[str, Any] | None


def read(body: bytes) -> Review:
    """Read a body. Raises MalformedReviewError."""
    try:
        value = strict_json.loads(body)
    except ValueError:
        raise MalformedReviewError("the body is no JSON") from None
    if not isinstance(value, dict) or value.get("kind") != "AdmissionReview":
        raise MalformedReviewError("the body is no AdmissionReview")
    if value.get("apiVersion") != API_VERSION:
        raise MalformedReviewError(f"the AdmissionReview is not of {API_VERSION}")
    request = value.get("request")
    if not isinstance(request, dict):
        raise MalformedReviewError("the AdmissionReview has no request")
    uid = request.get("uid")
    if not isinstance(uid, str) or not uid or len(uid) > 128 or not uid.isprintable():
        raise MalformedReviewError("the request has no uid")
    operation = request.get("operation")
    if operation not in ("CREATE", "UPDATE", "DELETE", "CONNECT"):
        raise MalformedReviewError("the request has no operation")
    kind = request.get("kind")
    if not isinstance(kind, dict) or not isinstance(kind.get("kind"), str):
        raise MalformedReviewError("the request has no kind")
    group = kind.get("group", "")
    if not isinstance(group, str):
        raise MalformedReviewError("the request's kind has no group")
    item = request.get("object")
    if operation in ("CREATE", "UPDATE") and not isinstance(item, dict):
        raise MalformedReviewError("the request has no object")
    return Review(
        uid=uid,
        kind=f"{kind['kind']}.{group}" if group else kind["kind"],
        operation=operation,
        namespace=_text(request, "namespace"),
        name=_text(request, "name"),
        object=item if isinstance(item, dict) else None,
    )


def uid_of(body: bytes) -> str:
    """The uid where the API server writes it, "" where it isn't there. Only good for a denial."""
    found = _UID.search(body[:4096])
    return found.group(1).decode("ascii") if found else ""


def allowed(
    uid: str, *, warnings: list[str] | None = None, annotations: dict[str, str] | None = None
) -> bytes:
    """The answer that lets the object in."""
    return _answer({"uid": uid, "allowed": True}, warnings, annotations)


def denied(
    uid: str,
    message: str,
    *,
    code: int = 403,
    warnings: list[str] | None = None,
    annotations: dict[str, str] | None = None,
) -> bytes:
    """The answer that keeps the object out, with the words that its author reads."""
    status = {"code": code, "message": printable.block(message)}
    return _answer({"uid": uid, "allowed": False, "status": status}, warnings, annotations)


def _answer(
    response: dict[str, Any], warnings: list[str] | None, annotations: dict[str, str] | None
) -> bytes:
    if warnings:
        shown = [_cut(warning) for warning in warnings[:_WARNINGS]]
        if len(warnings) > _WARNINGS:
            shown.append(f"and {len(warnings) - _WARNINGS} more warnings")
        response["warnings"] = shown
    if annotations:
        response["auditAnnotations"] = annotations
    review = {"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": response}
    return json.dumps(review, separators=(",", ":")).encode("ascii")


def _cut(text: str) -> str:
    line = printable.line(" ".join(text.split()))
    return line if len(line) <= _WARNING else line[: _WARNING - 3] + "..."


def _text(request: dict[str, Any], name: str) -> str:
    value = request.get(name, "")
    if not isinstance(value, str):
        raise MalformedReviewError(f"the request's {name} is no text")
    return value
