"""Rules that a text names lead to their pages."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio


async def test_links(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text("# 🚀 NG205, NG999\nevents {}\n")
    await editor.open(path)
    (link,) = await editor.client.text_document_document_link_async(
        types.DocumentLinkParams(types.TextDocumentIdentifier(path.as_uri()))
    )
    assert editor.words(path, link.range) == "NG205"
    assert link.target.endswith("/docs/rules/NG205.md")
