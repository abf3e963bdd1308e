"""The language server: requests to answers."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import redirect_stdout
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from nginx_grpc import __version__, catalogue, printable
from nginx_grpc.engines import Engine
from nginx_grpc.expressions import expression
from nginx_grpc.lines import Lines
from nginx_grpc.lsp import actions, definitions, diagnostics, hover
from nginx_grpc.lsp.entries import Entries, top_of
from nginx_grpc.lsp.judging import Buffer, Judging, State
from nginx_grpc.lsp.layout import Layout
from nginx_grpc.settings import FILE_NAME
from nginx_grpc.settings_search import SettingsSearch
from nginx_grpc.sources import ReadOptions

__all__ = ["serve"]

_RULE = expression(r"\bNG[0-9]{3}\b")
_WATCHED = ("**/*.conf", "**/*.conf.template", f"**/{FILE_NAME}", "**/*.yaml", "**/*.yml")
_REQUEST_FAILED = -32803


def serve(
    options: ReadOptions, engine: Engine, settings: Callable[[Mapping[str, bytes]], SettingsSearch]
) -> None:
    """Answer on standard output what comes on standard input, until the editor says exit.

    Args:
        options, engine, settings: how to read, what judges, and by what; see Judging.
    """
    server = _Server(options, engine, settings).server
    # What anybody prints meanwhile is no word of the protocol.
    with open(os.dup(sys.stdout.fileno()), "wb") as stdout, redirect_stdout(sys.stderr):
        server.start_io(sys.stdin.buffer, stdout)


class _Server:
    def __init__(
        self,
        options: ReadOptions,
        engine: Engine,
        settings: Callable[[Mapping[str, bytes]], SettingsSearch],
    ) -> None:
        # All of a text comes with each change: what differs by a line end of Unicode's would be
        # another text than the editor's.
        self.server = LanguageServer(
            "nginx-grpc", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self._judging = Judging(options, engine, settings, self._publish)
        self._entries: dict[str, list[str]] = {}
        self._layouts: dict[str, Layout] = {}
        # What was published: of each entry, by the file's URI.
        self._told: dict[str, dict[str, list[types.Diagnostic]]] = {}
        self._noted: set[str] = set()
        self._answer(types.INITIALIZED, self._initialized)
        self._answer(types.TEXT_DOCUMENT_DID_OPEN, self._opened)
        self._answer(types.TEXT_DOCUMENT_DID_CHANGE, self._changed)
        self._answer(types.TEXT_DOCUMENT_DID_SAVE, self._saved)
        self._answer(types.TEXT_DOCUMENT_DID_CLOSE, self._closed)
        self._answer(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._changed_on_disk)
        self._answer(
            types.TEXT_DOCUMENT_CODE_ACTION,
            self._actions,
            types.CodeActionOptions(
                code_action_kinds=[types.CodeActionKind.QuickFix, actions.FIX_ALL],
                resolve_provider=True,
            ),
        )
        self._answer(types.CODE_ACTION_RESOLVE, self._resolved)
        self._answer(types.TEXT_DOCUMENT_HOVER, self._hover)
        self._answer(types.TEXT_DOCUMENT_DEFINITION, self._definition)
        self._answer(types.TEXT_DOCUMENT_DOCUMENT_LINK, self._links)

    def _answer(
        self, method: str, answer: Callable[[Any], Awaitable[Any]], options: Any = None
    ) -> None:
        # pygls puts a mark on what it is given, and a method takes none.
        async def answered(params: Any) -> Any:
            return await answer(params)

        self.server.feature(method, options)(answered)

    # Texts come and go.

    async def _initialized(self, params: types.InitializedParams) -> None:
        workspace = self.server.client_capabilities.workspace
        watched = workspace and workspace.did_change_watched_files
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(each) for each in _WATCHED]
            await self.server.client_register_capability_async(
                types.RegistrationParams(
                    [
                        types.Registration(
                            "files",
                            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                            types.DidChangeWatchedFilesRegistrationOptions(watchers),
                        )
                    ]
                )
            )

    async def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        path = self._take(document.uri, document.version, document.text)
        if path is not None:
            self._find_entries()
            self._judge_with(path)

    async def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        text = params.content_changes[-1].text
        path = self._take(document.uri, document.version, text)
        if path is not None:
            self._judge_with(path)

    async def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        self._find_entries()

    async def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        path = _path_of(params.text_document.uri)
        if path is None or path not in self._judging.buffers:
            return
        del self._judging.buffers[path]
        self._find_entries()
        self._judge_with(path)

    async def _changed_on_disk(self, params: types.DidChangeWatchedFilesParams) -> None:
        self._find_entries()
        for entry in self._all_entries():
            self._judging.judge(entry)

    def _take(self, uri: str, version: int, text: str) -> str | None:
        path = _path_of(uri)
        if path is not None:
            data = text.encode("utf-8", "surrogatepass")
            self._judging.buffers[path] = Buffer(uri, path, version, data)
        return path

    def _find_entries(self) -> None:
        """What the open files are of: files may have come, gone, or be included elsewhere."""
        entries = Entries(self._judging.options)
        folders = [
            os.path.realpath(path)
            for uri in self.server.workspace.folders
            if (path := to_fs_path(uri)) is not None
        ]
        before = self._all_entries()
        self._entries = {
            path: entries.of(path, top_of(path, folders)) for path in self._judging.buffers
        }
        after = self._all_entries()
        for entry in before - after:
            self._judging.forget(entry)
            self._layouts.pop(entry, None)
            self._tell(entry, {})
        for entry in after - before:
            self._judging.judge(entry)

    def _all_entries(self) -> set[str]:
        return {entry for entries in self._entries.values() for entry in entries}

    def _judge_with(self, path: str) -> None:
        """Judge all that a file has a part in."""
        settings = os.path.basename(path) == FILE_NAME
        for entry in self._all_entries():
            state = self._judging.states.get(entry)
            own = entry in self._entries.get(path, ())
            read = state is None or state.judged is None or path in state.judged.contents
            if own or settings or read:
                self._judging.judge(entry)

    # What was found.

    def _publish(self, state: State) -> None:
        for note in state.notes:
            if note not in self._noted:
                self._noted.add(note)
                self.server.window_log_message(
                    types.LogMessageParams(types.MessageType.Info, printable.line(note))
                )
        layout = self._layouts[state.entry] = Layout(state, self._unit())
        self._tell(state.entry, diagnostics.of(state, layout))
        contents = state.judged.contents if state.judged is not None else None
        # What an include brought in no more is of something else.
        if contents is not None and any(
            state.entry in entries and path not in contents
            for path, entries in self._entries.items()
        ):
            self._find_entries()

    def _tell(self, entry: str, found: dict[str, list[types.Diagnostic]]) -> None:
        before = self._told.pop(entry, {})
        if found:
            self._told[entry] = found
        for uri in {**before, **found}:
            told: list[types.Diagnostic] = []
            for each in self._told.values():
                told.extend(one for one in each.get(uri, ()) if one not in told)
            path = _path_of(uri)
            buffer = self._judging.buffers.get(path) if path is not None else None
            version = buffer.version if buffer is not None else None
            self.server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, told, version)
            )

    # What is asked.

    async def _actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        found: list[types.CodeAction] = []
        path = _path_of(params.text_document.uri)
        async for state, layout in self._of(path):
            assert path is not None
            for action in actions.offered(state, layout, path, params):
                if all(each.title != action.title for each in found):
                    found.append(action)
        if self._resolves():
            return found
        return [each for each in found if await self._settled(each)]

    async def _settled(self, action: types.CodeAction) -> bool:
        """Puts the edit of an action in; whether there is one."""
        try:
            await self._resolved(action)
        except JsonRpcException:
            return False
        return True

    async def _resolved(self, action: types.CodeAction) -> types.CodeAction:
        data = action.data
        if not isinstance(data, dict):
            raise _failed("no action of this server")
        state = await self._judging.fresh(data["entry"])
        path = _path_of(data["uri"])
        if state is None or path is None:
            raise _failed("the file is no longer open")
        try:
            action.edit = await self._judging.apart(
                lambda: actions.proven(state, path, data, self._versions())
            )
        except actions.NotProven as refused:
            raise _failed(f"not fixed: {refused}") from None
        return action

    async def _hover(self, params: types.HoverParams) -> types.Hover | None:
        path = _path_of(params.text_document.uri)
        async for state, layout in self._of(path):
            assert path is not None
            assert state.judged is not None
            spot = layout.spot(path, params.position)
            if spot is None:
                continue
            text = hover.told(state.judged, layout.paths_to(spot))
            if text:
                start = layout.position(path, spot.start)
                end = layout.position(path, spot.start + spot.span.head - spot.span.start)
                content = types.MarkupContent(types.MarkupKind.Markdown, text)
                return types.Hover(content, types.Range(start, end))
        return None

    async def _definition(self, params: types.DefinitionParams) -> list[types.Location]:
        path = _path_of(params.text_document.uri)
        found: list[types.Location] = []
        async for state, layout in self._of(path):
            assert path is not None
            assert state.judged is not None
            spot = layout.spot(path, params.position)
            if spot is None:
                continue
            if spot.span.name == "include":
                places = definitions.included(state.judged, layout, path, params.position)
            else:
                word = spot.word(layout.offset(path, params.position))
                places = definitions.named(state.judged, layout, layout.paths_to(spot), word)
            found += [each for each in places if each not in found]
        return found

    async def _links(self, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        path = _path_of(params.text_document.uri)
        buffer = self._judging.buffers.get(path) if path is not None else None
        if buffer is None:
            return []
        lines = Lines(buffer.data, self._unit())
        return [link for number in range(1, len(lines) + 1) for link in _links_in(lines, number)]

    async def _of(self, path: str | None) -> AsyncIterator[tuple[State, Layout]]:
        """What was judged of a file, as it is now."""
        for entry in self._entries.get(path or "", ()):
            state = await self._judging.fresh(entry)
            if state is not None and state.judged is not None:
                yield state, self._layouts[entry]

    def _unit(self) -> str:
        encoding = self.server.workspace.position_encoding
        value = encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding
        return value or "utf-16"

    def _resolves(self) -> bool:
        """Whether the editor asks for an action's edit when somebody takes it."""
        documents = self.server.client_capabilities.text_document
        support = documents and documents.code_action and documents.code_action.resolve_support
        return bool(support and "edit" in support.properties)

    def _versions(self) -> bool:
        workspace = self.server.client_capabilities.workspace
        edits = workspace and workspace.workspace_edit
        return bool(edits and edits.document_changes)


def _path_of(uri: str) -> str | None:
    """The real path of a file; None for what is none, as a text without a name."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return os.path.realpath(path) if path else None


def _links_in(lines: Lines, number: int) -> Iterator[types.DocumentLink]:
    text = lines.text(number)
    for found in _RULE.finditer(text):
        rule = catalogue.by_id(found[0])
        if rule is not None:
            start, end = (lines.width(text[:at]) for at in found.span())
            where = types.Range(types.Position(number - 1, start), types.Position(number - 1, end))
            yield types.DocumentLink(where, catalogue.page(rule.evidence), rule.title)


def _failed(message: str) -> JsonRpcException:
    return JsonRpcException(message, _REQUEST_FAILED)
