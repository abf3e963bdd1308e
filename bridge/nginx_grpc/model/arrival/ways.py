"""The ways that a call may take, and how they may end."""

from __future__ import annotations

from nginx_grpc.model.arrival.request import Request
from nginx_grpc.model.locations import Location
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = ["DOUBTS", "PASSED", "UNKNOWN", "UNSEEN", "Ends", "Stop", "Way", "alike"]

# How a call ends that is not stopped: it is passed on, that is not known, or something that was
# not read may stop it.
PASSED, UNKNOWN, UNSEEN = "passed", "unknown", "unseen"
# The kinds of stops of which one thing decides for all calls that is not seen: whether there is a
# file, what a server makes of a GET or of `//service/method`.
DOUBTS = frozenset(("asked_file", "asked_get", "slashes"))


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a call ends before it is passed on.

    Args:
        kind: see `kind` of the document's arrival.
        directive: what ends it, None where no location has its URI.
        code: the status it is answered with, 0 where that is another program's.
        condition: of the `if` that the directive stands in.
    """

    kind: str
    directive: Directive | None
    code: int
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways that a call may take.

    Args:
        request: the call.
        at: the location that nginx has chosen, None in the server.
        inside: the `if` of it whose values are in effect, else `at`.
        handler: the location or `if` whose content handler is the last that was set.
        limited: whether the limit_except of the location is in effect.
        stop: the first stop, where an error page goes on from there.
        kept: the last error page that led here, where the answer keeps its status.
    """

    request: Request
    at: Location | None = None
    inside: Location | None = None
    handler: Location | None = None
    limited: bool = False
    stop: Stop | None = None
    kept: Stop | None = None


Ends = dict["Stop | str", None]


def alike(ways: list[Way]) -> list[Way]:
    """Each once."""
    return list(dict.fromkeys(ways)) if len(ways) > 1 else ways
