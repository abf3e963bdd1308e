"""What the headers-more module's directives say of calls: `more_set_headers -s 404 'Name: value'`.

Seen with Debian's module 0.34 on nginx 1.22.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.tree import Directive

__all__ = ["told"]

# A call is answered with this status and type, and has this type.
_STATUS, _TYPE = "200", "application/grpc"


def told(directive: Directive) -> Iterator[tuple[str, str]]:
    """The names with the values that each gets, empty where the header is taken away; nothing
    where the directive is for other statuses or types than those of calls."""
    pairs = []
    words = iter(directive.args)
    for word in words:
        if word in ("-s", "-t"):
            given = next(words, "").lower().split()
            if (_STATUS if word == "-s" else _TYPE) not in given:
                return
        elif word in ("-a", "-r"):
            # Added to those that are there; only where it is there. Calls have what matters.
            continue
        else:
            name, _, value = word.partition(":")
            pairs.append((name.strip(), value.strip(" ") if "set" in directive.name else ""))
    yield from pairs
