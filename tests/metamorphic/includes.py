"""Rewritings that spread a configuration over files: nginx reads an include where it stands."""

from __future__ import annotations

from random import Random

from tests.metamorphic.text import Comment, Layout, Statement, walk, with_comments


def none(layout: Layout, _: Random) -> Layout:
    """As it is."""
    return layout


def top_in_includes(layout: Layout, random: Random) -> Layout:
    """An include may stand outside of all blocks, too."""
    pieces = with_comments(layout.main)
    layout.main = []
    for at, items in enumerate(pieces):
        layout.main += items if random.random() < 0.5 else [_include(f"top/{at}.inc")]
        layout.parts[f"top/{at}.inc"] = items
    named = {item.args[0] for item in layout.main if isinstance(item, Statement) and item.args}
    layout.parts = {name: items for name, items in layout.parts.items() if name in named}
    return layout


def whole_in_include(layout: Layout, _: Random) -> Layout:
    """The text of an included file stands in the place of the include."""
    return Layout([_include("all.inc")], {**layout.parts, "all.inc": layout.main})


def blocks_in_includes(layout: Layout, random: Random) -> Layout:
    """An include may stand in any block, and bring in all of it."""
    for name, level in list(walk(layout.main)):
        if _may_include(name) and level and random.random() < 0.7:
            part = f"parts/{len(layout.parts)}.inc"
            layout.parts[part] = level[:]
            level[:] = [_include(part)]
    return layout


def nested_includes(layout: Layout, _: Random) -> Layout:
    """An included file may include others: three deep here, around every block but the inmost."""
    for name, level in list(walk(layout.main)):
        if _may_include(name) and any(_has_block(item) for item in level):
            inner = level[:]
            for depth in range(3):
                part = f"deep/{len(layout.parts)}-{depth}.inc"
                layout.parts[part] = inner
                inner = [_include(part)]
            level[:] = inner
    return layout


def one_file_each(layout: Layout, _: Random) -> Layout:
    """A pattern brings in the files that match it, sorted by name: one statement a file."""
    for name, level in list(walk(layout.main)):
        if not _may_include(name) or len(level) < 2:
            continue
        number = len(layout.parts)
        for at, items in enumerate(with_comments(level)):
            layout.parts[f"parts/{number:03}-{at:03}.conf"] = items
        level[:] = [_include(f"parts/{number:03}-*.conf")]
    return layout


def split_over_includes(layout: Layout, random: Random) -> Layout:
    """A block may stand partly in files: any run of its statements, in place."""
    for name, level in list(walk(layout.main)):
        pieces = with_comments(level)
        if not _may_include(name) or len(pieces) < 2:
            continue
        start = random.randrange(len(pieces))
        end = random.randrange(start, len(pieces)) + 1
        part = f"parts/{len(layout.parts)}.inc"
        layout.parts[part] = [item for piece in pieces[start:end] for item in piece]
        level[:] = [
            *(item for piece in pieces[:start] for item in piece),
            _include(part),
            *(item for piece in pieces[end:] for item in piece),
        ]
    return layout


def absolute_includes(layout: Layout, random: Random) -> Layout:
    """A name that starts with / is taken as it is: /etc/nginx is where the main file stands."""
    changed = blocks_in_includes(layout, random)
    for _, items in changed.files():
        for _, level in walk(items):
            for item in level:
                if isinstance(item, Statement) and item.name == "include":
                    name = item.args[0]
                    if name in changed.parts:
                        item.words[1] = f"/etc/nginx/{name}"
    return changed


def empty_patterns(layout: Layout, _: Random) -> Layout:
    """A pattern that matches nothing brings in nothing, and nginx does not mind."""
    for name, level in list(walk(layout.main)):
        if _may_include(name):
            level.append(_include("nothing*.conf"))
    return layout


def empty_files(layout: Layout, _: Random) -> Layout:
    """A file of comments brings in nothing."""
    layout.parts["empty.inc"] = [Comment("# nothing")]
    for name, level in list(walk(layout.main)):
        if _may_include(name):
            level.insert(0, _include("empty.inc"))
    return layout


def _may_include(name: str) -> bool:
    """The blocks of nginx itself that take directives."""
    return name in ("http", "server", "location", "upstream", "events", "if", "map")


def _include(name: str) -> Statement:
    return Statement(["include", name])


def _has_block(item: Statement | Comment) -> bool:
    return isinstance(item, Statement) and item.block is not None


# A ConfigMap's keys may be mounted apart: one that is of the top level of nginx stands alone there.
OF_THE_TOP = [whole_in_include, top_in_includes]
OF_BLOCKS = [
    blocks_in_includes,
    nested_includes,
    one_file_each,
    split_over_includes,
    absolute_includes,
    empty_patterns,
    empty_files,
]
