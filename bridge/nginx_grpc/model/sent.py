"""What every gRPC call sends, and what none does.

A call is a POST of HTTP/2 with `te: trailers`, a content type of application/grpc and the path of
a method, without a query. A proxy in front may have put more before the path.
"""

from __future__ import annotations

from nginx_grpc.model.patterns import Language

__all__ = ["ALWAYS", "METHOD", "NEVER_SENT", "OF_SERVICE"]

# `/service/method`, and a method's name is that of a function.
METHOD = ("^/([^/?#%*]+/)+[A-Za-z_][A-Za-z0-9_]*$", False)
OF_SERVICE = ("^/[^/?#%*]+/[A-Za-z_][A-Za-z0-9_]*$", False)
# HTTP/2 has no such headers, and no gRPC client sends those of a browser.
NEVER_SENT = frozenset(
    (
        "http_connection",
        "http_keep_alive",
        "http_origin",
        "http_referer",
        "http_sec_fetch_mode",
        "http_sec_fetch_site",
        "http_sec_websocket_key",
        "http_sec_websocket_protocol",
        "http_sec_websocket_version",
        "http_transfer_encoding",
        "http_upgrade",
        "http_x_grpc_web",
    )
)
_CONTENT_TYPE = Language("application/grpc", within=((r"^application/grpc([+;].*)?$", False),))
# What nginx itself knows of every call.
_OF_NGINX = {
    "connection": "^[1-9][0-9]*$",
    "connection_requests": "^[1-9][0-9]*$",
    "msec": "^[0-9]+[.][0-9][0-9][0-9]$",
    "nginx_version": "^[0-9]+[.][0-9]+[.][0-9]+$",
    "pid": "^[1-9][0-9]*$",
    "remote_addr": "^(unix:|[0-9a-fA-F.:]+[0-9a-fA-F.:]$)",
    "request_id": "^[0-9a-f]+[0-9a-f]$",
    "request_length": "^[1-9][0-9]*$",
    "request_time": "^[0-9]+[.][0-9][0-9][0-9]$",
    "server_addr": "^(unix:|[0-9a-fA-F.:]+[0-9a-fA-F.:]$)",
    "time_iso8601": "^[0-9]+-[0-9]+-[0-9]+T",
    "time_local": "^[0-9]+/[A-Z][a-z]+/[0-9]+:",
}
# Variables by name, whatever the path is.
ALWAYS = {
    **{name: Language(within=((text, False),)) for name, text in _OF_NGINX.items()},
    "pipe": Language(".", exact=True),
    **dict.fromkeys(NEVER_SENT, Language("", exact=True)),
    "content_type": _CONTENT_TYPE,
    "http2": Language("h2"),
    "http_content_type": _CONTENT_TYPE,
    "http_te": Language("trailers", exact=True),
    # Every client names itself, each in its own way.
    "http_user_agent": Language(within=(("..", False),)),
    "server_protocol": Language("HTTP/2.0", exact=True),
}
