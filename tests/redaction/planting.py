"""Words that are nobody's, planted in every kind of place where a configuration may have one."""

from __future__ import annotations

import base64
import re
from random import Random
from urllib.parse import quote, unquote

_SYLLABLES = re.findall("[a-z]+", "ba ce di fo gu ka le mi no pu ra se ti vo wu za xe bri dro")

# {h} a host, {w} a word, {t} a token, {4} and {6} addresses, {e} an email, {s} a service's name in
# capitals, {n} digits that are somebody's, {b} a word in base64, {u} one URL-encoded, {U} one in
# capitals, {x} one as \xNN of a regular expression, {m} one in mixed case.
MAIN = """\
# {w} of {e}, {4}, {6}: {t}
#{w}
## start server {h}
user {w} {w};
pid /run/{w}/{w}.pid;
error_log /var/log/{w}/{w}.log warn;
error_log syslog:server={h}:514,facility=local7,tag={w} error;
env {U}={t};
load_module modules/{w}.so;
thread_pool {w} threads=4;
events {{ worker_connections 1024; }} # {m}
"""
HTTP = """\
    include /etc/{w}/{w}.types;
    include conf.d/{w}-*.conf;
    log_format {w} '$remote_addr {w} $http_{w} "{t}" $cookie_{w} $arg_{w}';
    access_log /srv/{w}/{w}.log {w} buffer=32k;
    map $http_{w} ${w} {{
        default {w};
        {w} {h};
        ~^{w}\\.{w} {t};
        ~*(?<{w}>{w})$ ${w};
        "{w} {w}" "{e}";
        *.{h} {4};
    }}
    map $host ${w} {{ hostnames; .{h} {w}; ~^{w}\\.(?<{w}>.+)\\.{w}$ {w}; {U}.example {w}; }}
    geo ${w} {{ default {w}; {4} {w}; {6} {w}; {4}/32 {w}; }}
    split_clients "${w}{w}" ${w} {{ 50% {w}; * {h}; }}
    limit_req_zone $binary_remote_addr zone={w}:10m rate=10r/s;
    proxy_cache_path /var/cache/{w} keys_zone={w}:10m;
    resolver {4} [{6}] valid=30s;
    ssl_certificate /etc/ssl/{w}/{h}.pem;
    ssl_certificate_key data:{t};
    ssl_trusted_certificate {w}.pem;
    upstream {w} {{
        server {h}:50051 weight=2;
        server {4}:50051;
        server [{6}]:50051 backup;
        server unix:/run/{w}/{w}.sock;
        server {h} resolve service={w} route={w};
        zone {w} 64k;
        hash ${w}$http_{w} consistent;
        sticky cookie {w} expires=1h domain=.{h} path=/{w};
        keepalive 4;
    }}
    upstream {h} {{ server {h}; }}
    upstream {w}_grpc_{w} {{ server {w}:443; }}
    init_by_lua_block {{ local {w} = "{t}" -- {e}
        require("{w}") }}
    {w}_module_option {w} {t};
    {w} {{ {w} {w}; }}
"""
SERVER = """\
        listen {4}:443 ssl http2;
        listen [{6}]:443 ssl;
        listen unix:/run/{w}.sock;
        server_name {h} *.{h} .{h} {w} {w}.* ~^(?<{w}>{w}|{w})\\.{w}\\.{w}$ "~{x}\\.{w}";
        server_name {h} {U}.{h};
        add_header X-{w} "{w} {e}" always;
        add_header {w} {t};
        add_header Set-Cookie "{w}={t}; Domain={h}";
        add_header Content-Security-Policy "default-src 'self' https://{h} {b}";
        proxy_set_header Authorization "Basic {b}";
        proxy_set_header Authorization "Bearer {t}";
        proxy_set_header Host {h};
        grpc_set_header {w} {w};
        grpc_set_header x-{w}-{w} "{w}: {n}";
        set ${w} {w};
        set ${w} "{e} {4} {6} {n}";
        error_page 502 503 /{w}/{w}.html;
        error_page 404 = @{w};
        error_page 500 https://{h}/{w}?{w}={t};
        auth_basic "{w} {w}";
        auth_basic_user_file /etc/{w}/.{w};
        allow {4};
        deny {6};
        set_real_ip_from {4}/32;
        grpc_ssl_name {h};
        valid_referers none blocked server_names {h} ~\\.{w}\\.;
        if ($http_user_agent ~* "{w}|{w}[0-9]{{2}}") {{ return 403 "{w}"; }}
        if ($http_{w} = "{t}") {{ return 301 https://{h}/{w}$request_uri; }}
        if ($host !~ ^{w}\\.{w}$) {{ return 200 "{w} <{e}> {n} 4929-1881-{n}"; }}
        if (-f /srv/{w}/{w}) {{ rewrite ^/{w}/(.*)$ /{w}/$1 last; }}
        rewrite ^/{w}\\.{s}/{s}$ https://{h}/{w} permanent;
        rewrite "^/{x}/(?<{w}>{w})" /{w}.php?{w}={w}&{u}={u} break;
        location /{w}/{w} {{ proxy_pass http://{h}:8080/{w}/; }}
        location = /{w}.html {{ root /srv/{w}; index {w}.html; }}
        location ^~ /{u}/ {{ alias /srv/{w}/; try_files $uri /{w} @{w}; }}
        location @{w} {{ proxy_pass https://{w}:{w}@{h}/; }}
        location ~ ^/(?:{w}|{m})/[{w}]+ {{ proxy_pass http://{4}:50051; }}
        location ~* "\\.({w}|{w})$" {{ proxy_cache {w}; proxy_cache_key "{w}$uri"; }}
        location /{w}.v1.{s}/ {{ grpc_pass grpc://{w}; }}
        location /{w}.{w}.{s}/{s} {{ grpc_pass grpcs://{h}:443; }}
        location /{w}-grpc-{w}/ {{ grpc_pass unix:/run/{w}.sock; }}
        location ~ "^/{w}\\.({s}|{s})/" {{ grpc_pass [{6}]:50051; }}
        location /{U} {{ grpc_pass ${w}; proxy_redirect http://{h}/{w} /{w}; }}
        location /x{n} {{
            # nginx-grpc: ignore NG401 until=2999-01-01 owner={e} reason={w} {w}, see {t}
            content_by_lua_block {{
                -- {w}
                ngx.say("{t}", '{e}', [[{w}]]) -- {4}
            }}
            access_by_lua 'local {w} = "{t}"';
            sub_filter '{w}' '{w}';
            proxy_cookie_domain {h} {h};
            proxy_cookie_path /{w} /{w};
            limit_req zone={w} burst=5;
            mirror /{w};
            ssi_types {w}/{w};
            types {{ application/{w} {w}; }}
            secure_link_md5 "{w}$uri {t}";
        }}
"""


