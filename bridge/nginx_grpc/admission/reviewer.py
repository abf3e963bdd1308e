"""One review from bytes to bytes: bridge, OPA, answer, within the deadline."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

from nginx_grpc.admission import review, wording
from nginx_grpc.admission.line import BusyError, Line
from nginx_grpc.admission.metrics import Metrics
from nginx_grpc.admission.options import Options
from nginx_grpc.admission.workers import Bridged, OverrunError, Workers
from nginx_grpc.client import (
    AsyncClient,
    Decision,
    Encoded,
    OpaError,
)
from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass

__all__ = ["Reply", "Reviewer"]

_LOG = logging.getLogger("nginx_grpc.admission")
# Kept back from the deadline: to ask whether OPA is alive, and to send the answer.
_PROBE_SECONDS = 0.15
_RESERVE_SECONDS = 0.1
# What a review needs at least, once it has its turn.
_LEAST_SECONDS = 0.4
# Bodies over this many bytes are judged one at a time, for the sake of memory and of the others.
_LARGE = 64 * 1024
_LARGE_DOCUMENTS = 256 * 1024
# OPA works on for a while after a question that was given up: no large one is asked until then.
_REST_SECONDS = 3.0
# Not 503: the API server shows the text of a 500 to whoever applies the object, and drops that of a
# 503.
_UNAVAILABLE = 500
_PROBE_EVERY = 5.0
_POLL_EVERY = 0.5
# The smallest document: NG001 may have its say on it, a decision it must be.
_PROBE_DOCUMENT = Encoded("{}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the API server.

    Args:
        status: 200 with an AdmissionReview; any other with a line of text, which the API server
            takes for a failed call: its failurePolicy then decides.
        body: JSON or text.
    """

    status: int
    body: bytes

    @property
    def content_type(self) -> str:
        """Of the body."""
        return "application/json" if self.status == 200 else "text/plain; charset=utf-8"


