"""What a text is: nginx's own, the output of nginx -T, or Kubernetes manifests.

Nobody may choose the kinder of two readings. What nginx could read is nginx text, whatever else it
may be; what is a manifest as well, or both a dump and one configuration, is refused.
"""

from __future__ import annotations

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.sources import dump
from nginx_grpc.sources.interface import ReadOptions, Source
from nginx_grpc.sources.kubernetes import manifest
from nginx_grpc.sources.text_file import TextSource

__all__ = ["source_of"]

# The first word of a text, as nginx tells words apart: the name of a directive, quoted perhaps. A
# manifest begins with a key and its colon, with a brace, a dash or a line of dashes.
_WORD = expression(rb"(?:[A-Za-z_][\w.-]*|\"[^\"]*\"|'[^']*')(?:[ \t\r\n;{]|\Z)")
_SPACE = expression(rb"[ \t\r\n]*")


def source_of(data: bytes, file: str, options: ReadOptions) -> Source:
    """The source that reads a text.

    Args:
        data: the text.
        file: the file it was given as, or `-`.
        options: see ReadOptions.

    Raises Refused where it could be read in two ways.
    """
    if manifest.is_manifest(data, file):
        if not _begins_as_nginx(data):
            return manifest.ManifestSource(data, file, options)
        objects = manifest.has_objects(data, file)
        try:
            parse(data, file)
        except Refused:
            if objects:
                # Not for the reason that nginx would have.
                raise
            return manifest.ManifestSource(data, file, options)
        if objects:
            raise Refused(
                "nginx text and a Kubernetes manifest in one",
                "make two files of it",
                file,
            )
    if dump.has_sections(data):
        return dump.DumpSource(data, file, options)
    return TextSource("stdin" if file == "-" else "file", data, file, file, options)


def _begins_as_nginx(data: bytes) -> bool:
    at = 0
    while True:
        space = _SPACE.match(data, at)
        assert space is not None
        at = space.end()
        if not data.startswith(b"#", at):
            return _WORD.match(data, at) is not None
        at = data.find(b"\n", at)
        if at < 0:
            return False