class Planted:
    """A configuration and what was planted in it.

    Args:
        seed: for the words.
        rounds: how many servers there are.
    """

    def __init__(self, seed: int, rounds: int = 2) -> None:
        self._random = Random(seed)
        self.words: list[str] = []
        servers = "".join(f"    server {{\n{self.fill(SERVER)}    }}\n" for _ in range(rounds))
        self.text = f"{self.fill(MAIN)}http {{\n{self.fill(HTTP)}{servers}}}\n"

    def fill(self, text: str) -> str:
        """A text with words in the places that it has for them."""
        return re.sub(
            r"\{([a-zA-Z0-9])\}|\{\{|\}\}",
            lambda found: self._one(found[1]) if found[1] else found[0][0],
            text,
        )

    def word(self) -> str:
        """A word that no dictionary has."""
        word = "".join(self._random.choice(_SYLLABLES) for _ in range(self._random.randint(3, 4)))
        self.words.append(word)
        return word

    def _one(self, kind: str) -> str:
        random = self._random
        if kind == "h":
            return ".".join([self.word(), self.word(), random.choice(("com", "de", "internal"))])
        if kind == "t":
            token = f"{random.getrandbits(96):024x}"
            self.words.append(token)
            return token
        if kind == "n":
            digits = str(random.randint(10**8, 10**10))
            self.words.append(digits)
            return digits
        if kind == "4":
            address = ".".join(str(random.randint(128, 220)) for _ in range(4))
            self.words.append(address)
            return address
        if kind == "6":
            address = (
                "2a0d:" + ":".join(f"{random.randint(4096, 65535):x}" for _ in range(3)) + "::7"
            )
            self.words.append(address)
            return address
        word = self.word()
        return {
            "w": word,
            "e": f"{word}@{self.word()}.com" if kind == "e" else "",
            "s": word.capitalize(),
            "U": word.upper(),
            "m": word[:2] + word[2:4].upper() + word[4:],
            "b": base64.b64encode(word.encode()).decode(),
            "u": "".join(f"%{ord(sign):02x}" for sign in word),
            "x": "".join(f"\\x{ord(sign):02x}" for sign in word),
        }[kind]

    def survivors(self, text: str) -> set[str]:
        """The words that are still in a text, in any case or encoding."""
        lower = text.lower()
        views = [lower, unquote(lower), lower.replace("\\", "")]
        views.append(re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), lower))
        for run in re.findall(r"[A-Za-z0-9+/]{8,}", text):
            for start in range(4):
                part = run[start:]
                part = part[:-1] if len(part) % 4 == 1 else part
                data = base64.b64decode(part + "=" * (-len(part) % 4))
                views.append(data.decode("latin-1").lower())
        whole = "\n".join(views)
        forms = {
            form: word
            for word in set(self.words)
            for form in (word, word[::-1], quote(word).lower(), word.encode().hex())
        }
        return {word for form, word in forms.items() if form in whole}
