"""From the bytes of an answer to a decision, with nothing taken on trust."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from nginx_grpc import strict_json
from nginx_grpc.client.errors import OpaError
from nginx_grpc.engines.interface import SCHEMA_VERSION, Decision, read_decision
from nginx_grpc.errors import Refused

__all__ = ["Response", "read"]


class Response:
    """An HTTP answer that was read to its end."""

    __slots__ = ("body", "content_type", "status", "url")

    def __init__(self, url: str, status: int, content_type: str, body: bytes) -> None:
        self.url = url
        self.status = status
        self.content_type = content_type
        self.body = body

    def raise_for_status(self) -> None:
        """Raise OpaError for all but 200: OPA answers a decision with nothing else."""
        if self.status == 200:
            return
        code = ""
        try:
            # OPA's message can quote the input, its code can't.
            said = json.loads(self.body[:65536])["code"]
            code = f" ({said})" if isinstance(said, str) and said.isidentifier() else ""
        except (ValueError, TypeError, KeyError, RecursionError):
            pass
        hint = {
            401: "give the token that its system.authz asks for",
            403: "give the token that its system.authz asks for",
            404: "check that this address is OPA's",
            500: "look into OPA's log: the policy failed",
        }.get(self.status, "look into OPA's log")
        raise OpaError(
            "status", f"OPA answered {self.status}{code}", hint, self.url, status=self.status
        )

    async def json(self) -> Any:
        """The body's JSON. Refuses what JSON readers disagree on: NaN, keys that stand twice."""
        if self.content_type != "application/json":
            self._malformed("not JSON by its content type")
        try:
            return strict_json.loads(self.body)
        except ValueError:
            self._malformed("no JSON")

    def _malformed(self, what: str) -> NoReturn:
        raise OpaError(
            "malformed", f"OPA's answer is {what}", "check that this address is OPA's", self.url
        )


def read(envelope: Any, url: str, revision_required: bool) -> Decision:
    """The decision in the envelope that OPA's data API puts around it. Raises OpaError."""
    if not isinstance(envelope, dict):
        raise OpaError(
            "malformed", "OPA's answer is no object", "check that this address is OPA's", url
        )
    if "result" not in envelope:
        raise OpaError(
            "undefined",
            "OPA has no decision data.nginx.grpc.decision (undefined)",
            "load the policy's bundle into it",
            url,
        )
    result = envelope["result"]
    if isinstance(result, dict) and "schema_version" in result:
        version = result["schema_version"]
        if isinstance(version, bool) or not isinstance(version, int):
            raise OpaError(
                "malformed", "OPA's decision has no schema_version", "load its bundle", url
            )
        if version != SCHEMA_VERSION:
            raise OpaError(
                "other_version",
                f"OPA's decision is of schema version {version}, this is {SCHEMA_VERSION}",
                "give OPA the bundle of this version",
                url,
            )
    try:
        decision = read_decision(result, "opa")
    except Refused as refused:
        raise OpaError("malformed", refused.what, refused.hint, url) from None
    except (KeyError, TypeError, AttributeError):
        raise OpaError(
            "malformed", "OPA's decision lacks a field", "load its bundle", url
        ) from None
    revision, version_said = _provenance(envelope.get("provenance"))
    if revision_required and not revision:
        raise OpaError(
            "unrevisioned",
            "OPA's decision names no bundle revision",
            "build the bundle with make bundle",
            url,
        )
    decision.revision, decision.version = revision, version_said
    return decision


def _provenance(value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        return "", ""
    version = value.get("version")
    bundles = value.get("bundles")
    revisions = []
    for _, bundle in sorted(bundles.items()) if isinstance(bundles, dict) else []:
        revision = bundle.get("revision") if isinstance(bundle, dict) else None
        if isinstance(revision, str) and revision:
            revisions.append(revision)
    return ",".join(revisions), version if isinstance(version, str) else ""
