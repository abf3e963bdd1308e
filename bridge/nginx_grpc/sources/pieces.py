"""Several texts that may belong together: the files of a folder, the keys of a ConfigMap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nginx_grpc.sources.contexts import check_nginx, context_of
from nginx_grpc.sources.includes import Reader, Text
from nginx_grpc.tree import Configuration

__all__ = ["configurations", "roots"]


def configurations(
    texts: Sequence[Text],
    reader: Reader,
    *,
    kind: str,
    entry: Callable[[Sequence[Text]], str],
) -> list[Configuration]:
    """The configurations that texts make up.

    A text that nginx reads where another one includes it is no configuration of its own, unless it
    is a whole one.
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
    # nginx takes no whole configuration inside another one.
    whole = {name for name, each in contexts.items() if each == "main"}
    others = [text for text in texts if text.name not in whole]
    below: set[str] = set()
    for text in texts:
        if text.name in whole:
            reader.below(text, below)
    standing = {text.name for text in roots(others, reader.taken(), reader.below, below)}
    alone = [text for text in texts if text.name in whole or text.name in standing]
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


def roots(
    texts: Sequence[Text],
    included: set[str],
    below: Callable[[Text, set[str]], object],
    covered: set[str],
    name: Callable[[Text], str] = lambda text: text.name,
) -> list[Text]:
    """The texts from which all of `texts` are reached: those that no other one includes, and one
    of each circle of texts that include each other.

    Args:
        texts: the candidates, in order.
        included: the names of those that are read where any text includes them.
        below: adds the names of all that are read where a text includes them.
        covered: the names of what is read without them; those that they include are added.
        name: the name of a text in these sets.
    """
    found = set()
    names = [name(text) for text in texts]
    for first in (True, False):
        for known, text in zip(names, texts, strict=True):
            if known in covered or (first and known in included):
                continue
            found.add(text.name)
            covered.add(known)
            below(text, covered)
    return [text for text in texts if text.name in found]
