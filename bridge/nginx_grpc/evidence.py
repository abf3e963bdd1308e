"""What the live tests saw of each rule's fault, and what its example changes.

`tools/rule_pages.py` writes it beside the rules' pages, for `nginx-grpc rules ID`.
"""

from __future__ import annotations

import json
from functools import cache

from nginx_grpc import resources
from nginx_grpc.records import dataclass, field

__all__ = ["Evidence", "of"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The short form of a rule's page.

    Args:
        change: the lines that the example changes, as a diff has them: "- grpc_pass greeter;".
        seen: what clients and nginx's error log said under the fault, a line each.
        more: how many further lines the page has.
        measured: when, and with which versions; empty where nothing was measured.
    """

    change: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    more: int = 0
    measured: str = ""


@cache
def _all() -> dict[str, Evidence]:
    said = json.loads(resources.data("evidence.json"))
    return {rule: Evidence(**words) for rule, words in said.items()}


def of(rule: str) -> Evidence:
    """The evidence of a rule by its id; an empty one where there is none."""
    return _all().get(rule, Evidence())
