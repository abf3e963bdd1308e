"""Regular expressions that are compiled when they are first used.

There are hundreds, and a run uses some; compiled at import, they were a tenth of a small check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["expression"]

if TYPE_CHECKING:
    expression = re.compile
else:

    class expression:  # noqa: N801 - stands for re.compile
        """What re.compile gives for the same arguments, from its first use on.

        Raises re.error then.
        """

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self.pattern = pattern
            self._flags = flags

        def __getattr__(self, name: str) -> Any:
            # Once for each method: what it gives is found in the object itself from then on.
            value = getattr(re.compile(self.pattern, self._flags), name)
            setattr(self, name, value)
            return value

        def __repr__(self) -> str:
            return f"expression({self.pattern!r})"
