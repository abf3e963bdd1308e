"""Rewritings of the text alone: the directives stay as they are, word by word."""

from __future__ import annotations

from random import Random

from tests.metamorphic.text import (
    Comment,
    Items,
    Layout,
    NotRewritten,
    Statement,
    escaped,
    value,
    walk,
)

# What a comment may hold without a word of it being read.
REMARKS = [
    "# grpc_pass grpc://nobody:1; }",
    "# } server { listen 1;",
    "# an \"open quote, and 'another",
    "#",
    "# \\",
    "# # nginx-grpc",
    "#grpc_read_timeout 1s;",
]
# Their words are not the parser's alone: the parentheses of a condition, values of a geo block.
AS_WRITTEN = {"if"}


def commented(layout: Layout, random: Random) -> Layout:
    """nginx skips a comment up to the end of its line, wherever a word could start."""
    for _, items in layout.files():
        for _, level in list(walk(items)):
            for at in reversed(range(len(level) + 1)):
                if random.random() < 0.5:
                    before = level[at - 1] if at else None
                    # Behind a comment there is no place in its line.
                    inline = isinstance(before, Statement) and random.random() < 0.5
                    following = level[at] if at < len(level) else None
                    if not (isinstance(following, Comment) and following.inline):
                        level.insert(at, Comment(random.choice(REMARKS), inline))
    return layout


def double_quoted(layout: Layout, _: Random) -> Layout:
    """A word in "..." is the same word: nginx drops the quotes when it has read it."""
    return _requoted(layout, lambda text: _in(text, '"'))


def single_quoted(layout: Layout, _: Random) -> Layout:
    """A word in '...' is the same word: nginx knows no difference between the two quotes."""
    return _requoted(layout, lambda text: _in(text, "'"))


def bare(layout: Layout, _: Random) -> Layout:
    """Quotes around a word without a space, brace or semicolon do nothing."""
    return _requoted(layout, _bare)


def quoted_at_random(layout: Layout, random: Random) -> Layout:
    """Each word for itself: quotes of one word have no say in another."""
    ways = [_bare, lambda text: _in(text, '"'), lambda text: _in(text, "'")]
    return _requoted(layout, lambda text: random.choice(ways)(text))


def names_quoted(layout: Layout, _: Random) -> Layout:
    """The name of a directive is a word like any other."""
    for _, items in layout.files():
        for _, level in walk(items):
            for item in level:
                if isinstance(item, Statement) and item.name not in AS_WRITTEN:
                    item.words[0] = _in(item.name, '"')
    return layout


def _requoted(layout: Layout, write) -> Layout:
    for _, items in layout.files():
        for _, level in walk(items):
            for item in level:
                if isinstance(item, Statement) and item.name not in AS_WRITTEN:
                    item.words[1:] = [write(value(word)) or word for word in item.words[1:]]
    return layout


def _in(text: str, quote: str) -> str:
    return quote + escaped(text, quote) + quote


def _bare(text: str) -> str:
    """Empty where the word needs its quotes."""
    if not text or text[0] in "\"'#}" or any(c in " \t\r\n;{" for c in text) or "\\" in text:
        return ""
    return text


def lines(items: Items, text: str) -> str:
    """As it is."""
    return text


def crlf(items: Items, text: str) -> str:
    """A CR is space to nginx, and in a comment a part of the comment; not so between quotes."""
    words = [
        w for _, level in walk(items) for i in level if isinstance(i, Statement) for w in i.words
    ]
    if any("\n" in word for word in words):
        raise NotRewritten("a line ends between quotes")
    return text.replace("\n", "\r\n")


def spread(items: Items, text: str) -> str:
    """Between two words, any space is as good as another, tabs and line ends too."""
    from tests.metamorphic.text import write

    return "\n\t \n" + write(items, indent="\t\t ", end="\n\n \t\n")


def one_line(items: Items, text: str) -> str:
    """A line end is but space: only a comment needs one."""
    from tests.metamorphic.text import write

    return write(items, indent="", end=" ")


def tight(items: Items, text: str) -> str:
    """Nothing has to stand around `;`, `{` and `}`."""
    from tests.metamorphic.text import write

    return write(items, indent="", end="")


def word_by_word(items: Items, text: str) -> str:
    """A directive may go on over lines."""
    out = []
    for item in items:
        if isinstance(item, Comment):
            out.append(item.text + "\n")
        else:
            out.append("\n".join(item.words))
            inner = "" if item.block is None else word_by_word(item.block, text)
            out.append("\n;\n" if item.block is None else f"\n{{\n{inner}\n}}\n")
    return "".join(out)


OF_WORDS = [
    commented,
    double_quoted,
    single_quoted,
    bare,
    quoted_at_random,
    names_quoted,
]
OF_SPACE = [crlf, spread, one_line, tight, word_by_word]
