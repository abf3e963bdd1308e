"""Content types by extension, as types blocks give them: inherited whole, like a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nginx_grpc.tree import Directive

if TYPE_CHECKING:
    from nginx_grpc.model.scopes import Scope

__all__ = ["Types", "content_type"]

_DEFAULT_TYPE = "text/plain"
# What nginx has where no types block is in effect.
_BUILT_IN = {"html": "text/html", "gif": "image/gif", "jpg": "image/jpeg"}
# The other extensions of nginx's own mime.types, which is no gap where it was not read.
_MIME_TYPES = frozenset(
    re.findall(
        r"\w+",
        """
    html htm shtml css xml gif jpeg jpg js atom rss mml txt jad wml htc avif png svg svgz tif tiff
    wbmp webp ico jng bmp woff woff2 jar war ear json hqx doc pdf ps eps ai rtf m3u8 kml kmz xls eot
    ppt odg
    odp ods odt pptx xlsx docx wmlc wasm 7z cco jardiff jnlp run pl pm prc pdb rar rpm sea swf sit
    tcl tk der pem crt xpi xhtml xspf zip bin exe dll deb dmg iso img msi msp msm mid midi kar mp3
    ogg m4a ra 3gpp 3gp ts mp4 mpeg mpg mov webm flv m4v mng asx asf wmv avi
    """,
    )
)


class Types:
    """The types blocks of one context."""

    def __init__(self, context: str, blocks: list[Directive]) -> None:
        self._context = context
        self._blocks = blocks
        self._known: dict[str, str] | None = None

    def of(self, extension: str) -> str | None:
        """What they say of an extension; None where it is not among them."""
        return self._by_extension().get(extension)

    def are_all(self) -> bool:
        """Whether any other extension gets default_type.

        Beside a few types of one's own an http block has an include of mime.types, which is known
        by name and leaves no trace where it was not read.
        """
        return self._context == "location" or "html" in self._by_extension()

    def _by_extension(self) -> dict[str, str]:
        if self._known is None:
            # Of two types for an extension nginx takes the last, with a warning.
            self._known = {
                extension.lower(): entry.name
                for block in self._blocks
                for entry in block.block or ()
                for extension in entry.args
            }
        return self._known


def content_type(scope: Scope, uri: str) -> str | None:
    """The type that nginx gives an answer of its own.

    Args:
        scope: what is in effect.
        uri: by whose extension it is chosen; empty where it has none.

    Returns:
        None where it is not known.
    """
    extension = _extension(uri)
    types = scope.types
    if extension:
        known = types.of(extension) if types is not None else _BUILT_IN.get(extension)
        if known is not None:
            return known
        if extension in _MIME_TYPES and (types is None or not types.are_all()):
            # mime.types may be there.
            return None
    said = scope.settings.get("default_type")
    if said is None:
        # Said for all of http{} it would be the type of web pages, not of gRPC.
        return _DEFAULT_TYPE if scope.gap in (None, scope.rest_of_http) else None
    return None if said.get("unresolved") else str(said["value"])


def _extension(uri: str) -> str:
    last = uri.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last else ""
