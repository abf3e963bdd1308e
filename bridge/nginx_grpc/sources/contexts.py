"""The context of nginx that a text belongs to, told from its directives."""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.parsers.directives import KNOWN
from nginx_grpc.tree import Directive

__all__ = ["check_nginx", "context_of", "is_blank", "upstream_server"]

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
    """main, http, server or location.

    A block says more than a plain directive, an outer block more than an inner one: a `location`
    beside a `load_module` is the body of a server with something else pasted above it.
    """
    blocks = {directive.name for directive in directives if directive.block is not None}
    names = {directive.name for directive in directives}
    if blocks & _MAIN_BLOCKS:
        return "main"
    if blocks & _HTTP_BLOCKS and not ("location" in blocks and not blocks & {"server", "upstream"}):
        return "http"
    if blocks & _SERVER_BLOCKS or names & _SERVER:
        return "server"
    if names & _LOCATION:
        return "location"
    if names & _HTTP:
        return "http"
    if names & _MAIN:
        return "main"
    return "location"


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


def is_blank(data: bytes) -> bool:
    """Whether a text is nothing but space and comments."""
    return not any(
        line.strip(b" \t\r") and not line.lstrip(b" \t\r").startswith(b"#")
        for line in data.split(b"\n")
    )