class Reviewer:
    """Answers AdmissionReviews. Start it before, stop it after; one serves many requests at once.

    What an object is guilty of is a denial: a finding, text that can't be read, a configuration
    too large or too slow to judge. What it is not guilty of (OPA down, no room) is a failed call,
    for the API server's failurePolicy to decide.
    """

    def __init__(self, options: Options, metrics: Metrics | None = None) -> None:
        self.options = options
        self.metrics = metrics or Metrics()
        self.in_flight = 0
        self.buffered = 0
        self.stopping = False
        self.draining = False
        self._workers = Workers(options)
        slots = options.workers + options.asked_at_once
        self._line = Line(slots, options.waiting_seconds, options.deadline)
        self._large = Line(1, options.waiting_seconds, options.deadline)
        self._reviewing = 0
        self._opa = AsyncClient(options.opa)
        self._poll: asyncio.Task[None] | None = None
        self._starting: asyncio.Lock | None = None
        self._opa_ready = False
        self._probed = 0.0
        self._revisions: list[str] = []
        self._replaced_seen = 0

    # Life

    async def start(self) -> None:
        """Start the workers and the watch on OPA. Does nothing where it has been started."""
        if self._starting is None:
            self._starting = asyncio.Lock()
        async with self._starting:
            if self._poll is None:
                await self._opa.__aenter__()
                await self._workers.start()
                self._poll = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Let the requests in flight end (within the deadline), then end the workers."""
        self.stopping = True
        end = time.monotonic() + self.options.deadline + 1
        while (self.in_flight or self._reviewing) and time.monotonic() < end:
            await asyncio.sleep(0.02)
        if self._poll is not None:
            self._poll.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._poll
            self._poll = None
            await self._workers.stop()
            await self._opa.close()

    @property
    def ready(self) -> bool:
        """Whether a review would get a decision: OPA has its bundle and decides, workers wait."""
        return self._opa_ready and self._workers.ready and not (self.stopping or self.draining)

    @property
    def alive(self) -> bool:
        """Whether this process can still recover by itself."""
        return self._poll is None or not self._poll.done()

    async def _watch(self) -> None:
        while True:
            healthy = await self._opa.ready(self.options.ready_seconds)
            if not healthy:
                self._probed = 0.0
            elif time.monotonic() - self._probed > _PROBE_EVERY:
                healthy = await self._probe()
            if healthy != self._opa_ready:
                _LOG.warning(
                    "OPA is ready" if healthy else "OPA is not ready",
                    extra={"fields": {"revision": self._revisions[-1] if self._revisions else ""}},
                )
            self._opa_ready = healthy
            self.metrics.ready.set(self.ready)
            replaced = self._workers.replaced
            self.metrics.workers_replaced.inc(replaced - self._replaced_seen)
            self._replaced_seen = replaced
            await asyncio.sleep(_POLL_EVERY)

    async def _probe(self) -> bool:
        try:
            decision = await self._opa.check(_PROBE_DOCUMENT, timeout=self.options.ready_seconds)
        except OpaError as error:
            _LOG.error("OPA does not decide", extra={"fields": {"error": str(error)}})
            self.metrics.opa_errors.labels(error.kind).inc()
            return False
        except Refused as refused:
            _LOG.error("OPA can't be asked", extra={"fields": {"error": str(refused)}})
            return False
        self._note_revision(decision)
        self._probed = time.monotonic()
        return True

    # One review

    def shed(self) -> Reply | None:
        """The answer for a request that there is no room for, before its body is read."""
        if self.stopping:
            return self._shed("is stopping")
        if self.in_flight >= self.options.in_flight or self._line.crowded():
            return self._shed("has more reviews than it can answer in time")
        return None

    def no_room(self) -> Reply:
        """The answer where the bodies being read already hold all that they may."""
        return self._shed("has more to read than it may hold")

    async def review(self, body: bytes, started: float | None = None) -> Reply:
        """Answer one AdmissionReview.

        Args:
            body: as the API server sent it.
            started: time.monotonic() when the request came; the deadline counts from there.

        Never raises for what is in the body, and never takes longer than the deadline.
        """
        if self._poll is None:  # the first review of a mounted application starts the workers
            await self.start()
            started = None
        started = time.monotonic() if started is None else started
        end = started + self.options.deadline - _RESERVE_SECONDS
        if len(body) > self.options.body_bytes:
            return self.too_large()
        fields: dict[str, Any] = {}
        self._reviewing += 1
        try:
            if self._reviewing > self.options.in_flight:
                raise BusyError
            answer = await self._judge(body, end, fields)
        except BusyError:
            answer = self._shed("has more reviews than it can answer in time")
            fields["verdict"] = "shed"
        except (OpaError, Refused) as error:
            kind = error.kind if isinstance(error, OpaError) else "token"
            self.metrics.opa_errors.labels(kind).inc()
            fields.update(verdict="error", error=kind)
            answer = _failed(_UNAVAILABLE, f"no decision: {error.what}; {error.hint}")
        finally:
            self._reviewing -= 1
        fields.pop("given up", None)
        verdict = fields.setdefault("verdict", "error")
        if verdict != "shed":
            self.metrics.decisions.labels(verdict).inc()
        seconds = time.monotonic() - started
        self.metrics.request_seconds.observe(seconds)
        fields["seconds"] = round(seconds, 4)
        _LOG.log(
            logging.WARNING if verdict in ("error", "shed") else logging.INFO,
            "review",
            extra={"fields": fields},
        )
        return answer

    def too_large(self) -> Reply:
        """The answer for a body over the limit."""
        self.metrics.bridge_errors.labels("too_large").inc()
        return _failed(413, f"the AdmissionReview has more than {self.options.body_bytes} bytes")

    async def _judge(self, body: bytes, end: float, fields: dict[str, Any]) -> Reply:
        if len(body) <= _LARGE:
            return await self._in_line(body, end, fields, large=False)
        try:
            if self._large.crowded():
                raise BusyError
            began = await self._large.enter(end - _LEAST_SECONDS)
        except BusyError:
            # It is the object's size that has it wait, and size must be no way past `ignore`.
            return self._overrun(review.uid_of(body), fields, wording.LARGE)
        try:
            return await self._in_line(body, end, fields, large=True)
        finally:
            rest = _REST_SECONDS if fields.pop("given up", False) else 0.0
            asyncio.get_running_loop().call_later(rest, self._large.leave, began)

    async def _in_line(
        self, body: bytes, end: float, fields: dict[str, Any], *, large: bool
    ) -> Reply:
        if self._line.crowded():
            raise BusyError
        began = await self._line.enter(end - _LEAST_SECONDS)
        try:
            return await self._in_turn(body, end, fields, large)
        finally:
            self._line.leave(began)

    async def _in_turn(self, body: bytes, end: float, fields: dict[str, Any], large: bool) -> Reply:
        try:
            bridged = await self._workers.bridge(body, end, large=large)
        except OverrunError:
            self.metrics.bridge_errors.labels("overrun").inc()
            return self._overrun(review.uid_of(body), fields)
        head = bridged.head
        self.metrics.bridge_seconds.observe(float(head["seconds"]))
        outcome = head["outcome"]
        for name in ("uid", "namespace", "name", "kind", "operation", "entries"):
            if name in head:
                fields[name] = head[name]
        if outcome == "documents":
            return await self._decide(bridged, end, fields, large)
        uid = str(head.get("uid", ""))
        if outcome == "nothing":
            fields["verdict"] = "skipped"
            return Reply(200, review.allowed(uid, warnings=wording.unread(head)))
        if outcome == "overrun":
            self.metrics.bridge_errors.labels("overrun").inc()
            return self._overrun(uid or review.uid_of(body), fields)
        if outcome == "malformed":
            self.metrics.bridge_errors.labels("malformed").inc()
            fields.update(verdict="error", error="malformed")
            return _failed(400, str(head["what"]))
        fields["verdict"] = "refused"
        self.metrics.bridge_errors.labels("refused").inc()
        if outcome == "refused":
            refusals = head["refusals"]
            fields["refused"] = [f"{one['key']}:{one['line']}" for one in refusals][:20]
            return Reply(200, review.denied(uid, wording.unreadable(head), code=422))
        return Reply(200, review.denied(uid, wording.not_judged_here(head), code=422))

    def _overrun(self, uid: str, fields: dict[str, Any], words: str = wording.OVERRUN) -> Reply:
        fields.update(verdict="refused", error="overrun")
        if not uid:
            return _failed(500, words)
        fields["uid"] = uid
        return Reply(200, review.denied(uid, f"nginx-grpc: {words}", code=422))

    async def _decide(
        self, bridged: Bridged, end: float, fields: dict[str, Any], large: bool
    ) -> Reply:
        head = bridged.head
        start = time.monotonic()
        uid = str(head["uid"])
        try:
            left = end - start - _PROBE_SECONDS
            if left <= 0:
                raise BusyError
            decision = await self._opa.check(Encoded(bridged.documents), timeout=left)
        except OpaError as error:
            if error.kind == "too_large":
                self.metrics.opa_errors.labels(error.kind).inc()
                return self._overrun(uid, fields, wording.TOO_MANY)
            if error.kind != "timeout":
                raise
            # Was it OPA, or was it this object? An OPA that is well was kept by a large object.
            large = large or len(bridged.documents) > _LARGE_DOCUMENTS
            fields["given up"] = large
            if large and await self._opa.ready(_PROBE_SECONDS):
                self.metrics.opa_errors.labels(error.kind).inc()
                return self._overrun(uid, fields)
            raise
        self.metrics.opa_seconds.observe(time.monotonic() - start)
        self._note_revision(decision)
        fields.update(
            verdict="allowed" if decision.allow else "denied",
            deny=sorted({finding.id for finding in decision.deny}),
            warn=sorted({finding.id for finding in decision.warn}),
            waived=len([f for f in decision.findings if f.waived is not None]),
            revision=decision.revision,
        )
        for finding in decision.deny + decision.warn:
            self.metrics.findings.labels(finding.id, finding.level).inc()
        annotations = wording.audit(decision)
        warnings = wording.warnings(decision) + wording.unread(head)
        if decision.allow:
            body = review.allowed(uid, warnings=warnings, annotations=annotations)
        else:
            message = wording.denial(head, decision, self.options.findings_shown)
            body = review.denied(uid, message, warnings=warnings, annotations=annotations)
        return Reply(200, body)

    def _note_revision(self, decision: Decision) -> None:
        revision = decision.revision
        if self._revisions and self._revisions[-1] == revision:
            return
        if self._revisions:
            self.metrics.bundle.remove(self._revisions[-1])
        if revision in self._revisions:
            self.metrics.rollbacks.inc()
            _LOG.warning(
                "OPA went back to an older bundle", extra={"fields": {"revision": revision}}
            )
        self._revisions = [*self._revisions[-31:], revision]
        self.metrics.bundle.labels(revision).set(1)

    def _shed(self, what: str) -> Reply:
        self.metrics.decisions.labels("shed").inc()
        # No Retry-After: the API server would wait and call again, inside its own time-out.
        return _failed(_UNAVAILABLE, f"{what}; try again in a moment")


def _failed(status: int, what: str) -> Reply:
    return Reply(status, f"nginx-grpc admission: {what}".encode())
