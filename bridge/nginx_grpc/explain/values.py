"""What is in effect at a location, in words, with the line that says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nginx_grpc.explain.places import Place

__all__ = ["DEFAULTS", "value"]

DEFAULTS = {
    "grpc_connect_timeout": "60s",
    "grpc_read_timeout": "60s",
    "grpc_send_timeout": "60s",
    "client_body_timeout": "60s",
    "client_max_body_size": "1m",
    "grpc_buffer_size": "4k or 8k",
    "grpc_next_upstream": "error timeout",
    "grpc_ssl_server_name": "off",
    "grpc_ssl_verify": "off",
    "grpc_ssl_name": "the host of grpc_pass",
    "grpc_ssl_protocols": "that of this version of nginx",
    "grpc_intercept_errors": "off",
    "underscores_in_headers": "off",
    "ignore_invalid_headers": "on",
    "large_client_header_buffers": "4 8k",
    "keepalive_requests": "1000",
}
"""What nginx does where nothing is said, by directive, in words."""

_OF_POOLS = {"keepalive_timeout": "60s", "keepalive_time": "1h", "keepalive_requests": "1000"}
_HOPS = (
    "connection",
    "te",
    "host",
    "content-type",
    "upgrade",
    "transfer-encoding",
    "keep-alive",
    "proxy-connection",
)


def value(name: str, place: Place) -> str:
    """What decides, as `grpc_read_timeout is 300s (after.conf:14)`; empty where nothing can be
    said.

    Args:
        name: the node and the setting: `upstream.keepalive_timeout`; see the table.
        place: the location.
    """
    special = _SPECIAL.get(name)
    if special is not None:
        return special(place)
    node, _, setting = name.partition(".")
    target = place.location.get("target")
    if setting.startswith("grpc_ssl_") and target is not None and target["scheme"] == "grpc":
        return f"{_target(place)}, which is plaintext"
    if node == "upstream":
        return _of_pool(setting, place)
    directives = place.server["directives"] if node == "server" else place.location["directives"]
    gap = "gap" in (place.server if node == "server" else place.location)
    return _said(setting, directives.get(setting), DEFAULTS.get(setting, "not set"), gap)


def _said(name: str, setting: dict[str, Any] | None, default: str, gap: bool) -> str:
    if setting is None:
        unless = ", unless what was not read says otherwise" if gap else ""
        if default == "not set":
            return f"there is no {name}{unless}"
        return f"{name} is {default} (nginx's default{unless})"
    if setting.get("unresolved"):
        return f"{name} is not known ({setting.get('why', 'variable')}, {_at(setting)})"
    return f"{name} is {setting['value']} ({_at(setting)})"


def _at(node: dict[str, Any]) -> str:
    return f"{node['file']}:{node['line']}"


def _of_pool(setting: str, place: Place) -> str:
    if not place.upstreams:
        target = place.location.get("target")
        if target is not None and target["kind"] in ("address", "unix"):
            return f"grpc_pass names an address ({_at(target)}), which has no pool"
        return ""
    told = []
    for block in place.upstreams:
        directives = block["directives"]
        pool = directives.get("keepalive")
        if setting != "keepalive" and pool is not None and pool.get("number") == 0:
            told.append(f"upstream {block['name']} has no pool ({_at(pool)})")
        elif setting == "keepalive":
            told.append(_said("keepalive", pool, "not set", "gap" in block))
        else:
            default = _OF_POOLS.get(setting, "not set")
            text = _said(setting, directives.get(setting), default, "gap" in block)
            if pool is None:
                text += "; no keepalive is said: no pool before nginx 1.29.7"
            told.append(text)
    return "; ".join(dict.fromkeys(told))


def _max_fails(place: Place) -> str:
    told = []
    for block in place.upstreams:
        servers = block["servers"]
        if len(servers) == 1:
            told.append(f"upstream {block['name']} has one server, which is never taken out")
        elif servers:
            values = sorted({server.get("max_fails", 1) for server in servers})
            told.append(
                f"max_fails is {' or '.join(map(str, values))} for the {len(servers)} servers of "
                f"upstream {block['name']} ({_at(block)})"
            )
    return "; ".join(told)


def _servers(place: Place) -> str:
    return "; ".join(
        f"upstream {block['name']} has {len(block['servers'])} "
        f"{'server' if len(block['servers']) == 1 else 'servers'} ({_at(block)})"
        for block in place.upstreams
    )


def _shared(place: Place) -> str:
    told = []
    for block in place.upstreams:
        if block.get("serves_http"):
            told.append(f"upstream {block['name']} is used by a proxy_pass as well ({_at(block)})")
        else:
            told.append(f"no proxy_pass uses upstream {block['name']} ({_at(block)})")
    return "; ".join(told)


def _handler(place: Place) -> str:
    location = place.location
    for name in ("grpc_pass", "proxy_pass"):
        if location[name]:
            target = location.get("target" if name == "grpc_pass" else "proxy_target") or location
            return f"the location has {name} {location[name]} ({_at(target)})"
    return f"the location's handler is {location['handler']} ({_at(location)})"


def _target(place: Place) -> str:
    target = place.location.get("target")
    if target is None:
        return _handler(place)
    return f"grpc_pass says {target['text']} ({_at(target)})"


def _hops(place: Place) -> str:
    number = place.location.get("grpc_set_header")
    headers = [] if number is None else place.document["header_lists"][number]["headers"]
    found = [each for each in headers if each["name"].lower() in _HOPS]
    if not found:
        return "no grpc_set_header sets Connection, TE, Host or Content-Type there"
    return "; ".join(
        f'grpc_set_header {each["name"]} is "{each["value"]}" ({_at(each)})' for each in found
    )


def _arrival(place: Place) -> str:
    arrival = place.location.get("arrival")
    if arrival is None:
        return _handler(place)
    if arrival["answer"] == "yes":
        return "nothing in the configuration keeps calls from the location"
    stop = arrival.get("stop")
    return f"{stop['text']} ({_at(stop)})" if stop is not None and stop["text"] else ""


def _error_page(place: Place) -> str:
    number = place.location.get("error_page")
    if number is None:
        return "there is no error_page"
    pages = place.document["error_page_lists"][number]["pages"]
    return "; ".join(
        f"error_page {' '.join(map(str, page['codes']))} {page['response']} {page['uri']}".replace(
            "  ", " "
        )
        + f" ({_at(page)})"
        for page in pages[:3]
    )


def _listens(place: Place) -> str:
    words = {"yes": "speaks HTTP/2", "no": "does not speak HTTP/2", "unknown": "may speak HTTP/2"}
    return "; ".join(
        f"listen {listen['address']} {words[listen['speaks_http2']]} ({_at(listen)})"
        for listen in place.server["listens"][:4]
    )


_SPECIAL: dict[str, Callable[[Place], str]] = {
    "upstream.max_fails": _max_fails,
    "upstream.servers": _servers,
    "upstream.shared": _shared,
    "location.handler": _handler,
    "location.target": _target,
    "location.hop_headers": _hops,
    "location.arrival": _arrival,
    "location.error_page": _error_page,
    "server.listens": _listens,
}
