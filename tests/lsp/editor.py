"""An editor, as tests use one: files are opened, typed in, and asked about by what they say."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

__all__ = ["Editor"]


class Editor:
    """A client with open files."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.texts: dict[Path, str] = {}
        # What a column counts, as the two agreed, and how many bytes that is.
        encoding = client.answered.capabilities.position_encoding
        self._encoding = {"utf-8": "utf-8", "utf-16": "utf-16-le"}[encoding]
        self._unit = {"utf-8": 1, "utf-16": 2}[encoding]
        self._versions: dict[Path, int] = {}

    async def open(self, path: Path, text: str | None = None) -> list[types.Diagnostic]:
        """Open a file, with another text than it has on disk if one is given."""
        self.texts[path] = path.read_bytes().decode() if text is None else text
        self._versions[path] = 1
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(path.as_uri(), "nginx", 1, self.texts[path])
            )
        )
        return await self.diagnostics(path)

    async def type(self, path: Path, text: str) -> list[types.Diagnostic]:
        """Give an open file another text."""
        self.texts[path] = text
        self._versions[path] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(
                    uri=path.as_uri(), version=self._versions[path]
                ),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        return await self.diagnostics(path)

    def close(self, path: Path) -> None:
        """Close a file without saving it."""
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(path.as_uri()))
        )

    async def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """What is said of a file, once all that was typed is judged."""
        # What is asked is answered of the text as it is now, and what was found is told before.
        asked = next(iter(self.texts)) if path not in self.texts else path
        await self._hover(asked, types.Position(0, 0))
        return list(self.client.diagnostics.get(path.as_uri(), []))

    async def codes(self, path: Path) -> list[tuple[str, int]]:
        """The rules that find something in a file, with their lines, from 1."""
        return [(str(d.code), d.range.start.line + 1) for d in await self.diagnostics(path)]

    def words(self, path: Path, where: types.Range) -> str:
        """The text of a range of one line."""
        assert where.start.line == where.end.line, "a range over several lines"
        line = self.texts.get(path, path.read_text()).split("\n")[where.start.line]
        start, end = (self._unit * at.character for at in (where.start, where.end))
        return line.encode(self._encoding)[start:end].decode(self._encoding)

    async def hover(self, path: Path, what: str, into: int = 0) -> str:
        """What is said where a text first stands in a file."""
        answer = await self._hover(path, self.position(path, what, into))
        if answer is None:
            return ""
        assert isinstance(answer.contents, types.MarkupContent)
        return answer.contents.value

    async def definition(self, path: Path, what: str, into: int = 0) -> list[tuple[str, int]]:
        """Where a text leads: the file's name and the line, from 1."""
        answer = await self.client.text_document_definition_async(
            types.DefinitionParams(
                types.TextDocumentIdentifier(path.as_uri()), self.position(path, what, into)
            )
        )
        assert isinstance(answer, list)
        return [(each.uri.rsplit("/", 1)[1], each.range.start.line + 1) for each in answer]

    async def actions(self, path: Path, what: str, *kinds: str) -> list[types.CodeAction]:
        """What is offered for the line where a text first stands."""
        at = self.position(path, what)
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(path.as_uri()),
                types.Range(at, at),
                types.CodeActionContext([], only=list(kinds) or None),
            )
        )
        return list(answer or [])

    async def take(self, action: types.CodeAction) -> None:
        """Have an action's edit worked out, if it is not there, and make it."""
        if action.edit is None:
            action = await self.client.code_action_resolve_async(action)
        edit = action.edit
        assert edit is not None
        changed = dict(edit.changes or {})
        for each in edit.document_changes or []:
            assert isinstance(each, types.TextDocumentEdit)
            changed[each.text_document.uri] = each.edits
            path = next((p for p in self.texts if p.as_uri() == each.text_document.uri), None)
            if path is not None:
                assert each.text_document.version == self._versions[path]
        for uri, edits in changed.items():
            path = next(p for p in self.texts if p.as_uri() == uri)
            await self.type(path, _edited(self.texts[path], list(edits)))

    def position(self, path: Path, what: str, into: int = 0) -> types.Position:
        """Where a text first stands in a file, and so many characters further."""
        before = self.texts[path][: self.texts[path].index(what) + into]
        line = before.rsplit("\n", 1)[-1]
        column = len(line.encode(self._encoding)) // self._unit
        return types.Position(before.count("\n"), column)

    async def _hover(self, path: Path, at: types.Position) -> types.Hover | None:
        return await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(path.as_uri()), at)
        )


def _edited(text: str, edits: list[types.TextEdit]) -> str:
    lines = [*text.splitlines(keepends=True), ""]
    for edit in sorted(edits, key=lambda each: each.range.start.line, reverse=True):
        assert edit.range.start.character == edit.range.end.character == 0
        lines[edit.range.start.line : edit.range.end.line] = [edit.new_text]
    return "".join(lines)
