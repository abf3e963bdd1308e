"""The syntax tree of a Rego file with the place of every node in its text."""

import base64
import json
import re
import subprocess
import tempfile
from typing import Any, NamedTuple

Node = dict[str, Any]


class Span(NamedTuple):
    start: int
    end: int


# OPA gives no places within a body of one line after `else`: it gets braces first.
_BARE_ELSE = re.compile(r'^([^#\n]*\belse\b(?:[^#\n"]|"[^"\n]*")*?\bif )(?!\{)(.+)$', re.MULTILINE)


class Source:
    def __init__(self, text: str):
        self.text = _BARE_ELSE.sub(r"\1{ \2 }", text)
        if not self.text.isascii():
            raise ValueError("OPA's columns are not counted beyond ASCII here")
        self.lines = self.text.splitlines(keepends=True)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        with tempfile.NamedTemporaryFile("w", suffix=".rego") as file:
            file.write(self.text)
            file.flush()
            parsed = subprocess.run(
                ["opa", "parse", "--format", "json", "--json-include", "locations", file.name],
                capture_output=True,
                text=True,
                check=True,
            )
        tree = json.loads(parsed.stdout)
        self.package = ".".join(part["value"] for part in tree["package"]["path"][1:])
        self.rules: list[Node] = tree.get("rules", [])

    def span(self, node: Node) -> Span:
        """Where a node stands, by OPA's own location and the text that comes with it."""
        location = node["location"]
        text = base64.b64decode(location["text"]).decode()
        start = self._starts[location["row"] - 1] + location["col"] - 1
        if not self.text.startswith(text, start) and node.get("type") == "ref":
            # `[1, 2][i]`: OPA gives the start of the whole and the text from the bracket on.
            last = self.span(node["value"][0]).end - 1
            text = self.text[start:last] + text
        if not self.text.startswith(text, start) and text[0] == "(":
            # `(a | b)`: OPA gives the column behind the bracket.
            start -= 1
        if not self.text.startswith(text, start):
            raise ValueError(f"{location}: OPA says that {text!r} stands there")
        # OPA gives a negative number its sign alone.
        if node.get("type") == "number":
            text = re.compile(r"-?\s*[0-9.]+").match(self.text, start).group()
        return Span(start, start + len(text))

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def line_text(self, offset: int) -> str:
        return self.lines[self.line(offset) - 1].strip()


def written(source: Source, body: list[Node]) -> bool:
    """Whether a body stands in the text: OPA gives a rule without one the body `true`."""
    terms = body[0]["terms"]
    if isinstance(terms, dict) and terms.get("type") == "boolean" and terms["value"]:
        location = body[0]["location"]
        return base64.b64decode(location["text"]).decode() == "true"
    return True
