"""How long an editor waits for the language server: a 100 KB file, one character typed.

Prints the median and the slowest of several tries, in milliseconds, and the server's own processor
time; wants the machine to itself.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from bench.configurations import text

SERVICES = 25
TRIES = 20


class _Editor:
    """One open file."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self._client = client
        self._uri = path.as_uri()
        self._version = 0
        self._told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self._told.put_nowait(params)

    async def open(self, content: str) -> int:
        item = types.TextDocumentItem(self._uri, "nginx", self._version, content)
        self._client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return len((await self._diagnostics()).diagnostics)

    async def type(self, content: str) -> None:
        self._version += 1
        self._client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=self._uri, version=self._version),
                [types.TextDocumentContentChangeWholeDocument(content)],
            )
        )
        await self._diagnostics()

    async def _diagnostics(self) -> types.PublishDiagnosticsParams:
        while (told := await self._told.get()).version != self._version:
            pass
        return told

    async def hover(self, line: int) -> None:
        at = types.Position(line, 14)
        document = types.TextDocumentIdentifier(self._uri)
        answer = await self._client.text_document_hover_async(types.HoverParams(document, at))
        assert answer is not None

    async def actions(self, line: int) -> list[Any]:
        at = types.Position(line, 14)
        return list(
            await self._client.text_document_code_action_async(
                types.CodeActionParams(
                    types.TextDocumentIdentifier(self._uri),
                    types.Range(at, at),
                    types.CodeActionContext([]),
                )
            )
            or ()
        )

    async def fix(self, action: Any) -> None:
        resolved = await self._client.code_action_resolve_async(action)
        assert resolved.edit is not None


async def _measure(path: Path) -> None:
    content = text(SERVICES, fault=True)
    client = LanguageClient("bench", "1")
    await client.start_io(sys.executable, "-m", "nginx_grpc", "lsp", "--profile", "checklist")
    support = types.ClientCodeActionResolveOptions(["edit"])
    action = types.CodeActionClientCapabilities(resolve_support=support)
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(code_action=action)
    )
    await client.initialize_async(types.InitializeParams(capabilities))
    client.initialized(types.InitializedParams())
    editor = _Editor(client, path)
    found = await editor.open(content)
    print(f"{len(content):,} bytes, {SERVICES * 4} gRPC locations, {found} findings")
    lines = content.split("\n")
    fault = next(n for n, line in enumerate(lines) if "grpc_read_timeout 5s" in line)
    texts = [content, content.replace("grpc_read_timeout 5s", "grpc_read_timeout 6s", 1)]
    typed = 0

    async def type_one() -> None:
        nonlocal typed
        typed += 1
        await editor.type(texts[typed % 2])

    async def hover_after_typing() -> None:
        await editor.hover(fault)

    await _timed("diagnostics", type_one)
    await _timed("hover, the first of a text", hover_after_typing, before=type_one)
    await _timed("hover", hover_after_typing)
    await _timed("list of fixes, the first", lambda: editor.actions(fault), before=type_one)
    (offered, *_) = await editor.actions(fault)
    await _timed("a fix, proven", lambda: editor.fix(offered), tries=5)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


async def _timed(
    what: str,
    work: Callable[[], Awaitable[object]],
    *,
    before: Callable[[], Awaitable[object]] | None = None,
    tries: int = TRIES,
) -> None:
    taken = []
    used = -_processor_seconds()
    for _ in range(tries):
        if before is not None:
            await before()
        start = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - start) * 1000)
    used += _processor_seconds()
    print(f"{what:28} {statistics.median(taken):6.0f} ms   slowest {max(taken):6.0f} ms", end="")
    print(f"   processor {used / tries * 1000:6.0f} ms" if before is None else "")


def _processor_seconds() -> float:
    """What the server, this process's one child, has used: it counts also on a busy machine."""
    (child,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nginx.conf"
        path.write_text(text(SERVICES, fault=True))
        asyncio.run(_measure(path))


if __name__ == "__main__":
    main()
