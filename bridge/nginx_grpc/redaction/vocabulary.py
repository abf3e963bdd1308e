"""Words that belong to nginx, HTTP and gRPC and to nobody else: what may stay, by where it stands.

No word stays because it looks harmless: `internal` is a directive, and a part of many hosts' names.
"""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.blocks import BLOCKS
from nginx_grpc.parsers.directives import KNOWN

__all__ = [
    "AMOUNT",
    "ANYWHERE",
    "CIPHERS",
    "DIRECTIVES",
    "DOMAINS",
    "EXTENSIONS",
    "FOLDERS",
    "HEADERS",
    "KEYWORDS",
    "MEDIA",
    "METHODS",
    "OWN_NAMES",
    "PARAMETERS",
    "QUANTITY",
    "SCHEMES",
    "USERS",
    "VALUES",
    "VERSION",
    "is_directive",
    "is_module",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERSION = expression(r"v[0-9]{1,2}(?:(?:alpha|beta|rc)[0-9]{0,2})?\Z", re.IGNORECASE)
#: A number, a size, a time, a rate.
AMOUNT = expression(
    r"[=!<>+-]{0,2}(?:[0-9]{1,20}(?:ms|[smhdwyM]))*[0-9]{1,20}(?:\.[0-9]{1,9})?"
    r"(?:ms|[smhdwyMkKgGbB]|r/[sm]|%)?\Z|[01]{4,64}\Z|\*\Z"
)
#: A time or a size among other words.
QUANTITY = expression(r"[0-9]{1,4}(?:ms|[smhdwyMkKgG])\Z")
#: gRPC's own services.
OWN_NAMES = expression(
    r"grpc\\?\.(?:"
    r"health\\?\.v1\\?\.Health(?:/(?:Check|Watch|List))?"
    r"|reflection\\?\.v1(?:alpha)?\\?\.ServerReflection(?:/ServerReflectionInfo)?"
    r"|channelz\\?\.v1\\?\.Channelz|lb\\?\.v1\\?\.LoadBalancer)(?![A-Za-z0-9_])"
)
ANYWHERE = _words("localhost")

SCHEMES = _words(
    "http https grpc grpcs unix tcp udp fastcgi scgi uwsgi suwsgi memcached ws wss syslog"
)
METHODS = _words("get head post put delete options patch connect trace mkcol copy move propfind")

DIRECTIVES = frozenset((*KNOWN, *BLOCKS))
_MODULES = expression(
    r"\w+_by_lua(?:_block|_file)?\Z|lua_\w+\Z|more_(?:set|clear)_(?:input_)?headers\Z"
    r"|(?:brotli|zstd|opentracing|opentelemetry|otel|modsecurity|js|perl|echo|vhost_traffic_status"
    r"|pagespeed|passenger|geoip2|set|auth|acme|subs|upload|push_stream|rds|drizzle|redis2?|srcache"
    r"|headers_more|upstream_conf|endpoints|check|slowfs|xss|array|iconv|encrypted|nchan|rtmp|vod"
    r")(?:_[a-z0-9_]+)?\Z"
)
_PARTS = frozenset(part for name in DIRECTIVES for part in name.split("_"))


def is_directive(name: str) -> bool:
    """Whether a directive's name is nginx's or made of words of its kind."""
    return name in DIRECTIVES or (
        _MODULES.match(name) is not None
        and all(part in _PARTS or part in _MODULE_PARTS for part in name.split("_"))
    )


def is_module(file: str) -> bool:
    """Whether a file is a module of nginx's, or of a name that only words of its kind make."""
    name = file.removesuffix(".so")
    return file != name and all(
        part in _PARTS or part in _MODULE_PARTS or part in ("ngx", "module", "mail", "stream")
        for part in name.split("_")
    )


_MODULE_PARTS = _words(
    """
    by lua block file init worker exit content access rewrite header body filter log balancer
    ssl session fetch store client hello package path cpath code cache shared dict regex match
    limit max entries socket pool size keepalive timeout connect read send buffers lua more set
    clear input headers brotli zstd comp level types static window min length opentracing
    opentelemetry otel trace context span name attr exporter config operation propagate modsecurity
    rules js import include var fetch verify trusted certificate ciphers protocols resolver depth
    engine perl echo sleep flush duplicate vhost traffic status zone display format jsonp dump
    geoip2 misc unescape uri quote sql json pg str hash secure random base32 base64 decode encode
    hmac sha1 md5 hex crc32 rotate auth acme subs check interval rise fall default down http alive
    issue thread abort conn capture error use default type preread server rewrite api endpoints
    issuer lua_ enable disable on off worker events headers_more upstream conf socket_log_errors
    location ignored ajp fastcgi port type mail
    """
)

#: Words that nginx gives a meaning as an argument of a directive that takes no name there.
KEYWORDS = _words(
    """
    on off any all auto none error timeout invalid_header non_idempotent updating denied
    http_403 http_404 http_429 http_500 http_502 http_503 http_504
    always never local inherit merge before after epoch max modified
    ssl http2 http3 quic proxy_protocol reuseport deferred default_server bind spdy
    permanent redirect break last
    debug info notice warn emerg alert crit
    epoll kqueue select poll eventport rtsig devpoll /dev/poll
    sslv2 sslv3 tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 sslv23
    optional optional_no_ca required builtin two least_conn least_time header last_byte first_byte
    expired no-cache no-store private no_last_modified no_etag no_auth
    msie6 safari msie unlimited build clean alignment directio sendfile threads aio
    exact offline hide pass if_not_owner from if_owner
    json xml html jsonp plain jsonc
    get head post put delete options patch connect trace mkcol copy move propfind
    single whole multi 1.0 1.1 1.2 2 2.0 3
    use_stale stale http_gzip_static rsa ecdsa
    cookie route learn sticky consistent random round_robin ip_hash
    no_live_upstreams blocked_as_denied main http server location
    utf-8 koi8-r windows-1251 iso-8859-1 us-ascii
    ipv6=off ipv4=off ipv6=on ipv4=on resolve
    nodelay delay=0 combined default escape=json escape=none escape=default
    server_names blocked internal crop resize rotate test size lax strict httponly secure nosecure
    nohttponly nosamesite samesite=lax samesite=strict samesite=none
    x-accel-redirect x-accel-expires x-accel-limit-rate x-accel-buffering x-accel-charset
    x-real-ip x-forwarded-for
    blocking pop sync async flush buffer
    x25519 prime256v1 secp256r1 secp384r1 secp521r1 secp256k1 x448
    sessionticket -sessionticket options ciphersuites minprotocol maxprotocol curves groups
    certificate privatekey cipherstring clientcafile
    """
)
#: Names of `name=value` arguments.
PARAMETERS = _words(
    """
    weight max_fails fail_timeout max_conns slow_start service route drain backup down resolve
    backlog rcvbuf sndbuf setfib fastopen accept_filter so_keepalive ipv6only
    zone burst delay nodelay rate levels keys_zone inactive max_size min_free manager_files
    manager_sleep manager_threshold loader_files loader_sleep loader_threshold purger purger_files
    purger_sleep purger_threshold use_temp_path valid ipv4 ipv6 status_zone buffer gzip flush if
    server facility tag severity nohostname escape type shared builtin timeout interval fails passes
    uri mandatory persistent keepalive_time port match jitter expires domain path httponly secure
    samesite create lookup header sync samesite file state threads max_queue
    proxy_protocol source password realm token hmac key version params
    """
)
#: Names of headers, small.
HEADERS = _words(
    """
    accept accept-charset accept-encoding accept-language accept-ranges access-control-allow-headers
    access-control-allow-credentials access-control-allow-methods access-control-allow-origin
    access-control-expose-headers access-control-max-age access-control-request-headers
    access-control-request-method age allow alt-svc authorization cache-control connection
    content-disposition content-encoding content-language content-length content-location
    content-range content-security-policy content-type cookie date early-data etag expect expires
    forwarded from host http2-settings if-match if-modified-since if-none-match if-range
    if-unmodified-since keep-alive last-modified link location max-forwards origin pragma
    proxy-authenticate proxy-authorization proxy-connection range referer referrer-policy
    refresh retry-after sec-websocket-accept sec-websocket-extensions sec-websocket-key
    sec-websocket-protocol sec-websocket-version server set-cookie strict-transport-security te
    trailer transfer-encoding upgrade upgrade-insecure-requests user-agent vary via
    www-authenticate x-content-type-options x-forwarded-for x-forwarded-host x-forwarded-port
    x-forwarded-prefix x-forwarded-proto x-forwarded-scheme x-forwarded-ssl x-forwarded-uri
    x-frame-options x-original-uri x-original-url x-original-method x-original-forwarded-for
    x-powered-by x-real-ip x-request-id x-requested-with x-robots-tag x-scheme x-xss-protection
    x-accel-buffering x-accel-charset x-accel-expires x-accel-limit-rate x-accel-redirect
    x-correlation-id x-trace-id x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled traceparent
    tracestate permissions-policy feature-policy cross-origin-opener-policy
    cross-origin-embedder-policy cross-origin-resource-policy x-permitted-cross-domain-policies
    grpc-status grpc-message grpc-status-details-bin grpc-timeout grpc-encoding
    grpc-accept-encoding grpc-message-type grpc-previous-rpc-attempts grpc-retry-pushback-ms
    grpc-trace-bin grpc-tags-bin x-grpc-web x-user-agent x-envoy-upstream-service-time
    custom-header-1 x-cache x-cache-status http https x-ssl-client-verify x-ssl-client-cert
    """
) - {"custom-header-1", "http", "https"}
#: Whole values that mean the same to everybody.
VALUES = (
    _words(
        """
    on off true false yes no none null http https grpc grpcs ws wss h2 h2c http/1.0 http/1.1 http/2
    http/2.0 http/3 http/3.0 upgrade close keep-alive websocket trailers gzip deflate br zstd
    identity chunked nosniff deny sameorigin no-cache no-store must-revalidate private public
    unavailable utf-8 success failed expired default ok content-type
    """
    )
    | METHODS
)
#: Types and the words of their subtypes.
MEDIA = _words(
    """
    application text image audio video font multipart message
    json xml html plain css javascript ecmascript octet stream grpc web proto protobuf x www form
    urlencoded data svg png gif jpeg jpg webp avif ico icon bmp tiff mpeg mp4 ogg webm mp3 wav
    pdf zip gzip tar rar 7z compressed java archive jar shockwave flash rtf msword vnd ms excel
    powerpoint fontobject opentype ttf otf woff woff2 sfnt truetype manifest rss atom xhtml wasm
    csv markdown calendar vcard event component xsl xslt xspf perl redhat package manager sea
    stuffit tcl tk x509 ca cert xpinstall google earth kml kmz apple mpegurl wap wmlc wml wmlscriptc
    openxmlformats officedocument presentationml presentation spreadsheetml sheet wordprocessingml
    document oasis opendocument graphics spreadsheet mathml j2me app descriptor wbmp jng midi
    realaudio 3gpp 3gpp2 mp2t quicktime flv m4v m4a mng asf wmv msvideo hqx mac binhex40 postscript
    cocoa java-archive diff jnlp run makeself pilot thrift any html5 mixed byteranges ld problem
    """
)
#: Endings of files and of paths that people ask for.
EXTENSIONS = _words(
    """
    html htm shtml css xml gif jpeg jpg js atom rss mml txt jad wml htc avif png svg svgz tif tiff
    wbmp webp ico jng bmp woff woff2 jar war ear json hqx doc pdf ps eps ai rtf m3u8 kml kmz xls eot
    ppt odg odp ods odt pptx xlsx docx wmlc wasm 7z cco jardiff jnlp run pl pm prc pdb rar rpm sea
    swf sit tcl tk der pem crt xpi xhtml xspf zip bin exe dll deb dmg iso img msi msp msm mid midi
    kar mp3 ogg m4a ra 3gpp 3gp ts mp4 mpeg mpg mov webm flv m4v mng asx asf wmv avi
    asp aspx cgi do fcgi jsp map md mjs php py rb sh ttf otf
    conf template tmpl tpl j2 jinja jinja2 erb in mako envsubst vhost nginx key cert csr crl p12 pfx
    log pid sock lock mmdb dat lua so types yaml yml gz tgz tar d
    bak backup disabled old orig save swp stream-template htpasswd
    """
)
#: Top-level domains, and what stands for one within a house.
DOMAINS = _words(
    """
    app com dev edu gov io local net org svc internal lan corp home intranet private localdomain
    info biz cloud tech online site xyz eu uk de fr nl es it ch at be dk se no fi ru cn jp kr br us
    ca au nz co me tv gg cz sk hu ro bg gr tr ua il sg hk tw mx ar cl za example test invalid
    consul cluster arpa onion
    """
)
#: Folders and files that nginx and its packages have, small.
FOLDERS = _words(
    """
    etc nginx usr local openresty conf opt homebrew share var log run lib tmp dev null stdout stderr
    stdin proc cache www html ssl certs private modules modules-enabled modules-available
    sites-enabled sites-available conf.d snippets streams-enabled stream.d letsencrypt live
    fullchain.pem privkey.pem chain.pem cert.pem options-ssl-nginx.conf ssl-dhparams.pem
    dhparam.pem dhparams.pem nginx.conf mime.types fastcgi_params fastcgi.conf scgi_params
    uwsgi_params proxy_params koi-utf koi-win win-utf nginx.pid access.log error.log nginx
    access error index logs templates data srv home
    """
)
USERS = _words("nginx www-data nobody nogroup root www http apache _nginx wheel")
CIPHERS = _words(
    """
    high medium low exp null anull enull md5 rsa dsa dss dh edh adh aadh ecdh ecdhe eecdh dhe ecdsa
    aecdh kedh kecdhe krsa keecdh kdhe arsa aecdsa adss psk srp cams camellia camellia128
    camellia256 aes aes128 aes256 aesgcm aesccm aesccm8 gcm ccm ccm8 cbc sha sha1 sha256 sha384
    chacha20 poly1305 des 3des cbc3 rc4 rc2 idea seed aria aria128 aria256 tls tlsv1 tlsv1.2 tlsv1.3
    sslv3 strength all complementofall default complementofdefault fips seclevel 128 256 des3 with
    export export40 export56 suiteb128 suiteb192 suiteb128only gost kgost ssl
    """
)
