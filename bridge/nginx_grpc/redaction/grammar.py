"""What each word of a directive is, by nginx's grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.code import code_edits
from nginx_grpc.redaction.patterns import Patterns
from nginx_grpc.redaction.vocabulary import (
    AMOUNT,
    CIPHERS,
    EXTENSIONS,
    KEYWORDS,
    PARAMETERS,
    USERS,
    VALUES,
    is_directive,
)
from nginx_grpc.redaction.words import Edit, Words

__all__ = ["Grammar", "Owner"]

#: The block that words stand in: its name and its arguments; empty at the top.
Owner = tuple[str, tuple[str, ...]]

_PARAMETER = expression(r"([A-Za-z_][A-Za-z0-9_]*)=")
_OF_HOST = frozenset(
    """
    host http_host server_name ssl_server_name ssl_preread_server_name hostname proxy_host
    http_x_forwarded_host http_origin http_referer
    """.split()  # noqa: SIM905
)
_OF_PATH = frozenset(
    "uri request_uri document_uri request_filename request http_x_original_uri".split()  # noqa: SIM905
)
_OPERATORS = frozenset(("=", "!=", "~", "~*", "!~", "!~*"))
_FILES = expression(
    r"(?:include|root|alias|index|load_module|pid|lock_file|working_directory|state|perl_modules"
    r"|perl_require|google_perftools_profiles|geoip_\w+|js_import|js_include|js_path|slowfs_\w+"
    r"|xslt_stylesheet|xml_entities|ssl_dhparam|lua_package_c?path"
    r"|\w+_(?:file|certificate|certificate_key|crl|path|ticket_key|key_log|host_key))\Z"
)
_HEADER_AND_VALUE = expression(
    r"(?:add_header|add_trailer|\w+_set_header|auth_http_header|more_set_\w+)\Z"
)
_HEADERS = expression(r"\w+_(?:hide|pass|ignore)_headers?\Z|more_clear_\w+\Z")
_TARGETS = expression(r"(?:\w+_pass|\w+_responder|auth_http|\w+_bind)\Z")
# What users name, and nothing of nginx's own can stand there but `off`.
_NAMED = frozenset(
    """
    zone proxy_cache fastcgi_cache uwsgi_cache scgi_cache limit_conn limit_req limit_conn_zone
    limit_req_zone status_zone keyval keyval_zone log_format access_log session_log lua_shared_dict
    proxy_ssl_name grpc_ssl_name env thread_pool auth_jwt auth_basic split_clients userid_name
    js_shared_dict_zone proxy_cookie_domain proxy_cookie_path sub_filter secure_link_secret
    memcached_bind set_real_ip_from upstream
    """.split()  # noqa: SIM905
)
_VARIABLES = expression(
    r"(?:set|map|geo|\w+_set|set_\w+|js_var|split_clients|keyval|\w+_by_lua_block)\Z"
)
_FLAGS = frozenset(("last", "break", "redirect", "permanent"))
_Reader = Callable[[Sequence[str], list[list[Edit]]], None]


# A character in a charset_map: a byte, and what stands for it in UTF-8.
_CHARACTER = expression(r"[0-9A-Fa-f]{1,8}\Z")


class Grammar:
    """Says of each word of a statement what is replaced in it.

    Args:
        words: what words are read by.
        patterns: what regular expressions are.
    """

    def __init__(self, words: Words, patterns: Patterns) -> None:
        self._words = words
        self._patterns = patterns
        self._readers: dict[str, _Reader] = {
            "server_name": self._server_names,
            "listen": self._listen,
            "server": self._server,
            "upstream": self._upstream,
            "location": self._location,
            "if": self._if,
            "rewrite": self._rewrite,
            "return": self._return,
            "error_page": self._error_page,
            "try_files": self._try_files,
            "user": self._user,
            "resolver": self._hosts,
            "valid_referers": self._referers,
            "error_log": self._log,
            "access_log": self._log,
            "mirror": self._uri,
            "auth_request": self._uri,
            "post_action": self._uri,
            "types": self._nothing,
            "default_type": self._value,
            "ssl_ciphers": self._ciphers,
            "grpc_ssl_ciphers": self._ciphers,
            "proxy_ssl_ciphers": self._ciphers,
            "ssl_ecdh_curve": self._ciphers,
            "grpc_ssl_name": self._hosts,
            "proxy_ssl_name": self._hosts,
        }

    def statement(self, owner: Owner, words: Sequence[str], *, entry: bool) -> list[list[Edit]]:
        """The edits of each word.

        Args:
            owner: the block around it.
            words: a directive's name and its arguments; those of an `if` with its parentheses or
                without; of a Lua block without the code.
            entry: whether it stands in a block of values (map, types, ...).
        """
        edits: list[list[Edit]] = [[] for _ in words]
        if entry and words[0] != "include":
            self._entry(owner, words, edits)
            return edits
        name = words[0]
        known = is_directive(name)
        if not known:
            self._unknown(name, edits[0])
        self._arguments(name, known, words[1:], edits[1:])
        return edits

    def _unknown(self, name: str, edits: list[Edit]) -> None:
        """A name of no module we know: what is not a word of nginx's in it is replaced."""
        if name.startswith("$"):
            self._words.variable(name, 1, len(name), edits)
            return
        for part in re.finditer(r"[^_]+", name):
            if part[0] not in _NAME_PARTS:
                self._words.scan(name, *part.span(), edits, "name")

    def _arguments(
        self, name: str, known: bool, words: Sequence[str], edits: list[list[Edit]]
    ) -> None:
        reader = self._readers.get(name)
        if reader is not None:
            reader(words, edits)
        elif name.endswith("_by_lua") and words:
            self._values(words[:-1], edits[:-1])
            edits[-1].extend(code_edits(words[-1], 0, len(words[-1]), self._words.names))
        elif _HEADER_AND_VALUE.match(name):
            self._header_and_value(words, edits)
        elif _HEADERS.match(name):
            for word, own in zip(words, edits, strict=True):
                self._words.header(word, 0, len(word), own)
        elif _TARGETS.match(name):
            for word, own in zip(words, edits, strict=True):
                if word != "off" and not self._amount(word):
                    self._words.target(word, 0, len(word), own)
        elif _FILES.match(name):
            for word, own in zip(words, edits, strict=True):
                self._file(word, own)
        elif _VARIABLES.match(name):
            self._values(words, edits)
        elif known and name not in _NAMED:
            for word, own in zip(words, edits, strict=True):
                if word.lower() not in KEYWORDS and not AMOUNT.match(word):
                    self._argument(word, own)
        else:
            for word, own in zip(words, edits, strict=True):
                if word != "off" and not (known and self._amount(word)):
                    self._argument(word, own)

    def _argument(self, word: str, edits: list[Edit]) -> None:
        """One of `name=value`, or a value."""
        parameter = _PARAMETER.match(word)
        if parameter is None:
            if word.startswith("/"):
                self._file(word, edits)
            else:
                self._words.value(word, 0, len(word), edits)
            return
        name, at = parameter[1].lower(), parameter.end()
        if name not in PARAMETERS:
            self._words.scan(word, *parameter.span(1), edits, "name")
        rest = word[at:]
        if rest.lower() in ("on", "off", "default", "json", "none") and name != "zone":
            return
        if AMOUNT.match(rest):
            return
        if name in ("server", "service"):
            self._words.host(word, at, len(word), edits)
        elif rest.startswith("/"):
            self._words.file(word, at, len(word), edits)
        else:
            self._words.scan(word, at, len(word), edits, "name")

    @staticmethod
    def _amount(word: str) -> bool:
        return AMOUNT.match(word) is not None

    def _nothing(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        pass

    def _value(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            self._words.value(word, 0, len(word), own)

    def _values(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            self._words.value(word, 0, len(word), own)

    def _file(self, word: str, edits: list[Edit]) -> None:
        if word == "off" or AMOUNT.match(word):
            return
        for prefix in ("syslog:", "data:", "engine:", "store:", "memory:", "unix:"):
            if word.startswith(prefix):
                if prefix == "unix:":
                    self._words.file(word, len(prefix), len(word), edits)
                else:
                    self._words.scan(word, len(prefix), len(word), edits, "name")
                return
        if _PARAMETER.match(word):
            self._argument(word, edits)
        else:
            self._words.file(word, 0, len(word), edits)

    def _server_names(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if word.startswith("~"):
                self._patterns.pattern(word, 1, len(word), own, "host")
            else:
                self._words.host(word, 0, len(word), own)

    def _referers(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if word not in ("server_names", "blocked", "none"):
                self._server_names([word], [own])

    def _hosts(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if _PARAMETER.match(word):
                self._argument(word, own)
            elif word != "off":
                self._words.host(word, 0, len(word), own)

    def _listen(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == 0:
                if not word.isdigit():
                    self._words.host(word, 0, len(word), own)
            elif word.lower() not in KEYWORDS:
                self._argument(word, own)

    def _server(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == 0:
                self._words.host(word, 0, len(word), own)
            elif word.lower() not in PARAMETERS:
                self._argument(word, own)

    def _upstream(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            self._words.host(word, 0, len(word), own, "upstream")

    def _location(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        modifier = ""
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == 0 and word in ("=", "^~", "~", "~*"):
                modifier = word
                continue
            start = 0
            if not modifier:
                found = re.match(r"\^~|~\*|~|=", word)
                modifier, start = (found[0], found.end()) if found else ("", 0)
            if modifier in ("~", "~*"):
                self._patterns.pattern(word, start, len(word), own, "path")
            else:
                self._path(word, start, own)

    def _path(self, word: str, start: int, edits: list[Edit]) -> None:
        if re.match(r"[A-Za-z]+://", word[start:]):
            self._words.target(word, start, len(word), edits)
        elif word.startswith("@", start):
            self._words.scan(word, start, len(word), edits, "name")
        else:
            self._words.path(word, start, len(word), edits)

    def _if(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        spans = [[0, len(word)] for word in words]
        if words and words[0].startswith("("):
            spans[0][0] = 1
            spans[-1][1] -= words[-1].endswith(")")
        operator, variable = "", ""
        for word, (start, end), own in zip(words, spans, edits, strict=True):
            part = word[start:end]
            if not operator and part in _OPERATORS:
                operator = part
            elif operator:
                self._compared(variable, operator, word, start, end, own)
            elif part.startswith("$"):
                variable = part.strip("${}").lower()
                self._words.scan(word, start, end, own, "name")
            elif not re.fullmatch(r"!?-[fdex]", part):
                self._words.file(word, start, end, own)

    def _compared(
        self, variable: str, operator: str, word: str, start: int, end: int, edits: list[Edit]
    ) -> None:
        kind = _kind_of(variable)
        if "~" in operator:
            if kind == "word" and re.match(r"\^?\(?\w+/", word[start:]):
                self._media(word, start, end, edits)
            else:
                self._patterns.pattern(word, start, end, edits, kind)
        elif kind == "host":
            self._words.host(word, start, end, edits)
        else:
            self._words.value(word, start, end, edits)

    def _media(self, word: str, start: int, end: int, edits: list[Edit]) -> None:
        from nginx_grpc.redaction.vocabulary import MEDIA

        for run in re.finditer(r"[A-Za-z0-9\x80-\xff]+", word[start:end]):
            if run[0].lower() not in MEDIA:
                at = start + run.start()
                self._words.run(word, at, at + len(run[0]), edits, "word")

    def _rewrite(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == 0:
                self._patterns.pattern(word, 0, len(word), own, "path")
            elif number == 1:
                self._path(word, 0, own)
            elif word not in _FLAGS:
                self._words.value(word, 0, len(word), own)

    def _return(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if word.startswith(("/", "@", "http://", "https://", "$")):
                self._path(word, 0, own)
            elif not (word.isdigit() and len(word) <= 4):
                self._words.value(word, 0, len(word), own)

    def _error_page(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == len(words) - 1:
                self._path(word, 0, own)
            elif not re.fullmatch(r"=?[0-9]{0,4}", word):
                self._words.value(word, 0, len(word), own)

    def _try_files(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if not re.fullmatch(r"=[0-9]{3}", word):
                self._path(word, 0, own)

    def _uri(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if word != "off":
                self._path(word, 0, own)

    def _user(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            if word not in USERS:
                self._words.scan(word, 0, len(word), own, "name")

    def _log(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == 0:
                self._file(word, own)
            elif word not in _LOG_WORDS:
                self._argument(word, own)

    def _ciphers(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        for word, own in zip(words, edits, strict=True):
            for run in re.finditer(r"[A-Za-z0-9\x80-\xff]+", word):
                if run[0].lower() not in CIPHERS and run[0].lower() not in KEYWORDS:
                    self._words.run(word, *run.span(), own, "name")

    def _header_and_value(self, words: Sequence[str], edits: list[list[Edit]]) -> None:
        name = words[0].lower() if words else ""
        for number, (word, own) in enumerate(zip(words, edits, strict=True)):
            if number == 0:
                self._words.header(word, 0, len(word), own)
            elif number == 1:
                self._header_value(name, word, own)
            elif word not in ("always", "if_not_owner"):
                self._words.value(word, 0, len(word), own)

    def _header_value(self, name: str, word: str, edits: list[Edit]) -> None:
        if name.startswith("access-control-") or name in ("vary", "trailer", "connection", "te"):
            for part in re.finditer(r"[^\s,]+", word):
                if part[0].lower() in VALUES or "$" in part[0] or "://" in part[0]:
                    self._words.value(word, *part.span(), edits)
                else:
                    self._words.header(word, *part.span(), edits)
        elif name == "host":
            self._words.host(word, 0, len(word), edits)
        elif not (name in ("content-length", "grpc-status", "retry-after") and word.isdigit()):
            self._words.value(word, 0, len(word), edits)

    def _entry(self, owner: Owner, words: Sequence[str], edits: list[list[Edit]]) -> None:
        name, arguments = owner
        if name == "types":
            for number, (word, own) in enumerate(zip(words, edits, strict=True)):
                if number == 0 or word.lower() not in EXTENSIONS:
                    self._words.value(word, 0, len(word), own)
            return
        if name == "charset_map" and all(map(_CHARACTER.match, words)):
            return
        kind = (
            _kind_of(arguments[0].strip("${}").lower()) if name == "map" and arguments else "word"
        )
        first = words[0]
        if first in _OWN_KEYS.get(name, ()):
            pass
        elif name == "map" and first.startswith("~"):
            start = 2 if first.startswith("~*") else 1
            if kind == "word" and re.match(r"\^?\(?\w+/", first[start:]):
                self._media(first, start, len(first), edits[0])
            else:
                self._patterns.pattern(first, start, len(first), edits[0], kind)
        elif kind == "host":
            self._words.host(first, first.startswith("\\"), len(first), edits[0])
        elif not self._amount(first):
            self._words.value(first, first.startswith("\\"), len(first), edits[0])
        for word, own in zip(words[1:], edits[1:], strict=True):
            if "://" in word.split("$")[0]:
                self._words.target(word, 0, len(word), own)
            else:
                self._words.value(word, 0, len(word), own)


_OWN_KEYS = {
    "map": frozenset(("default", "hostnames", "volatile")),
    "geo": frozenset(("default", "delete", "proxy", "proxy_recursive", "ranges")),
    "split_clients": frozenset(("*",)),
}
_LOG_WORDS = frozenset(
    """
    off combined debug info notice warn error crit alert emerg debug_core debug_http debug_event
    """.split()  # noqa: SIM905
)
_NAME_PARTS = frozenset(
    """
    pass set header headers timeout grpc proxy upstream server client ssl http access rewrite body
    filter log lua by block file read send connect size buffer on off
    """.split()  # noqa: SIM905
)


def _kind_of(variable: str) -> str:
    if variable in _OF_HOST:
        return "host"
    return "path" if variable in _OF_PATH else "word"
