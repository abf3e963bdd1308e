"""The server as an editor starts it, for each test anew."""

import sys

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from tests.lsp.editor import Editor


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-m", "nginx_grpc", "lsp"])
)
async def client(lsp_client: LanguageClient, tmp_path, request):
    name = getattr(request, "param", "visual-studio-code")
    watched: list[types.Registration] = []

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _(params: types.RegistrationParams) -> None:
        watched.extend(params.registrations)

    lsp_client.answered = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(name),
            workspace_folders=[types.WorkspaceFolder(tmp_path.as_uri(), "here")],
        )
    )
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client):
    return Editor(client)
