"""What nginx and gRPC's clients say of themselves in a line: the words that `explain` knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from nginx_grpc.expressions import expression

__all__ = ["said_by_clients", "said_by_nginx"]

_CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"),
    *("ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"),
    *("ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"),
    "UNAUTHENTICATED",
)
_CODE = "|".join((*_CODES, *(code.title().replace("_", "") for code in _CODES), "Canceled"))
# What stands around their messages, and what nothing but a code is in.
_FRAME = expression(
    rf"""
    ^\s*Caused\ by:\ | ^\s*(?:status|details|debug_error_string)\ =\ | ^ERROR:$
    | \b(?:io\.grpc\.)?Status(?:Runtime)?Exception\b
    | \b(?:grpc\.(?:_channel|aio\._call)\.)?(?:_InactiveRpcError|_MultiThreadedRendezvous
        |AioRpcError)\b
    | \bGrpc\.Core\.RpcException\b | \bStatusCode=\"(?:{_CODE})\" | \bStatusCode\.(?:{_CODE})\b
    | \b(?:rpc\ error:\ code\ =|Code:)\ (?:{_CODE})\b | \bDetail=
    | \b(?:{_CODE}):\ (?:io\ exception|http2\ exception)?
    | \bError\ received\ from\ peer\b | \bipv[46]:
    """,
    re.VERBOSE,
)
# One of these is in each frame; to look for them takes less time.
_SIGNS = (
    *("Caused by: ", " = ", "ERROR:", "Status", "Rpc", "Rendezvous", "rpc error: ", "Code: "),
    *("Detail=", "exception", "from peer", "ipv4:", "ipv6:", *(f"{code}: " for code in _CODES)),
)
_SHORTEST = 3
_WORD = expression(r"[A-Za-z]+")
_INNER = expression(r"(?<=[^A-Za-z])[A-Za-z]{4,}(?=[^A-Za-z])")


def said_by_clients(text: str) -> list[tuple[int, int]]:
    """Where a line has what a client of gRPC says, not what it was told: ordered, apart."""
    framed = any(sign in text for sign in _SIGNS)
    frame = [found.span() for found in _FRAME.finditer(text)] if framed else []
    return _apart(text, [*frame, *_messages(text, of_clients=True)])


@lru_cache(4096)
def said_by_nginx(message: str) -> list[tuple[int, int]]:
    """The same of a message of the error log, without the number of its connection."""
    return _apart(message, list(_messages(message, of_clients=False)))


def _apart(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        # A word that goes on is another one.
        while start < end and text[start - 1 : start].isalnum() and text[start].isalnum():
            start += 1
        while start < end and text[end : end + 1].isalnum() and text[end - 1].isalnum():
            end -= 1
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif start < end:
            apart.append((start, end))
    return apart


def _messages(text: str, *, of_clients: bool) -> Iterator[tuple[int, int]]:
    by_word, others = _known(of_clients)
    likely = [each for word in set(_WORD.findall(text)) for each in by_word.get(word, ())]
    for pieces in (*likely, *others):
        found: list[tuple[int, int]] = []
        at = 0
        for piece in pieces:
            start = text.find(piece, at)
            if start < 0:
                break
            at = start + len(piece)
            found.append((start, at))
        else:
            yield from found


@cache
def _known(of_clients: bool) -> tuple[dict[str, list[list[str]]], list[list[str]]]:
    """The parts of each message that are always the same: by a word of theirs that nothing can
    stand beside, and those that have none."""
    from nginx_grpc.explain.table import CLIENTS, ERROR_LOG, STARTUP

    by_word: dict[str, list[list[str]]] = {}
    others: list[list[str]] = []
    for entry in CLIENTS if of_clients else (*ERROR_LOG, *STARTUP):
        for says in entry.says:
            pieces = [piece for piece in says.split("…") if len(piece) >= _SHORTEST]
            words = [word for piece in pieces for word in _INNER.findall(piece)]
            if words:
                by_word.setdefault(max(words, key=len), []).append(pieces)
            elif pieces:
                others.append(pieces)
    return by_word, others
