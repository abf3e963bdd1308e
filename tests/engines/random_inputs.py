"""Random documents and settings: real configurations mutated, and settings of every shape."""

from __future__ import annotations

import copy
import io
import string
from functools import cache
from random import Random
from typing import Any

from nginx_grpc import model, sources
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration
from tests.metamorphic.configurations import all_of_them
from tests.metamorphic.text import Items, NotRewritten, Statement, parse, walk, write

DIRECTIVES = [
    "grpc_pass grpc://greeter;",
    "grpc_pass greeter;",
    "grpc_pass grpcs://orders;",
    "grpc_pass 127.0.0.1:50051;",
    "grpc_pass grpc://$backend;",
    "grpc_pass $http_x_backend;",
    "grpc_pass unix:/run/greeter.sock;",
    "grpc_read_timeout 1h;",
    "grpc_read_timeout $t;",
    "grpc_read_timeout 0;",
    "grpc_read_timeout ;",
    "grpc_send_timeout 5s;",
    "grpc_connect_timeout 20s;",
    "grpc_next_upstream off;",
    "grpc_next_upstream error timeout http_502 non_idempotent;",
    "grpc_next_upstream_tries 1;",
    "grpc_intercept_errors on;",
    "grpc_buffer_size 2m;",
    "grpc_ssl_verify on;",
    "grpc_ssl_server_name on;",
    "grpc_ssl_protocols TLSv1 TLSv1.2;",
    "grpc_set_header Connection upgrade;",
    'grpc_set_header TE "";',
    'grpc_set_header "X-{conditions}" "{names}";',
    "grpc_web on;",
    "error_page 502 503 504 = /unavailable;",
    "error_page 502 =200 @page;",
    "error_page 504 /e504.html;",
    "location = /unavailable { default_type application/grpc; return 200; }",
    "location = /e504.html { add_header grpc-status 14; return 200; }",
    "location @page { return 204; }",
    "location /pkg.Service/ { proxy_pass http://greeter; }",
    "location /grpc { proxy_pass http://127.0.0.1:50051; }",
    "location ~ \\.Svc/ { grpc_pass grpc://greeter; }",
    "if ($http_content_type = application/grpc) { grpc_pass grpc://orders; }",
    "limit_except GET { deny all; }",
    "return 404;",
    "proxy_read_timeout 1d;",
    "proxy_set_header Upgrade $http_upgrade;",
    "add_header Access-Control-Allow-Origin * always;",
    "default_type application/grpc;",
    "client_body_timeout 1s;",
    "client_max_body_size 10g;",
    "keepalive 4;",
    "keepalive_timeout 90s;",
    "keepalive_time 10m;",
    "least_conn;",
    "server 10.0.0.1:50051 max_fails=3;",
    "server orders.example:443 backup;",
    "listen 8443 ssl;",
    "listen 8080 http2;",
    "listen 443 quic;",
    "http2 on;",
    "include missing/*.conf;",
    "include missing.conf;",
    "underscores_in_headers on;",
    "ignore_invalid_headers off;",
    "ignore_invalid_headers off; large_client_header_buffers 4 32k;",
    "resolver 127.0.0.53;",
    "set $backend orders;",
    "upstream orders { server orders.example:443; }",
    "# nginx-grpc: ignore NG104 until=2999-01-01 owner=o reason=r\n",
    "# nginx-grpc: ignore NG106 until=2001-01-01 owner=o reason=r\n",
    "# nginx-grpc: ignore NG999\n",
]
LETTERS = string.ascii_letters + string.digits + "._-/:{}*?é\\\"'[]"
DURATIONS = ["30s", "1m", "5m", "1h30m", "90m", "500ms", "0", "20s"]
IDS = ["NG101", "NG103", "NG104", "NG105", "NG106", "NG107", "NG109", "NG201", "NG205", "NG301"]


def mutated(random: Random) -> dict[str, Any] | None:
    """The document of a real configuration with some changes; None where that is refused."""
    try:
        items = parse(random.choice(_texts()))
        for _ in range(random.choice([0, 1, 2, 4, 8, 16])):
            _mutate(items, random)
        return model.build(_read(items))
    except (Refused, NotRewritten):
        return None


def several(random: Random) -> Configuration | None:
    """What stands in http{} of some real configurations, in one and with some changes."""
    items: Items = []
    try:
        for _ in range(random.randint(1, 4)):
            items += _of_http(parse(random.choice(_texts())))
        for _ in range(random.choice([0, 4, 16, 32])):
            _mutate(items, random)
        whole = [*parse("events { }"), Statement(["http"], items)]
        configuration = _read(whole if random.random() < 0.7 else items)
        model.build(configuration)
    except (Refused, NotRewritten):
        return None
    return configuration


@cache
def _texts() -> list[str]:
    return sorted(all_of_them().values())


