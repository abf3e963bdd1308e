"""From the bytes of an answer to a decision, with nothing taken on trust."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from nginx_grpc.client.errors import (
    MalformedError,
    OtherVersionError,
    StatusError,
    UndefinedError,
    UnrevisionedError,
)
from nginx_grpc.engines import interface
from nginx_grpc.engines.interface import SCHEMA_VERSION, read_decision
from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding, NotJudged

__all__ = ["Answer", "Decision", "read"]


class Decision(interface.Decision):
    """An OPA server's word on one document, or on an array of them.

    Args:
        findings: all of them, sorted, the waived ones among them.
        rules: the ids of the rules that ran; never empty.
        not_judged: what they could not judge, by place.
        revision: the revision of the bundle that decided; "" where the server has no bundle.
        version: the server's own version, "" where it does not say.
    """

    __slots__ = ("revision", "version")

    def __init__(
        self,
        findings: list[Finding],
        rules: list[str],
        not_judged: Sequence[NotJudged] = (),
        revision: str = "",
        version: str = "",
        part: interface.Part | None = None,
    ) -> None:
        super().__init__(findings, rules, not_judged, part)
        self.revision = revision
        self.version = version

    @property
    def allow(self) -> bool:
        """Whether nothing is denied."""
        return not self.deny

    @property
    def deny(self) -> list[Finding]:
        """What denies, the waived left out."""
        return [f for f in self.findings if f.waived is None and f.level == "deny"]

    @property
    def warn(self) -> list[Finding]:
        """What warns, the waived left out."""
        return [f for f in self.findings if f.waived is None and f.level == "warn"]


class Answer:
    """An HTTP answer that was read to its end."""

    __slots__ = ("body", "content_type", "status", "url")

    def __init__(self, url: str, status: int, content_type: str, body: bytes) -> None:
        self.url = url
        self.status = status
        self.content_type = content_type
        self.body = body

    def raise_for_status(self) -> None:
        """Raise StatusError for all but 200: OPA answers a decision with nothing else."""
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
        raise StatusError(f"OPA answered {self.status}{code}", hint, self.url, self.status)

    async def json(self) -> Any:
        """The body's JSON. Refuses what JSON readers disagree on: NaN, keys that stand twice."""
        if self.content_type != "application/json":
            self._malformed("not JSON by its content type")
        try:
            return json.loads(
                self.body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_constant
            )
        except (ValueError, RecursionError):
            self._malformed("no JSON")

    def _malformed(self, what: str) -> NoReturn:
        raise MalformedError(
            f"OPA's answer is {what}", "check that this address is OPA's", self.url
        )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key that stands twice")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def read(envelope: Any, url: str, revision_required: bool) -> Decision:
    """The decision in the envelope that OPA's data API puts around it. Raises OpaError."""
    if not isinstance(envelope, dict):
        raise MalformedError("OPA's answer is no object", "check that this address is OPA's", url)
    if "result" not in envelope:
        raise UndefinedError(
            "OPA has no decision data.nginx.grpc.decision (undefined)",
            "load the policy's bundle into it",
            url,
        )
    result = envelope["result"]
    if isinstance(result, dict) and "schema_version" in result:
        version = result["schema_version"]
        if isinstance(version, bool) or not isinstance(version, int):
            raise MalformedError("OPA's decision has no schema_version", "load its bundle", url)
        if version != SCHEMA_VERSION:
            raise OtherVersionError(
                f"OPA's decision is of schema version {version}, this is {SCHEMA_VERSION}",
                "give OPA the bundle of this version",
                url,
            )
    try:
        decision = read_decision(result, "opa")
    except Refused as refused:
        raise MalformedError(refused.what, refused.hint, url) from None
    except (KeyError, TypeError, AttributeError):
        raise MalformedError("OPA's decision lacks a field", "load its bundle", url) from None
    revision, version_said = _provenance(envelope.get("provenance"))
    if revision_required and not revision:
        raise UnrevisionedError(
            "OPA's decision names no bundle revision", "build the bundle with make bundle", url
        )
    return Decision(
        decision.findings,
        decision.rules,
        decision.not_judged,
        revision,
        version_said,
        decision.part,
    )


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
