"""Whether nginx lets a call in: allow and deny, auth_basic, auth_request, and how they join.

Each has a word of its own: it lets in, it says nothing, it refuses; for a client's address or a
password it may be any. `satisfy all` needs no refusal, `satisfy any` one that lets in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

from nginx_grpc.model.locations import Location
from nginx_grpc.model.names import beginning_with
from nginx_grpc.model.scopes import Scope
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = [
    "FAILS",
    "LETS_IN",
    "REFUSES",
    "Block",
    "Verdict",
    "Word",
    "admitted",
    "internal_in",
    "is_scripted",
    "is_scripted_at_first",
    "is_scripting",
    "limit_of",
]

LETS_IN, SILENT, REFUSES, FAILS = "lets in", "silent", "refuses", "fails"
# What may do as it likes with a request.
is_scripting = beginning_with(
    (
        "access_by_",
        "auth_digest",
        "auth_gss",
        "auth_jwt",
        "auth_ldap",
        "auth_oidc",
        "auth_pam",
        "auth_spnego",
        "js_access",
        "modsecurity",
        "precontent_by_",
        "rewrite_by_",
        "server_rewrite_by_",
        "vod",
    )
)
# Of those the ones that come before nginx's own rewrites, or may. rewrite_by_lua waits for them
# ("always runs after the standard ngx_http_rewrite_module") unless it is told not to.
_is_first = beginning_with(("modsecurity", "rewrite_by_lua_no_postpone", "server_rewrite_by_"))


@dataclass(frozen=True, slots=True)
class Block:
    """A block and the contexts around it, the innermost first.

    Args:
        directives: by name.
        ordered: in the order of the text; None where only those by name are at hand.
    """

    directives: dict[str, list[Directive]]
    ordered: list[Directive] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it may end.

    Args:
        stops: the directive that refuses, None where the call goes on.
        code: the status of the refusal.
        held: whether nginx still holds another refusal, of `satisfy any`: the call meets it in the
            location that the error page leads to.
    """

    stops: Directive | None
    code: int = 403
    held: bool = False


Network = Any
_FAMILIES = {"inet": "0.0.0.0/0", "inet6": "::/0", "unix": ""}
_MOST_NETWORKS = 256
# A word, the directive that says it where it is a refusal, and the status of that.
Word = tuple[str, "Directive | None", int]
# What an auth_request to a URI may answer.
Asked = Callable[[str], Iterable[Word]]


def admitted(blocks: list[Block], asked: Asked, families: frozenset[str]) -> list[Verdict]:
    """How nginx's access phase may end.

    Args:
        blocks: the block that is in effect and those around it.
        asked: what becomes of an auth_request to a URI.
        families: of the addresses that clients may have: inet, inet6, unix.
    """
    words: list[list[Word]] = [list(_addresses(blocks, families)), list(_password(blocks))]
    request = _nearest(blocks, "auth_request")
    if request is not None and request.args[:1] != ["off"]:
        uri = request.args[0] if request.args else ""
        words.append([(word, by or request, code) for word, by, code in asked(uri)])
    satisfy = _nearest(blocks, "satisfy")
    any_of_them = satisfy is not None and satisfy.args[:1] == ["any"]
    return list(dict.fromkeys(_joined(row, any_of_them) for row in product(*words)))


def is_scripted(scope: Scope | None) -> bool:
    """Whether a module in effect may do with a request what is not followed."""
    return scope is not None and scope.says(is_scripting)


def is_scripted_at_first(scope: Scope | None) -> bool:
    """The same of one that need not wait for nginx's own rewrites and returns."""
    return scope is not None and scope.says(_is_first)


def _joined(row: Iterable[Word], any_of_them: bool) -> Verdict:
    refused = Verdict(None)
    for word, by, code in row:
        if word == LETS_IN and any_of_them:
            return Verdict(None)
        if word == FAILS or (word == REFUSES and not any_of_them):
            return Verdict(by, code, refused.stops is not None)
        if word == REFUSES and (refused.stops is None or code == 401 != refused.code):
            refused = Verdict(refused.stops or by, code)
    return refused


