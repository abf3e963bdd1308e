"""Every way in which an OPA server fails to give a decision."""

from __future__ import annotations

from nginx_grpc.errors import Refused

__all__ = [
    "ClosedError",
    "MalformedError",
    "OpaError",
    "OtherVersionError",
    "RedirectedError",
    "StatusError",
    "TimedOutError",
    "TlsError",
    "TooLargeError",
    "UndefinedError",
    "UnreachableError",
    "UnrevisionedError",
]


class OpaError(Refused):
    """OPA gave no decision. `kind` is one word for logs and metrics."""

    kind = "error"


class UnreachableError(OpaError):
    """No connection: refused, no such host, no such socket."""

    kind = "unreachable"


class TlsError(OpaError):
    """The TLS handshake failed, or the certificate is not one of the given CA."""

    kind = "tls"


class TimedOutError(OpaError):
    """No whole answer within the time given, whatever it was spent on."""

    kind = "timeout"


class ClosedError(OpaError):
    """The connection ended before the whole answer had come."""

    kind = "closed"


class RedirectedError(OpaError):
    """A redirect. It is never followed: it would carry the document and the token elsewhere."""

    kind = "redirect"


class StatusError(OpaError):
    """A status other than 200, in `status`."""

    kind = "status"

    def __init__(self, what: str, hint: str, file: str, status: int) -> None:
        super().__init__(what, hint, file)
        self.status = status


class TooLargeError(OpaError):
    """The answer is larger than allowed."""

    kind = "too_large"


class UndefinedError(OpaError):
    """The decision is undefined: OPA answers that with status 200 and no result."""

    kind = "undefined"


class MalformedError(OpaError):
    """No HTTP, no JSON, or JSON that is no decision: a field missing, or of another type."""

    kind = "malformed"


class OtherVersionError(OpaError):
    """A decision of another schema version."""

    kind = "other_version"


class UnrevisionedError(OpaError):
    """A decision that does not say of which bundle revision, where that was asked for."""

    kind = "unrevisioned"
