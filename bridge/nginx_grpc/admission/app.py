"""The ASGI application. It trusts who calls it: TLS and client certificates are `serve`'s part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from nginx_grpc.admission.options import Options
from nginx_grpc.admission.reviewer import Reply, Reviewer

__all__ = ["create_app", "create_probes"]

_CLOSE = {"Connection": "close"}


def create_app(reviewer: Reviewer | Options, path: str = "/validate") -> Starlette:
    """The application that answers AdmissionReviews by POST on `path`.

    Args:
        reviewer: a Reviewer, or the Options for one.

    The reviewer is started and stopped with the application. Mounted in another one, which starts
    nothing of what it mounts, it starts with the first review, and the host stops it.
    """
    chosen = Reviewer(reviewer) if isinstance(reviewer, Options) else reviewer

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await chosen.start()
        yield
        await chosen.stop()

    async def validate(request: Request) -> Response:
        return await _validate(request, chosen)

    app = Starlette(routes=[Route(path, validate, methods=["POST"])], lifespan=lifespan)
    app.state.reviewer = chosen
    return app


def create_probes(reviewer: Reviewer) -> Starlette:
    """The application for kubelet and Prometheus: `/livez`, `/readyz` and `/metrics`, no more."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n" if reviewer.alive else "ended\n", _code(reviewer.alive))

    async def readyz(_: Request) -> Response:
        said = "ok\n" if reviewer.ready else "OPA has no decision yet, or this is stopping\n"
        return PlainTextResponse(said, _code(reviewer.ready))

    async def metrics(_: Request) -> Response:
        text = reviewer.metrics.text()
        return Response(text, headers={"Content-Type": reviewer.metrics.content_type})

    return Starlette(
        routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
    )


def _code(good: bool) -> int:
    return 200 if good else 503


async def _validate(request: Request, reviewer: Reviewer) -> Response:
    started = time.monotonic()
    shed = reviewer.shed()
    if shed is not None:
        # A connection anew costs more than the body of a usual review, which is here already.
        length = request.headers.get("content-length", "")
        small = len(length) <= 6 and length.isdigit()
        return _response(shed, None if small else _CLOSE)
    reviewer.in_flight += 1
    reviewer.metrics.in_flight.inc()
    held = _Held(reviewer)
    try:
        refused = _refused(request, reviewer)
        if refused is not None:
            return _response(refused, _CLOSE)
        try:
            body = await asyncio.wait_for(held.read(request), reviewer.options.deadline / 2)
        except (asyncio.TimeoutError, ClientDisconnect):
            return PlainTextResponse("nginx-grpc admission: the body came too slowly", 408, _CLOSE)
        except _TooLargeError:
            return _response(reviewer.too_large(), _CLOSE)
        except _NoRoomError:
            return _response(reviewer.no_room(), _CLOSE)
        return _response(await reviewer.review(body, started))
    finally:
        held.release()
        reviewer.in_flight -= 1
        reviewer.metrics.in_flight.dec()


class _TooLargeError(Exception):
    pass


class _NoRoomError(Exception):
    pass


class _Held:
    """The bytes of one body, counted against what all of them may hold."""

    def __init__(self, reviewer: Reviewer) -> None:
        self._reviewer = reviewer
        self._bytes = 0

    async def read(self, request: Request) -> bytes:
        options = self._reviewer.options
        body = bytearray()
        async for chunk in request.stream():
            self._bytes += len(chunk)
            self._reviewer.buffered += len(chunk)
            if self._bytes > options.body_bytes:
                raise _TooLargeError
            if self._reviewer.buffered > options.buffered_bytes:
                raise _NoRoomError
            body += chunk
        return bytes(body)

    def release(self) -> None:
        self._reviewer.buffered -= self._bytes
        self._bytes = 0


def _refused(request: Request, reviewer: Reviewer) -> Reply | None:
    """What the head alone says is wrong."""
    headers = request.headers
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return Reply(415, b"nginx-grpc admission: send application/json")
    if headers.get("content-encoding", "identity") != "identity":
        return Reply(415, b"nginx-grpc admission: send it uncompressed")
    length = headers.get("content-length")
    if length is not None and int(length) > reviewer.options.body_bytes:
        return reviewer.too_large()
    return None


def _response(answer: Reply, headers: dict[str, str] | None = None) -> Response:
    return Response(answer.body, answer.status, headers, answer.content_type)
