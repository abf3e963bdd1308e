"""The output of nginx -T: each section as the file it is, under its new name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.grammar import Owner
from nginx_grpc.redaction.texts import TOP

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor

__all__ = ["redacted_dump"]

_HEAD = expression(rb"^# configuration file (\S[^\r\n]*):(?=\r?$)", re.MULTILINE)


def redacted_dump(data: bytes, redactor: Redactor, owners: dict[tuple[str, str], Owner]) -> bytes:
    """A dump with pseudonyms.

    Args:
        data: its text.
        redactor: the run.
        owners: the block that includes each file.
    """
    heads = list(_HEAD.finditer(data))
    pieces = [b"".join(map(redactor.log_line, data[: heads[0].start()].splitlines(keepends=True)))]
    for number, head in enumerate(heads):
        last = number + 1 == len(heads)
        content = data[head.end() : None if last else heads[number + 1].start()]
        name = head[1].decode("utf-8", "backslashreplace")
        new = redactor.file(head[1].decode("utf-8", "surrogateescape"))
        pieces += [
            b"# configuration file ",
            new.encode("utf-8", "surrogateescape"),
            b":",
            redactor.text(content, owners.get((name, ""), TOP)),
        ]
    return b"".join(pieces)
