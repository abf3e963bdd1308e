"""The names of the variables that nginx and its modules have without anything defining them."""

from __future__ import annotations

__all__ = ["is_builtin"]

_FAMILIES = (
    "arg_",
    "cookie_",
    "geoip_",
    "http_",
    "jwt_",
    "memcached_",
    "proxy_protocol_",
    "secure_link",
    "sent_http_",
    "sent_trailer_",
    "session_log_",
    "spdy",
    "ssl_",
    "tcpinfo_",
    "upstream_",
)
_NAMES = """
    ancient_browser args binary_remote_addr body_bytes_sent bytes_received bytes_sent connection
    connection_requests connection_time connections_active connections_reading connections_waiting
    connections_writing content_length content_type date_gmt date_local document_root document_uri
    fastcgi_path_info fastcgi_script_name grpc_internal_trailers gzip_ratio host hostname http2
    http3 invalid_referer is_args is_request_port limit_conn_status limit_rate limit_req_status
    modern_browser msec msie nginx_version pid pipe protocol proxy_add_x_forwarded_for proxy_host
    proxy_internal_body_length proxy_internal_chunked proxy_port query_string quic
    realip_remote_addr realip_remote_port realpath_root remote_addr remote_port remote_user request
    request_body request_body_file request_completion request_filename request_id request_length
    request_method request_port request_time request_uri scgi_path_info scheme server_addr
    server_name server_port server_protocol slice_range status time_iso8601 time_local uid_got
    uid_reset uid_set uri
"""
_KNOWN = frozenset(_NAMES.split())


def is_builtin(name: str) -> bool:
    """Whether nginx knows a variable of this name without anything that defines it."""
    name = name.lower()
    return name in _KNOWN or name.startswith(_FAMILIES)
