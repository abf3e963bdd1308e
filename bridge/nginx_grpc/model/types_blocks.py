"""Content types by extension, as types blocks give them: inherited whole, like a list."""

from __future__ import annotations

from nginx_grpc.tree import Directive

__all__ = ["Types"]


class Types:
    """The types blocks of one context."""

    def __init__(self, context: str, blocks: list[Directive]) -> None:
        self._context = context
        self._blocks = blocks
        self._known: dict[str, str] | None = None

    def of(self, extensions: set[str]) -> list[str]:
        """What they say of these extensions, as `extension type`."""
        known = self._by_extension()
        return [f"{name} {known[name]}" for name in sorted(extensions) if name in known]

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
