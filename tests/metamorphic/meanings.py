"""Rewritings of the directives themselves, by what nginx makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from tests.metamorphic.text import Items, Layout, NotRewritten, Statement, walk, with_comments

# Settings of ngx_http_grpc_module: no other handler reads them.
GRPC_SETTINGS = {
    "grpc_buffer_size",
    "grpc_connect_timeout",
    "grpc_intercept_errors",
    "grpc_next_upstream_timeout",
    "grpc_next_upstream_tries",
    "grpc_read_timeout",
    "grpc_send_timeout",
    "grpc_ssl_name",
    "grpc_ssl_protocols",
    "grpc_ssl_server_name",
    "grpc_ssl_verify",
    "grpc_socket_keepalive",
}
# These go on another level all together, for the inner level's own list replaces the outer one.
GRPC_LISTS = {"grpc_set_header", "grpc_next_upstream"}
SETTINGS = GRPC_SETTINGS | {"client_body_timeout", "client_max_body_size", "resolver"}
LISTS = GRPC_LISTS | {"error_page"}
TIMES = {
    "client_body_timeout",
    "grpc_connect_timeout",
    "grpc_next_upstream_timeout",
    "grpc_read_timeout",
    "grpc_send_timeout",
    "keepalive_time",
    "keepalive_timeout",
    "proxy_read_timeout",
}
SIZES = {"client_max_body_size", "grpc_buffer_size"}
FLAGS = {
    "grpc_intercept_errors",
    "grpc_ssl_server_name",
    "grpc_ssl_verify",
    "http2",
    "ignore_invalid_headers",
    "underscores_in_headers",
}
MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
BALANCERS = {"least_conn", "ip_hash", "hash", "random", "keepalive", "sticky"}
REWRITES = {"set", "if", "return", "rewrite", "break"}
VARIABLES = {"map", "geo", "split_clients"}
# Their statements are pairs or pictures of something else than directives.
CLOSED = {"map", "geo", "split_clients", "types", "events"}


def moved_up(layout: Layout, random: Random) -> Layout:
    """A setting that one location alone reads is inherited from the level around it as well."""
    changed = False
    for kind, level in list(walk(layout.main)):
        servers = list(_blocks(level, "server"))
        for server in servers:
            changed |= _to_server(server)
        # Beside a part of http{}, the rest of it may add to a list.
        names = GRPC_SETTINGS | (GRPC_LISTS if kind == "http" else set())
        if len(servers) == 1 and not any(_named(item, "include") for item in level):
            for name in sorted(names):
                around = [item for item in level if _named(item, name)]
                if not _says(servers[0], name) or around:
                    continue
                if random.random() < 0.5 or not changed:
                    moved = [item for item in servers[0].block if _named(item, name)]
                    servers[0].block[:] = [i for i in servers[0].block if not _named(i, name)]
                    level[:0] = moved
                    changed = True
    return _if(changed, layout)


def _to_server(server: Statement) -> bool:
    """From the one location with grpc_pass, what no other block of the server says."""
    locations = [block for block in _all_blocks(server) if block.name == "location"]
    calls = [block for block in locations if _says(block, "grpc_pass")]
    if len(calls) != 1 or _says(server, "include") or _says(calls[0], "include"):
        return False
    if any(block.name == "if" for block in _all_blocks(server)):
        return False
    changed = False
    others = [server, *(block for block in locations if block is not calls[0])]
    for name in sorted(GRPC_SETTINGS | GRPC_LISTS):
        if _says(calls[0], name) and not any(_says(other, name) for other in others):
            _move(name, calls[0], server)
            changed = True
    return changed


def moved_down(layout: Layout, _: Random) -> Layout:
    """What a level inherits, it may say itself: each server, then each location, a copy."""
    changed = False
    for kind, inner_kind in (("http", "server"), ("server", "location")):
        for name, level in list(walk(layout.main)):
            if name != kind or any(_named(item, "include") for item in level):
                continue
            inner = [item for item in level if _named(item, inner_kind)]
            for setting in sorted(SETTINGS | LISTS):
                said = [item for item in level if _named(item, setting)]
                if not said or not inner or any(_says(block, "include") for block in inner):
                    continue
                for block in inner:
                    if not _says(block, setting):
                        block.block[:0] = [Statement(item.words[:]) for item in said]
                level[:] = [item for item in level if not _named(item, setting)]
                changed = True
    return _if(changed, layout)


def said_again(layout: Layout, _: Random) -> Layout:
    """A value that is inherited may be repeated at the location without a change."""
    changed = False
    for name, level in list(walk(layout.main)):
        if name != "server":
            continue
        for setting in sorted(SETTINGS):
            said = [item for item in level if _named(item, setting)]
            for location in _blocks(level, "location"):
                if said and not _says(location, setting) and not _says(location, "include"):
                    location.block.append(Statement(said[-1].words[:]))
                    changed = True
    return _if(changed, layout)


def reordered(layout: Layout, random: Random) -> Layout:
    """Siblings stand in any order, but for those that nginx reads in theirs: see `_order`."""
    for name, level in walk(layout.main):
        if name in CLOSED or any(_named(item, "include") for item in level):
            continue
        queues: dict[str, list[Items]] = {}
        order = []
        for piece in with_comments(level):
            key = next(_order(item) for item in piece if isinstance(item, Statement))
            queues.setdefault(key, []).append(piece)
            order.append(key)
        random.shuffle(order)
        if order:
            level[:] = [item for key in order for item in queues[key].pop(0)]
    return layout


def _order(item: Statement) -> str:
    """Statements of one key keep their order.

    The rewrite module's run in order; of handlers the last wins; of regular expressions, servers of
    a socket, headers and pages the first; a balancing method works on what stands above it.
    """
    name, args = item.name, item.args
    if name in REWRITES:
        return "rewrite"
    if name.endswith("_pass"):
        return "handler"
    if name in BALANCERS:
        return "balancer"
    if name in VARIABLES:
        return "variable"
    if name == "location" and args[0] not in ("~", "~*") and not args[0].startswith("~"):
        return f"location {' '.join(args)}"
    if name == "upstream":
        return f"upstream {args[0].lower()}"
    return name


def other_times(layout: Layout, random: Random) -> Layout:
    """60s, 1m, 60 and 60000ms are one time."""

    def written(item: Statement, text: str) -> list[str]:
        found = re.fullmatch(r"(\d+)(ms|s|m|h|d)?", text)
        if found is None:
            return []
        ms = int(found[1]) * MS[found[2] or "s"]
        texts = [f"{ms}ms"]
        for unit in ("s", "m", "h", "d"):
            whole, rest = divmod(ms, MS[unit])
            if not rest:
                texts += [f"{whole}{unit}"] + ([str(whole)] if unit == "s" else [])
            elif whole and not rest % 1000:
                texts.append(f"{whole}{unit}{rest // 1000}s")
        return texts

    return _respelled(layout, random, TIMES, written)


def other_sizes(layout: Layout, random: Random) -> Layout:
    """1m, 1024k and 1048576 are one size, and the units may be capitals."""

    def written(item: Statement, text: str) -> list[str]:
        found = re.fullmatch(r"(\d+)([kmgKMG]?)", text)
        if found is None:
            return []
        size = int(found[1]) * BYTES[found[2].lower()]
        units = ["", "k", "m", "K", "M"] + (["g", "G"] if item.name != "grpc_buffer_size" else [])
        return [
            f"{size // BYTES[unit.lower()]}{unit}"
            for unit in units
            if size % BYTES[unit.lower()] == 0
        ]

    return _respelled(layout, random, SIZES, written)


def flags_in_capitals(layout: Layout, random: Random) -> Layout:
    """on and off are read in any case."""
    return _respelled(layout, random, FLAGS, lambda _, text: [text.upper(), text.capitalize()])


def modifiers_joined(layout: Layout, _: Random) -> Layout:
    """The modifier of a location may be one word with its path."""
    changed = False
    for _, level in walk(layout.main):
        for location in _blocks(level, "location"):
            words = location.words
            if len(words) == 3 and words[1] in ("=", "^~", "~", "~*") and words[2][0] not in "\"'":
                words[1:] = [words[1] + words[2]]
                changed = True
    return _if(changed, layout)


def bystanders(layout: Layout, random: Random) -> Layout:
    """What no call comes to, and what only logs, changes nothing for a call."""
    for name, level in list(walk(layout.main)):
        if name in ("http", "server", "location"):
            # Not between a comment and what it is about.
            pieces = with_comments(level)
            at = random.randrange(len(pieces) + 1)
            pieces.insert(at, [Statement(["log_not_found", "off"])])
            level[:] = [item for piece in pieces for item in piece]
        if name == "server":
            robots = Statement(["location", "=", "/robots.txt"], [Statement(["return", "404"])])
            level.append(robots)
        if any(_named(item, "server") and item.block is not None for item in level):
            inner = [Statement(["listen", "127.0.0.1:9"]), Statement(["return", "204"])]
            level.append(Statement(["server"], inner))
    return layout


def _respelled(layout: Layout, random: Random, names, spellings) -> Layout:
    changed = False
    for _, items in layout.files():
        for _, level in walk(items):
            for item in level:
                if not isinstance(item, Statement) or item.name not in names or not item.args:
                    continue
                texts = [t for t in spellings(item, item.args[0]) if t != item.args[0]]
                if texts:
                    item.words[1] = random.choice(texts)
                    changed = True
    return _if(changed, layout)


def _if(changed: bool, layout: Layout) -> Layout:
    if not changed:
        raise NotRewritten("there is nothing of the kind")
    return layout


def _named(item: object, name: str) -> bool:
    return isinstance(item, Statement) and item.name == name


def _says(block: Statement, name: str) -> bool:
    return any(_named(item, name) for item in block.block or ())


def _blocks(level: Items, name: str) -> Iterator[Statement]:
    for item in level:
        if isinstance(item, Statement) and item.name == name and item.block is not None:
            yield item


def _all_blocks(outer: Statement) -> Iterator[Statement]:
    for _, level in walk(outer.block or []):
        for item in level:
            if isinstance(item, Statement) and item.block is not None:
                yield item


def _move(name: str, inner: Statement, outer: Statement) -> None:
    moved = [item for item in inner.block if _named(item, name)]
    inner.block[:] = [item for item in inner.block if not _named(item, name)]
    outer.block[:0] = moved


KEEP_WORDS = [moved_up, moved_down, said_again, reordered, modifiers_joined, bystanders]
# The message has the value as it is written.
CHANGE_WORDS = [other_times, other_sizes, flags_in_capitals]
