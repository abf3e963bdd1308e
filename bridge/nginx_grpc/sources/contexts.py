"""The context of nginx that a text belongs to, told from its directives."""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.parsers.directives import CONTEXTS, KNOWN
from nginx_grpc.placement import takes
from nginx_grpc.tree import Directive

__all__ = [
    "INCLUDABLE",
    "check_nginx",
    "context_of",
    "contexts",
    "is_blank",
    "is_whole",
    "may_stand",
    "upstream_server",
]

# As CONTEXTS calls them.
_LETTERS = {"main": "m", "http": "h", "server": "s", "location": "l"}
_INNER = {"if": "i", "limit_except": "x", "stream_server": "t"}
#: The contexts that a text may be included in; see placement.inside.
INCLUDABLE = (
    *_LETTERS,
    *_INNER,
    *("events", "server_if", "upstream", "stream", "stream_upstream", "mail", "mail_server"),
)
_MAIN_BLOCKS = {"events", "http", "mail", "mgmt", "stream"}
_HTTP_BLOCKS = {"geo", "map", "server", "split_clients", "types", "upstream"}
_HTTP = {
    "geoip2",
    "js_import",
    "keyval_zone",
    "limit_conn_zone",
    "limit_req_zone",
    "log_format",
    "lua_package_path",
    "lua_shared_dict",
    "map_hash_bucket_size",
    "map_hash_max_size",
    "proxy_cache_path",
    "server_names_hash_bucket_size",
    "server_names_hash_max_size",
    "types_hash_max_size",
    "upstream_conf",
    "variables_hash_max_size",
}
_IN_HTTP_ALONE = {"server", "upstream"}
_SERVER_BLOCKS = {"location"}
_SERVER = {
    "listen",
    "server_name",
    "ssl_certificate",
    "ssl_certificate_key",
}
_LOCATION = {
    "alias",
    "fastcgi_pass",
    "grpc_pass",
    "internal",
    "limit_except",
    "memcached_pass",
    "proxy_pass",
    "scgi_pass",
    "uwsgi_pass",
}
_MAIN = {
    "daemon",
    "env",
    "load_module",
    "lock_file",
    "master_process",
    "pcre_jit",
    "pid",
    "user",
    "worker_cpu_affinity",
    "worker_priority",
    "worker_processes",
    "worker_rlimit_core",
    "worker_rlimit_nofile",
    "working_directory",
}


def context_of(directives: Sequence[Directive]) -> str:
    """main, http, server, location or stream.

    A block says more than a plain directive, an outer block more than an inner one: a `location`
    beside a `load_module` is the body of a server with something else pasted above it.
    """
    blocks = {directive.name for directive in directives if directive.block is not None}
    names = {directive.name for directive in directives}
    possible = contexts(directives) or list(_LETTERS)
    signs = [
        ("main", blocks & _MAIN_BLOCKS),
        ("http", blocks & _HTTP_BLOCKS and ("location" not in blocks or blocks & _IN_HTTP_ALONE)),
        ("server", blocks & _SERVER_BLOCKS or names & _SERVER),
        ("location", names & _LOCATION),
        ("http", names & _HTTP),
        ("main", names & _MAIN),
        ("location", True),
    ]
    found = next((context for context, sign in signs if sign and context in possible), possible[-1])
    return "stream" if found == "http" and _is_of_stream(directives) else found


def contexts(directives: Sequence[Directive]) -> list[str]:
    """Those of main, http, server and location in which nginx takes all of these directives."""
    return [
        context
        for context in _LETTERS
        if all(may_stand(directive, context) for directive in directives)
    ]


def _is_of_stream(directives: Sequence[Directive]) -> bool:
    """Whether nginx takes these directives in stream{} and not in http{}."""
    own = [each for server in directives if server.name == "server" for each in server.block or ()]
    return (
        any(takes("server", each) is False for each in own)
        and all(takes("stream", each) is not False for each in directives)
        and all(takes("stream_server", each) is not False for each in own)
    )


def may_stand(directive: Directive, context: str) -> bool:
    """Whether nginx takes a directive in one of INCLUDABLE; a module's may stand anywhere."""
    if context == "stream_server" and directive.name == "proxy_pass":
        # A scheme is one of http{}: here it would be the name of a host.
        return not any("://" in argument for argument in directive.args)
    found = takes(context, directive)
    if found is not None:
        return found
    letter = _LETTERS.get(context) or _INNER.get(context, "")
    return letter in CONTEXTS.get(directive.name, letter)


def check_nginx(directives: Sequence[Directive], file: str, line: int = 0) -> None:
    """Refuse what was read but is no configuration on its own.

    Args:
        directives: a tree with its includes still in place.
        file: the file, for the error.
        line: the line in it, for the error.
    """
    if not directives:
        raise Refused("nothing but space and comments in it", _GIVE, file, line)
    stack = list(directives)
    while stack:
        directive = stack.pop()
        if directive.name in KNOWN:
            break
        stack.extend(directive.block or ())
    else:
        raise Refused("no directive of nginx in it", _GIVE, file, line)
    server = upstream_server(directives)
    if server is not None:
        raise Refused(
            "the body of an upstream block without the block",
            "give the file that includes it",
            server.file,
            server.line,
        )


def upstream_server(directives: Sequence[Directive]) -> Directive | None:
    """The first `server` without a block: nginx takes one in an upstream, and nowhere else."""
    return next((each for each in directives if each.name == "server" and each.block is None), None)


_GIVE = "give the nginx configuration"


_WHOLE = expression(rb"(?:\A|[\s;{}\"'])(?:events|http)[\s\"'#{]")


def is_whole(data: bytes, file: str) -> bool:
    """Whether a text is a whole nginx.conf, from whose folder relative includes start.

    Raises Refused where it can't be read.
    """
    # The words are looked for first: to parse takes longer, and a comment may hold them too.
    if _WHOLE.search(data) is None:
        return False
    directives = parse(data, file).directives
    return any(each.name in ("events", "http") and each.block is not None for each in directives)


def is_blank(data: bytes) -> bool:
    """Whether a text is nothing but space and comments."""
    return not any(
        line.strip(b" \t\r") and not line.lstrip(b" \t\r").startswith(b"#")
        for line in data.split(b"\n")
    )