def _addresses(blocks: list[Block], families: frozenset[str]) -> Iterator[Word]:
    """The words of allow and deny for every address: the first rule that fits counts."""
    rules = next((found for block in blocks if (found := _rules(block))), [])
    if not rules:
        yield SILENT, None, 0
        return
    if any("set_real_ip_from" in block.directives for block in blocks):
        # A header says the address then, of any family.
        families = frozenset(_FAMILIES)
    allowed = False
    left = _Addresses(families)
    for rule in rules:
        took = left.take(" ".join(rule.args))
        if not took:
            continue
        if rule.name == "allow":
            allowed = True
            if left:
                continue
            yield LETS_IN, None, 0
            return
        yield REFUSES, rule, 403
        if not left:
            if allowed:
                yield LETS_IN, None, 0
            return
    yield SILENT, None, 0
    if allowed:
        yield LETS_IN, None, 0


class _Addresses:
    """The addresses that no rule has had yet."""

    def __init__(self, families: frozenset[str]) -> None:
        from ipaddress import ip_network

        self._left: dict[str, list[Network]] = {}
        for family in families:
            network = _FAMILIES[family]
            self._left[family] = [ip_network(network) if network else None]
        self._met: set[str] = set()

    def __bool__(self) -> bool:
        return any(self._left.values())

    def take(self, text: str) -> bool:
        """Give a rule its own; whether it may have any."""
        if text in self._met:
            return False
        self._met.add(text)
        if text == "all":
            self._left = {}
            return True
        if text == "unix:":
            return self._left.pop("unix", None) is not None
        from ipaddress import ip_network

        try:
            network = ip_network(text, strict=False)
        except ValueError:
            return True  # nginx takes names, too
        family = "inet" if network.version == 4 else "inet6"
        left = self._left.get(family, [])
        if len(left) > _MOST_NETWORKS:
            return True
        kept: list[Network] = []
        for each in left:
            if each is None or network.supernet_of(each):
                continue
            kept += each.address_exclude(network) if each.supernet_of(network) else [each]
        if left == kept:
            return False
        self._left[family] = kept
        return True


def _rules(block: Block) -> list[Directive]:
    """allow and deny in their order; where that is not seen, so that no rule for all is sure."""
    allows, denies = (block.directives.get(name, []) for name in ("allow", "deny"))
    if block.ordered is not None and (allows or denies):
        return [item for item in block.ordered if item.name in ("allow", "deny")]
    both = [*allows, *denies]
    if len({item.line for item in both}) == len(both) and len({item.file for item in both}) < 2:
        return sorted(both, key=lambda item: item.line)
    return [*(item for item in allows if item.args != ["all"]), *denies, *allows]


def _password(blocks: list[Block]) -> Iterator[Word]:
    said = _nearest(blocks, "auth_basic")
    users = _nearest(blocks, "auth_basic_user_file")
    if said is None or said.args[:1] == ["off"] or users is None:
        yield SILENT, None, 0
        return
    if users.args != ["/dev/null"]:
        yield LETS_IN, None, 0
    yield REFUSES, said, 401
    if "$" in "".join(said.args):
        yield SILENT, None, 0


def _nearest(blocks: list[Block], name: str) -> Directive | None:
    for block in blocks:
        if name in block.directives:
            return block.directives[name][0]
    return None


def internal_in(location: Location) -> Directive | None:
    """The `internal` that is in effect: a location in another one inherits it."""
    at: Location | None = location
    while at is not None:
        if "internal" in at.own:
            return at.own["internal"][0]
        at = at.parent
    return None


def limit_of(location: Location, method: str) -> Directive | None:
    """The limit_except that is in effect for a method."""
    if "limit_except" not in location.own:
        return None
    limit = location.own["limit_except"][0]
    methods = [text.upper() for text in limit.args]
    if method in methods or (method == "HEAD" and "GET" in methods):
        return None
    return limit
