"""Whether a cipher list of OpenSSL, or a list of groups, has one that gRPC clients offer.

With TLS 1.2, HTTP/2 wants an ephemeral key and an AEAD (RFC 9113, appendix A); of what is left
C-core and grpc-go offer six ciphers. A word that is not known here may stand for any of them.
"""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression

__all__ = ["no_cipher", "no_group"]

_OFFERED = frozenset(
    f"ECDHE-{key}-{rest}"
    for key in ("ECDSA", "RSA")
    for rest in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
)
_EVERY = "ALL DEFAULT ECDH ECDHE EECDH HIGH TLSv1.2 kECDHE kEECDH"
_NONE = (
    "3DES ADH AECDH AESCCM AESCCM8 ARIA ARIA128 ARIA256 CAMELLIA CAMELLIA128 CAMELLIA256 CBC"
    " COMPLEMENTOFALL DES DH DHE DSS EDH EXP EXPORT IDEA LOW MD5 MEDIUM NULL PSK RC2 RC4 RSA SEED"
    " SHA SHA1 SHA256 SHA384 SRP SSLv2 SSLv3 TLSv1 TLSv1.0 aDH aDSS aNULL aPSK aSRP eNULL kDH kDHE"
    " kDHEPSK kDHd kDHr kECDHEPSK kEDH kPSK kRSA kRSAPSK kSRP"
)
# Of the six, those that a keyword stands for.
_MEANING = {
    **dict.fromkeys(_EVERY.split(), _OFFERED),
    **dict.fromkeys(_NONE.split(), frozenset[str]()),
    **{name: frozenset((name,)) for name in _OFFERED},
    "AES": frozenset(name for name in _OFFERED if "AES" in name),
    "AES128": frozenset(name for name in _OFFERED if "AES128" in name),
    "AES256": frozenset(name for name in _OFFERED if "AES256" in name),
    "AESGCM": frozenset(name for name in _OFFERED if "GCM" in name),
    "CHACHA20": frozenset(name for name in _OFFERED if "CHACHA20" in name),
    "ECDSA": frozenset(name for name in _OFFERED if "ECDSA" in name),
    "aECDSA": frozenset(name for name in _OFFERED if "ECDSA" in name),
    "aRSA": frozenset(name for name in _OFFERED if "RSA" in name),
}
# The name of one cipher, and of those that may be one of the six in a spelling of its own.
_NAME = expression(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")
_LIKE_OFFERED = expression(r"ECDHE-(?:ECDSA|RSA)-(?:AES(?:128|256)-GCM|CHACHA20).*")
# Groups that neither C-core nor grpc-go offers.
_OF_NOBODY = re.compile(
    r"(?:brainpool\w+|c2\w+|ffdhe\d+|prime(?:192|239)v\d|secp(?:1\d\d|224)\w+|secp256k1|sect\w+"
    r"|wap-\S+|x448|[bk]-\d+|p-(?:192|224))",
    re.ASCII | re.IGNORECASE,
)


def no_cipher(text: str) -> bool:
    """Whether a list surely has none of the ciphers that C-core and grpc-go offer for TLS 1.2."""
    chosen: set[str] = set()
    removed: set[str] = set()
    added = False
    for word in re.split(r"[:;, ]+", text):
        if not word or word[0] in "@+":
            continue
        if word[0] in "!-":
            meant = _meant(word[1:], unknown=frozenset())
            chosen -= meant
            removed |= meant if word[0] == "!" else set()
        else:
            added = True
            chosen |= _meant(word, unknown=_OFFERED) - removed
    return added and not chosen


def _meant(word: str, unknown: frozenset[str]) -> frozenset[str]:
    """The ciphers of the six that have all of a word's keywords."""
    found = _OFFERED
    for keyword in word.split("+"):
        found &= _of_keyword(keyword, unknown)
    return found


def _of_keyword(keyword: str, unknown: frozenset[str]) -> frozenset[str]:
    if keyword in _MEANING:
        return _MEANING[keyword]
    if _NAME.fullmatch(keyword) and not _LIKE_OFFERED.fullmatch(keyword):
        return frozenset()
    return unknown


def no_group(text: str) -> bool:
    """Whether a list of groups has none that C-core or grpc-go offers."""
    words = text.split(":")
    return all(_OF_NOBODY.fullmatch(word) for word in words)
