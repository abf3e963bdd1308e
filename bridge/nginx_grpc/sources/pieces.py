"""Several texts that may belong together: the files of a conf.d, the keys of a ConfigMap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nginx_grpc.sources.contexts import check_nginx, context_of
from nginx_grpc.sources.includes import Reader, Text
from nginx_grpc.tree import Configuration

__all__ = ["configurations"]


def configurations(
    texts: Sequence[Text],
    reader: Reader,
    *,
    kind: str,
    entry: Callable[[Sequence[Text]], str],
) -> list[Configuration]:
    """The configurations that texts make up.

    A text that another one includes is no configuration of its own, unless it is a whole one.
    Texts of the http context are one configuration, as nginx has them all in its one http block: an
    upstream in one file serves the servers of another. A whole nginx.conf stands alone, and so does
    the body of a server or a location: two of these may belong to two servers, and one would lend
    its settings to the other.

    Args:
        texts: the candidates, in nginx's order, each with a directive in it.
        reader: what reads them.
        kind: see Configuration.
        entry: the name of a configuration from its texts.
    """
    read = {}
    contexts = {}
    for text in texts:
        read[text.name] = list(reader.parse(text))
        contexts[text.name] = context_of(reader.expand(text))
    # Files that include each other in a circle would all be gone, and nginx takes no whole
    # configuration inside another one.
    alone = [
        text for text in texts if text.name not in reader.included or contexts[text.name] == "main"
    ] or list(texts)
    for text in alone:
        check_nginx(read[text.name], text.file, text.line_offset + 1 if text.key else 0)
    together: list[Text] = []
    groups: list[list[Text]] = []
    for text in alone:
        if contexts[text.name] != "http":
            groups.append([text])
            continue
        if not together:
            groups.append(together)
        together.append(text)
    return [
        reader.configuration(kind, entry(group), contexts[group[0].name], group) for group in groups
    ]
