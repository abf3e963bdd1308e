"""The client: every answer that is no decision is an error that says which; none is an allow."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from nginx_grpc.client import (
    AsyncClient,
    Client,
    Encoded,
    OpaError,
    OpaServer,
)
from nginx_grpc.errors import Refused
from tests.unit.client.fake_opa import (
    ALLOWED,
    DENIED,
    EVIL,
    FAULTS,
    FINDING,
    FakeOpa,
    answer,
    answer_and_close,
    envelope,
    http,
    read_request,
    result,
)

DOCUMENT = {"schema_version": 2}


def failing(*kinds: str, match: str | None = None):
    """Holds that an OpaError of one of these kinds is raised."""
    return pytest.raises(OpaError, match=match, check=lambda error: error.kind in kinds)


def server(fake: FakeOpa, timeout: float = 5.0) -> OpaServer:
    return OpaServer(fake.url, timeout=timeout, max_answer=1024 * 1024, revision_required=True)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_an_error_that_says_which(fault: str) -> None:
    behaviour, kind = FAULTS[fault]
    timeout = 0.3 if kind == "timeout" else 5.0
    with FakeOpa(behaviour) as fake, Client(server(fake, timeout)) as client:
        start = time.monotonic()
        with pytest.raises(OpaError) as caught:
            client.check(DOCUMENT)
        assert time.monotonic() - start < 3.0
    # A reset can meet the connection while it is still being made.
    assert caught.value.kind in ({kind, "unreachable"} if fault == "reset at once" else {kind})
    assert caught.value.hint
    assert caught.value.file == fake.url


@pytest.mark.parametrize("fault", ["answers {}", "length of 2 GB", "body drips", "status 500"])
def test_the_asynchronous_client_is_as_strict(fault: str) -> None:
    behaviour, kind = FAULTS[fault]

    async def check(fake: FakeOpa) -> None:
        async with AsyncClient(server(fake, 0.5)) as client:
            await client.check(DOCUMENT)

    with FakeOpa(behaviour) as fake, pytest.raises(OpaError) as caught:
        asyncio.run(check(fake))
    assert caught.value.kind == kind


def test_an_allow_is_an_allow_with_its_revision() -> None:
    with FakeOpa(result(ALLOWED)) as fake, Client(server(fake)) as client:
        decision = client.check(DOCUMENT)
    assert decision.allow
    assert (decision.revision, decision.version) == ("r1", "1.22.2")
    assert decision.findings == []


def test_a_denial_keeps_its_findings_apart_by_level_and_waiver() -> None:
    waived = {**FINDING, "id": "NG106", "waiver": {"reason": "r", "owner": "o"}}
    warned = {**FINDING, "id": "NG205", "level": "warn"}
    said = {**DENIED, "warn": [warned], "waived": [waived]}
    with FakeOpa(result(said)) as fake, Client(server(fake)) as client:
        decision = client.check(DOCUMENT)
    assert not decision.allow
    assert [f.id for f in decision.deny] == ["NG103"]
    assert [f.id for f in decision.warn] == ["NG205"]
    assert [f.id for f in decision.findings] == ["NG103", "NG106", "NG205"]


def sent_by(check: object, **more: object) -> list[bytes]:
    requests: list[bytes] = []

    def record(connection: object, fake: FakeOpa) -> None:
        while data := read_request(connection):  # type: ignore[arg-type]
            requests.append(data)
            connection.sendall(EVIL)  # type: ignore[attr-defined]

    with FakeOpa(record) as fake, Client(OpaServer(fake.url, **more)) as client:  # type: ignore[arg-type]
        check(client)  # type: ignore[operator]
    return requests


def test_it_asks_for_one_decision_with_errors_made_loud() -> None:
    (request,) = sent_by(lambda client: client.check(DOCUMENT, {"profile": "evidence"}), token="t0")
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line.startswith("POST /v1/data/nginx/grpc/decision?")
    assert "strict-builtin-errors=true" in line
    assert "provenance=true" in line
    assert "Authorization: Bearer t0" in headers
    assert json.loads(body) == {"input": {**DOCUMENT, "settings": {"profile": "evidence"}}}


def test_an_array_gets_its_settings_and_an_encoded_document_goes_as_it_is() -> None:
    def check(client: Client) -> None:
        client.check([DOCUMENT, DOCUMENT], {"profile": "evidence"})
        client._run(client._client.check(Encoded('{"schema_version":2}')))

    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in sent_by(check)]
    with_settings = {**DOCUMENT, "settings": {"profile": "evidence"}}
    assert bodies == [{"input": [with_settings, with_settings]}, {"input": DOCUMENT}]


def test_the_token_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")

    def check(client: Client) -> None:
        client.check(DOCUMENT)
        token.with_suffix(".new").write_text("second\n")
        os.replace(token.with_suffix(".new"), token)
        client.check(DOCUMENT)

    first, second = sent_by(check, token_file=str(token))
    assert b"Bearer first\r\n" in first
    assert b"Bearer second\r\n" in second


def test_a_token_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with FakeOpa(result(ALLOWED)) as fake:
        where = OpaServer(fake.url, token_file=str(tmp_path / "token"))
        with Client(where) as client, pytest.raises(Refused, match="token"):
            client.check(DOCUMENT)


def test_proxies_and_netrc_of_the_machine_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    (request,) = sent_by(lambda client: client.check(DOCUMENT), token="t0")
    assert b"Bearer t0" in request
    assert b"Basic" not in request


def test_a_connection_closed_while_idle_is_no_error() -> None:
    with FakeOpa(result(ALLOWED)) as fake, Client(server(fake)) as client:
        for _ in range(5):
            assert client.check(DOCUMENT).allow
            fake.drop_connections()


def test_an_answer_smuggled_behind_a_denial_is_not_the_next_one() -> None:
    denied = http(envelope(DENIED))
    with FakeOpa(answer(denied + EVIL)) as fake, Client(server(fake)) as client:
        for _ in range(10):
            try:
                allowed = client.check(DOCUMENT).allow
            except OpaError:
                allowed = False
            assert not allowed


def test_nothing_listening_is_unreachable() -> None:
    with FakeOpa(result(ALLOWED)) as fake:
        url = fake.url
    with Client(OpaServer(url)) as client, failing("unreachable"):
        client.check(DOCUMENT)
    with Client(OpaServer(url)) as client:
        assert not client.ready()


def test_no_such_socket_is_unreachable(tmp_path: Path) -> None:
    with Client(OpaServer(f"unix://{tmp_path}/none")) as client, failing("unreachable"):
        client.check(DOCUMENT)


def test_a_call_may_have_less_time_than_the_server() -> None:
    with FakeOpa(FAULTS["hangs after reading"][0]) as fake, Client(server(fake, 30)) as client:
        start = time.monotonic()
        with failing("timeout"):
            client.check(DOCUMENT, timeout=0.2)
        assert time.monotonic() - start < 2


def test_an_error_does_not_quote_the_server() -> None:
    said = json.dumps({"code": "internal_error", "message": "secret.example"}).encode()
    with FakeOpa(answer(http(said, "500 Error"))) as fake, Client(server(fake)) as client:
        with failing("status", match=r"500 \(internal_error\)") as caught:
            client.check(DOCUMENT)
        assert caught.value.status == 500
    assert "secret" not in str(caught.value)


def test_one_client_serves_many_threads() -> None:
    with FakeOpa(result(DENIED)) as fake, Client(server(fake)) as client:
        seen: list[bool] = []

        def check() -> None:
            seen.extend(client.check(DOCUMENT).allow for _ in range(20))

        threads = [threading.Thread(target=check) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [False] * 160


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8181",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:8181/v1/data",
        "http://127.0.0.1:8181?x",
        "http://user@127.0.0.1:8181",
        "http://127.0.0.1:99999",
        "unix://relative/path",
        "unix:",
        "http://a b",
        "http://[::1",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="no address"):
        OpaServer(url)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    script = Path(__file__).parents[3] / "examples" / "admission" / "certificates.sh"
    for name in ("ours", "others"):
        subprocess.run(
            ["sh", str(script), str(folder / name), "opa.test", "30", "IP:127.0.0.1"], check=True
        )
    return folder


class TlsOpa(FakeOpa):
    """A fake OPA behind TLS that asks for a client certificate."""

    def __init__(self, folder: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
        self.context.load_verify_locations(folder / "ca.crt")
        self.context.verify_mode = ssl.CERT_REQUIRED
        super().__init__(answer_and_close(EVIL))
        self.url = self.url.replace("http:", "https:")

    def _serve(self, connection: object) -> None:
        try:
            super()._serve(self.context.wrap_socket(connection, server_side=True))  # type: ignore[arg-type]
        except OSError:
            connection.close()  # type: ignore[attr-defined]


# asyncio of Python 3.10 leaves the transport of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_with_a_ca_of_ones_own_and_a_client_certificate(certificates: Path) -> None:
    ours, others = certificates / "ours", certificates / "others"
    certificate = (str(ours / "client.crt"), str(ours / "client.key"))
    with TlsOpa(ours) as fake:
        right = OpaServer(fake.url, ca_file=str(ours / "ca.crt"), certificate=certificate)
        with Client(right) as client:
            assert client.check(DOCUMENT).allow
        for wrong in (
            OpaServer(fake.url, ca_file=str(others / "ca.crt"), certificate=certificate),
            OpaServer(fake.url, certificate=certificate),
        ):
            with Client(wrong) as client, failing("tls"):
                client.check(DOCUMENT)
        with (
            Client(OpaServer(fake.url, ca_file=str(ours / "ca.crt"))) as client,
            failing("tls", "closed"),
        ):
            client.check(DOCUMENT)


def test_a_ca_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("none")
    with pytest.raises(Refused, match="CA"):
        Client(OpaServer("https://127.0.0.1", ca_file=str(tmp_path / "ca.crt")))
