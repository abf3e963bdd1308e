"""An Ingress to judge a ConfigMap of ingress-nginx by, where no Ingress is there."""

from __future__ import annotations

from nginx_grpc.records import replace
from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import PREFIX
from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Backend, Ingress, Path, Rule
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import SNIPPET_KEYS, Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Value

__all__ = ["stand_in"]

_ANNOTATIONS = {
    "proxy-body-size": "0",
    "proxy-connect-timeout": "5",
    "proxy-read-timeout": "300",
    "proxy-send-timeout": "300",
}
_KEYS = {
    "client-body-timeout": "86400",
    "upstream-keepalive-time": "1s",
    "upstream-keepalive-timeout": "1",
}
_ERRORS = "grpc_intercept_errors on;"
_PAGES = "error_page 502 503 504 = /any-grpc-page;"
_PAGE = """\
location = /any-grpc-page {
    internal;
    default_type application/grpc;
    add_header grpc-status 14;
    add_header grpc-message unavailable;
    return 200;
}
"""


def stand_in(settings: Settings) -> tuple[Ingress, Settings]:
    """A gRPC Ingress for which all is right that a ConfigMap does not say, and the ConfigMap with
    the rest said right: what is found then is what it says.

    Args:
        settings: the ConfigMap; all places are its own.
    """
    place, said = settings.place, settings.said
    texts = " ".join(said[key].text for key in SNIPPET_KEYS if key in said)
    lines = [line for line in (_ERRORS, _PAGES) if line.split()[0] not in texts]
    annotations = {key: text for key, text in _ANNOTATIONS.items() if key not in said}
    annotations |= {"backend-protocol": "GRPC", "configuration-snippet": " ".join(lines)}
    if _PAGES in lines:
        annotations["server-snippet"] = _PAGE
    backend = Backend("any", "1")
    ingress = Ingress(
        namespace="",
        name="",
        place=place,
        below=place,
        values={
            PREFIX + name: Value(text, replace(place, key=PREFIX + name))
            for name, text in annotations.items()
        },
        class_name="",
        created="",
        rules=[Rule("any.example", [Path("/", False, backend, place)], place)],
        default=None,
    )
    right = {key: Value(text, place) for key, text in _KEYS.items()}
    return ingress, replace(settings, said={**right, **said})
