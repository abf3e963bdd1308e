"""`--since`: from when on lines count."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from nginx_grpc.errors import Refused
from nginx_grpc.explain.access import moment
from nginx_grpc.explain.recognition import Seen
from nginx_grpc.expressions import expression

__all__ = ["Since"]

_AGO = expression(r"(\d{1,6})(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIME = expression(
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?"
)


class Since:
    """Holds lines from a moment on. A line without a time is as old as the one before it.

    Args:
        text: `30m`, `6h`, `2d` ago, or a time; None for all lines.

    Raises Refused where it is neither.
    """

    def __init__(self, text: str | None) -> None:
        self._local = self._utc = ""
        self._held = True
        if text is not None:
            when = self._read(text)
            self._local = when.astimezone().strftime("%Y-%m-%dT%H:%M:%S")
            self._utc = when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._held = False

    @staticmethod
    def _read(text: str) -> datetime:
        try:
            ago = _AGO.fullmatch(text)
            if ago is not None:
                return datetime.now().astimezone() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            found = _TIME.fullmatch(text.strip())
            if found is not None:
                year, month, day, hour, minute, second, zone = found.groups(default="")
                clock = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
                if zone:
                    return datetime.fromisoformat(moment(clock + zone).replace("Z", "+00:00"))
                return datetime.fromisoformat(clock).astimezone()
        except (ValueError, OverflowError):
            pass
        raise Refused(
            f"--since {text} is no time", "write 30m, 6h or 2d, or a time as 2026-01-15T03:42"
        )

    def holds(self, seen: Seen) -> bool:
        """Whether a line counts."""
        if not self._utc:
            return True
        if seen.time:
            self._held = seen.time >= (self._utc if seen.time[-1] == "Z" else self._local)
        return self._held
