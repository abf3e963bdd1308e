"""Ten bugs for the parser: the fuzzer has to find each, or it is not known to bite."""

from __future__ import annotations

from tests.bugs import Bug

__all__ = ["BUGS", "Bug"]

BUGS = (
    Bug(
        "a CR ends a comment",
        "words.py",
        'end = text.index("\\n", start)',
        'end = min(text.index("\\n", start), text.find("\\r", start) % (1 << 60))',
    ),
    Bug(
        "a backslash takes no byte along",
        "words.py",
        r"""_WORD = expression(r"(?:[^ \t\r\n;{\\$]+|\\[\s\S]|\$\{*)+")""",
        r"""_WORD = expression(r"(?:[^ \t\r\n;{$]+|\$\{*)+")""",
    ),
    Bug(
        "a second brace after a dollar opens a block",
        "words.py",
        r"|\$\{*)+",
        r"|\$\{?)+",
    ),
    Bug(
        "one byte too many in a word",
        "words.py",
        "if end - start + (text[end] in _SEPARATORS) >= BUFFER:",
        "if end - start + (text[end] in _SEPARATORS) > BUFFER:",
    ),
    Bug(
        "a parenthesis after a quote is refused",
        "words.py",
        r'if after not in " \t\r\n;{)":',
        r'if after not in " \t\r\n;{":',
    ),
    Bug(
        "no check for the end of the text after a word",
        "words.py",
        """    if end == len(text):
        raise _unfinished(text, start)
    # Before""",
        "    # Before",
    ),
    Bug(
        "NEL and NBSP separate",
        "lines.py",
        r'_SPECIAL = expression(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff',
        r'_SPECIAL = expression(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xa1-\xff',
    ),
    Bug(
        "a line is remembered without the block that it closes",
        "reading.py",
        "            if self.out is out and found.block is None:",
        "            if found.block is None:",
    ),
    Bug(
        "lines in words are not counted",
        "reading.py",
        """                if lines := text.count("\\n", at, end):
""",
        """                if lines := "\\n" in text[at:end]:
""",
    ),
    Bug(
        "quotes in Lua comments count",
        "lua.py",
        r"""_TOKEN = expression(r"[{}\"']|--\[=*\[|\[=*\[|--")""",
        r"""_TOKEN = expression(r"[{}\"']|--\[=*\[|\[=*\[")""",
    ),
)
