"""Every way in which an OPA server fails to give a decision."""

from __future__ import annotations

from typing import Literal

from nginx_grpc.errors import Refused

__all__ = ["Kind", "OpaError"]

Kind = Literal[
    # No connection: refused, no such host, no such socket.
    "unreachable",
    # The TLS handshake failed, or the certificate is not one of the given CA.
    "tls",
    # No whole answer within the time given, whatever it was spent on.
    "timeout",
    # The connection ended before the whole answer had come.
    "closed",
    # A redirect. It is never followed: it would carry the document and the token elsewhere.
    "redirect",
    # A status other than 200.
    "status",
    # The answer is larger than allowed.
    "too_large",
    # The decision is undefined: OPA answers that with status 200 and no result.
    "undefined",
    # No HTTP, no JSON, or JSON that is no decision: a field missing, or of another type.
    "malformed",
    # A decision of another schema version.
    "other_version",
    # A decision that does not say of which bundle revision, where that was asked for.
    "unrevisioned",
]


class OpaError(Refused):
    """OPA gave no decision.

    Args:
        kind: which way: one word, also for logs and metrics.
        what, hint, file: see Refused.
        status: of kind status, the one that it answered with; else 0.
    """

    def __init__(self, kind: Kind, what: str, hint: str, file: str, *, status: int = 0) -> None:
        super().__init__(what, hint, file)
        self.kind = kind
        self.status = status
