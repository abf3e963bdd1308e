"""Several texts that may belong together: the files of a conf.d, the keys of a ConfigMap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nginx_grpc.sources.includes import Library, Reader, Text
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.sources.levels import check_nginx, level
from nginx_grpc.tree import Configuration

__all__ = ["configurations"]


def configurations(
    texts: Sequence[Text],
    library: Callable[[], Library],
    options: ReadOptions,
    *,
    kind: str,
    entry: Callable[[Sequence[Text]], str],
) -> list[Configuration]:
    """The configurations that texts make up.

    A text that another one includes is no configuration of its own. Texts of the http level are one
    configuration, as nginx has them all in its one http block: an upstream in one file serves the
    servers of another. A whole nginx.conf stands alone, and so does the body of a server or a
    location: two of these may belong to two servers, and one would lend its settings to the other.

    Args:
        texts: the candidates, in nginx's order, each with a directive in it.
        library: makes where their includes come from, one for each configuration.
        options: see ReadOptions.
        kind: see Configuration.
        entry: the name of a configuration from its texts.
    """
    levels: dict[str, str] = {}
    included: set[str] = set()
    for text in texts:
        reader = Reader(library(), options)
        directives = reader.parse(text).directives
        check_nginx(directives, text.file, text.line_offset + 1 if text.key else 0)
        levels[text.name] = level(reader.expand(text))
        included.update(name for name in reader.names if name != text.name)
    # Files that include each other in a circle would all be gone.
    alone = [text for text in texts if text.name not in included] or list(texts)
    together = [text for text in alone if levels[text.name] == "http"]
    groups = [[text] for text in alone if levels[text.name] != "http"]
    if together:
        groups.append(together)
    groups.sort(key=lambda group: texts.index(group[0]))
    found = []
    for group in groups:
        reader = Reader(library(), options)
        directives = [directive for text in group for directive in reader.expand(text)]
        found.append(reader.configuration(kind, entry(group), levels[group[0].name], directives))
    return found
