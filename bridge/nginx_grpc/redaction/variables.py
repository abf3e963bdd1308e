"""Names of variables: nginx's own stay; of a family's, the family's word does."""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.variables import is_builtin

__all__ = ["family_of", "is_own"]

# The families whose members are named by the user.
_HEADERS = expression(
    r"(?:upstream_http_|upstream_trailer_|sent_http_|sent_trailer_|http_)", re.IGNORECASE
)
_NAMES = expression(
    r"(?:upstream_cookie_|proxy_protocol_tlv_|jwt_claim_|jwt_header_|session_log_|arg_|cookie_"
    r"|http_|geoip2?_)",
    re.IGNORECASE,
)
# Of the families that `is_builtin` takes whole, the members that nginx has.
_MEMBERS = frozenset(
    """
    geoip_country_code geoip_country_code3 geoip_country_name geoip_area_code geoip_city
    geoip_city_continent_code geoip_city_country_code geoip_city_country_code3
    geoip_city_country_name geoip_dma_code geoip_latitude geoip_longitude geoip_org
    geoip_postal_code geoip_region geoip_region_name jwt_payload memcached_key
    proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port
    secure_link secure_link_expires spdy spdy_request_priority ssl_alpn_protocol ssl_cipher
    ssl_ciphers ssl_client_cert ssl_client_escaped_cert ssl_client_fingerprint ssl_client_i_dn
    ssl_client_i_dn_legacy ssl_client_raw_cert ssl_client_s_dn ssl_client_s_dn_legacy
    ssl_client_serial ssl_client_sigalg ssl_client_v_end ssl_client_v_remain ssl_client_v_start
    ssl_client_verify ssl_curve ssl_curves ssl_early_data ssl_ech_outer_server_name ssl_ech_status
    ssl_preread_alpn_protocols ssl_preread_protocol ssl_preread_server_name ssl_protocol
    ssl_server_name ssl_session_id ssl_session_reused ssl_sigalg ssl_sigalgs tcpinfo_rcv_space
    tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd upstream_addr upstream_bytes_received
    upstream_bytes_sent upstream_cache_age upstream_cache_key upstream_cache_last_modified
    upstream_cache_status upstream_connect_time upstream_first_byte_time upstream_header_time
    upstream_last_addr upstream_last_server_name upstream_queue_time upstream_response_length
    upstream_response_time upstream_session_time upstream_status https http_host http_user_agent
    http_referer http_via http_x_forwarded_for http_cookie
    """.split()  # noqa: SIM905
)
_FAMILY = expression(
    r"(?:geoip|jwt|memcached|proxy_protocol|secure_link|session_log|spdy|ssl|tcpinfo|upstream)_?",
    re.IGNORECASE,
)


def is_own(name: str) -> bool:
    """Whether a variable is nginx's own, whole: no part of its name is a user's."""
    lower = name.lower()
    if lower in _MEMBERS or lower.isdigit():
        return True
    if _HEADERS.match(lower) or _NAMES.match(lower) or _FAMILY.match(lower):
        return False
    return is_builtin(lower)


def family_of(name: str) -> tuple[str, bool]:
    """What of a variable's name is nginx's, and whether the rest is a header's name."""
    header = _HEADERS.match(name)
    if header is not None:
        return header[0], True
    found = _NAMES.match(name) or _FAMILY.match(name)
    return (found[0] if found else ""), False