def _read(items: Items) -> Configuration:
    (configuration,) = sources.read(["-"], stdin=io.BytesIO(write(items).encode("latin-1")))
    return configuration


def _of_http(items: Items) -> Items:
    for item in items:
        if isinstance(item, Statement) and item.name == "http" and item.block:
            return item.block
    return [item for item in items if not isinstance(item, Statement) or item.block is not None]


def _mutate(items: Items, random: Random) -> None:
    levels = [level for _, level in walk(items)]
    level = random.choice(levels)
    at = random.randrange(len(level) + 1)
    change = random.randrange(6)
    if change < 3 or not level:
        level[at:at] = parse(random.choice(DIRECTIVES))
        return
    at = min(at, len(level) - 1)
    item = level[at]
    if change == 3:
        level.pop(at)
    elif change == 4:
        level.insert(random.randrange(len(level) + 1), copy.deepcopy(item))
    elif isinstance(item, Statement) and len(item.words) > 1:
        word = "".join(random.choice("abz09./$:=") for _ in range(random.randint(1, 9)))
        item.words[random.randrange(1, len(item.words))] = word


def damaged(document: dict[str, Any], random: Random) -> dict[str, Any]:
    """The document with a field that is lost, of another type or one too many."""
    changed = copy.deepcopy(document)
    places = [changed]
    for place in places:
        inner = place.values() if isinstance(place, dict) else place
        places += [value for value in inner if isinstance(value, (dict, list)) and value]
    place = random.choice(places)
    key = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
    odd = [None, 7, -1, 1.5, "text", True, [], {}, [[]], {"a": 1}, "9" * 30]
    if random.random() < 0.3:
        place.pop(key)
    elif isinstance(place, dict) and random.random() < 0.2:
        place["another"] = random.choice(odd)
    else:
        place[key] = random.choice(odd)
    return changed


def settings(random: Random) -> dict[str, Any]:
    """Settings, most of them right."""
    found = _some(
        random,
        0.4,
        {
            "profile": ["checklist", "evidence"],
            "inline_waivers": ["allow", "forbid"],
            "not_judged": ["deny", "warn"],
            "nginx_version": ["1.22.1", "1.25.1", "1.29.6", "1.29.7", "1.31.3", "1.31"],
            "explicit": ["advised", "required"],
            "workers": [1, 2, 7, 64],
            "largest_request": ["4m", "512k", "0", "1g"],
        },
    )
    if random.random() < 0.6:
        found["grpc"] = {"default": _server(random)}
        if random.random() < 0.5:
            names = ["greeter", "orders", "u", _word(random)]
            found["grpc"]["upstreams"] = {random.choice(names): _server(random)}
    if random.random() < 0.4:
        found["levels"] = {random.choice(IDS): random.choice(["deny", "warn", "off"])}
    if random.random() < 0.5:
        found["waivers"] = [_waiver(random) for _ in range(random.randint(0, 4))]
    if random.random() < 0.15:
        _spoil(found, random)
    return found


def _spoil(found: dict[str, Any], random: Random) -> None:
    """Something that is no setting, or no value of one."""
    place = random.choice([found, found.get("grpc", found), found.get("levels", found)])
    key = random.choice([*place, _word(random), "NG001", "NG777"])
    place[key] = random.choice(["other", "", 0, 1.3, -1, True, None, [], {}, "1 h", "9" * 12 + "d"])


def _server(random: Random) -> dict[str, Any]:
    values: dict[str, list[Any]] = {
        "max_connection_age": DURATIONS,
        "max_connection_idle": DURATIONS,
        "expected_concurrency": [1, 31, 32, 33, 400, 10**6],
        "longest_silence": DURATIONS,
        "streaming": ["none", "server", "client", "bidi"],
        "metadata": [[], ["x_id"], ["tenant.name", "x_id", _word(random)]],
    }
    return _some(random, 0.5, values)


def _waiver(random: Random) -> dict[str, Any]:
    return {
        **_some(
            random,
            0.95,
            {
                "id": IDS,
                "reason": ["r", "r", "r", " ", _word(random)],
                "owner": ["o"],
                "expires": ["2999-01-01", "2024-02-29", "2023-02-29", "1999-12-31", "soon"],
            },
        ),
        **_some(
            random,
            0.2,
            {
                "file": ["**", "*", "-", "conf.d/*.conf", _word(random)],
                "location": ["/", "/unavailable"],
                "server": ["", "localhost"],
                "upstream": ["greeter", "u"],
            },
        ),
    }


def _some(random: Random, share: float, values: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        name: random.choice(choices) for name, choices in values.items() if random.random() < share
    }


def _word(random: Random) -> str:
    return "".join(random.choice(LETTERS) for _ in range(random.choice([0, 1, 3, 8, 200])))
