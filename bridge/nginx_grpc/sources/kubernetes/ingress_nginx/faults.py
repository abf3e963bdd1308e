"""What Ingress objects and the controller's ConfigMap say in vain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import (
    ANNOTATIONS,
    HAS_NO_EFFECT,
    PREFIX,
    SNIPPETS,
)
from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Ingress
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import KEYS, Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Value, integer
from nginx_grpc.tree import Ineffective

__all__ = ["Faults", "is_dropped"]

_GRPC = ("GRPC", "GRPCS")
# Of those a negative one is written, and nginx takes none.
_TIMEOUTS = frozenset(("proxy-connect-timeout", "proxy-read-timeout", "proxy-send-timeout"))
_OTHERS = ("nginx.org/", "nginx.com/")
# Prefixes that are close to the controller's, or were its own once.
_NEAR = ("ingress.kubernetes.io/", "nginx.ingress.kubernetes.io", "nginx.kubernetes.io/")
_YES = ("true", "yes", "on", "1")
_NAMES = 1_000  # looked up; finding the nearest takes some milliseconds each
_LENGTH = 63


def is_dropped(ingress: Ingress, settings: Settings) -> bool:
    """Whether the controller leaves an Ingress out for what its annotations say."""
    for name in ingress.own:
        known = ANNOTATIONS.get(name)
        if known is None:
            continue
        if known.risk > settings.risk and not settings.assumed:
            return True
        if known.refusal == "dropped" and ingress.refuses(name):
            return True
    return False


class Faults:
    """Finds them. The nearest name is looked for once for each."""

    def __init__(self) -> None:
        self._nearest: dict[tuple[str, bool], str] = {}

    def of_ingress(self, ingress: Ingress, settings: Settings) -> Iterator[Ineffective]:
        """What an Ingress says in vain."""
        protocol = ingress.said("backend-protocol")
        grpc = protocol.upper() in _GRPC
        for full, value in ingress.values.items():
            name = full.removeprefix(PREFIX)
            if name == full or name not in ANNOTATIONS:
                found = self._unknown(full, name, value, grpc)
            else:
                found = _known(ingress, name, value, settings, grpc)
            if found is not None:
                state, becomes, nearest, concerns = found
                yield Ineffective(
                    "Ingress",
                    ingress.namespace,
                    ingress.name,
                    full,
                    value.text,
                    state,
                    becomes,
                    nearest,
                    concerns,
                    value.place.file,
                    value.place.line,
                )

    def _unknown(
        self, full: str, name: str, value: Value, grpc: bool
    ) -> tuple[str, str, str, bool] | None:
        """What is no annotation of the controller, but meant for it."""
        if name == full and not _is_meant(full):
            return None
        if full.startswith(_OTHERS):
            # NGINX Ingress Controller's own.
            return ("no_effect", "", "", True) if grpc else None
        name = name if name != full else full.rpartition("/")[2]
        nearest = self._near(name, ANNOTATIONS)
        if not grpc and "grpc" in name.lower() and value.text.strip().lower() in _YES:
            # As `grpc-backend`, which the controller had until 0.20.
            nearest, grpc = "backend-protocol", True
        asks = nearest == "backend-protocol" and value.text.strip().upper() in _GRPC
        return "unknown", "", PREFIX + nearest if nearest else "", grpc or asks

    def of_settings(self, settings: Settings) -> Iterator[Ineffective]:
        """What the ConfigMap says in vain."""
        namespace, _, name = settings.name.partition("/")
        for key, value in settings.said.items():
            if key not in KEYS:
                state, nearest = "unknown", self._near(key, KEYS)
            elif not settings.fits(key):
                state, nearest = "refused", ""
            else:
                continue
            yield Ineffective(
                "ConfigMap",
                namespace,
                name,
                key,
                value.text,
                state,
                "default" if state == "refused" else "",
                nearest,
                True,
                value.place.file,
                value.place.line,
            )

    def _near(self, name: str, names: Collection[str]) -> str:
        asked = (name, names is KEYS)
        if asked not in self._nearest:
            if len(name) > _LENGTH or len(self._nearest) >= _NAMES:
                return ""
            close = [name] if name in names else get_close_matches(name.lower(), names, 1, 0.7)
            self._nearest[asked] = close[0] if close else ""
        return self._nearest[asked]


def _is_meant(full: str) -> bool:
    if full.startswith(_OTHERS + _NEAR):
        return True
    prefix, slash, name = full.partition("/")
    if not slash or len(prefix) > _LENGTH:
        return False
    if name in ANNOTATIONS and "nginx" in prefix:
        return True
    return prefix != PREFIX[:-1] and bool(get_close_matches(prefix, [PREFIX[:-1]], 1, 0.9))


def _known(
    ingress: Ingress, name: str, value: Value, settings: Settings, grpc: bool
) -> tuple[str, str, str, bool] | None:
    if name in SNIPPETS:
        state = _snippet(name, settings)
        if state is None or not value.text.strip():
            return None
        risky = ANNOTATIONS[name].risk > settings.risk
        return state, "dropped" if state == "forbidden" and risky else "", "", grpc
    if ANNOTATIONS[name].risk > settings.risk and not settings.assumed:
        return "forbidden", "dropped", "", grpc
    if ingress.refuses(name):
        return "refused", ANNOTATIONS[name].refusal, "", grpc or name == "backend-protocol"
    if name in _TIMEOUTS and (integer(value.text) or 0) < 0:
        return "refused", "written", "", grpc
    if name == "backend-protocol" and grpc and ingress.said(name) not in _GRPC:
        return "lower_case", "", "", grpc
    if name in HAS_NO_EFFECT and grpc and value.text:
        return "no_effect", "", "", grpc
    return None


def _snippet(name: str, settings: Settings) -> str | None:
    if settings.assumed:
        return "undecided"
    if ANNOTATIONS[name].risk > settings.risk or not settings.flag("allow-snippet-annotations"):
        return "forbidden"
    return None


def concerning(found: Iterable[Ineffective]) -> list[Ineffective]:
    """Those that calls have to do with: of an Ingress that asks for gRPC, or may mean to."""
    return [each for each in found if each.grpc or each.state == "unknown"]
