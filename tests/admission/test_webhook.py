"""The webhook over TLS with a real OPA behind it: what it answers, and whom."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.admission.configurations import BAD, GOOD, UNJUDGED, WARNED, sized
from tests.admission.opa import BundleServer, Opa
from tests.admission.webhook import Webhook, admission_review, make_certificates

MIB = 1024 * 1024


# Verdicts


def test_a_right_configuration_is_allowed(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": GOOD})
    assert response["allowed"] is True
    assert "warnings" not in response
    assert response["auditAnnotations"] == {"revision": "r1"}


def test_a_wrong_one_is_denied_with_id_place_reason_and_remedy(webhook: Webhook) -> None:
    line = BAD[: BAD.index("proxy_pass")].count("\n") + 1
    response = webhook.review({"nginx.conf": BAD})
    assert response["allowed"] is False
    assert response["status"]["code"] == 403
    message = response["status"]["message"]
    assert message.startswith("nginx-grpc: ")
    assert "ConfigMap shop/nginx" in message
    finding = next(text for text in message.splitlines() if text.startswith("[NG101]"))
    assert finding.startswith(f"[NG101] nginx.conf:{line} ")
    assert "\n    write: grpc_pass grpc://greeter;" in message
    assert "NG101" in response["auditAnnotations"]["denied"]


def test_a_warning_is_allowed_and_said(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": WARNED})
    assert response["allowed"] is True, response
    assert any(text.startswith("[NG501] nginx.conf:") for text in response["warnings"])
    assert all(len(text) <= 256 and "\n" not in text for text in response["warnings"])


def test_what_can_not_be_seen_is_denied(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": UNJUDGED})
    assert response["allowed"] is False
    assert "NG005" in response["status"]["message"] or "NG002" in response["status"]["message"]


def test_a_fragment_is_denied_for_what_could_not_be_seen(webhook: Webhook) -> None:
    text = "location /helloworld.Greeter/ { grpc_pass grpc://greeter; grpc_read_timeout 300s; }"
    response = webhook.review({"nginx.conf": text})
    assert response["allowed"] is False
    assert "[NG005] nginx.conf:" in response["status"]["message"]


@pytest.fixture
def patient(start_webhook: Callable[..., Webhook], opa: Opa) -> Webhook:
    """A webhook that a busy machine does not keep from answering in time."""
    return start_webhook(opa.url, opa.folder / "token", "--deadline", "8")


def test_many_findings_are_counted_where_they_are_not_shown(patient: Webhook) -> None:
    text = sized(60_000).replace("grpc_pass grpc://", "proxy_pass http://")
    response = patient.review({"nginx.conf": text})
    assert response["allowed"] is False
    message = response["status"]["message"]
    assert len(message) < 20_000
    assert "more; `nginx-grpc check` on the same object shows all" in message


def test_an_include_is_read_from_the_objects_own_keys(webhook: Webhook) -> None:
    whole = UNJUDGED.replace("include timeouts.inc", "include /etc/nginx/timeouts.inc")
    assert webhook.review({"nginx.conf": whole, "timeouts.inc": "grpc_read_timeout 300s;"})[
        "allowed"
    ]
    short = {"nginx.conf": whole, "timeouts.inc": "grpc_read_timeout 5s;"}
    response = webhook.review(short)
    assert "[NG106] timeouts.inc:1 " in response["status"]["message"]


@pytest.mark.parametrize(
    "decoy",
    [
        "server { if ($a) { include l; } }",
        "server { location / { limit_except GET { include l; } } }",
        "http { server { location / { types { include l; } } } }",
        "handler { include l; }",
    ],
)
def test_a_decoy_hides_no_key(webhook: Webhook, decoy: str) -> None:
    """Through OPA to the end: what nginx does not read there is denied as if it stood alone."""
    body = "grpc_pass grpc://127.0.0.1:50051; grpc_read_timeout 0;"
    response = webhook.review({"nginx.conf": GOOD, "decoy": decoy, "l": body})
    assert response["allowed"] is False
    assert re.search(r"^(\[NG211\] )?(l|decoy):1", response["status"]["message"], re.MULTILINE)
    assert webhook.review({"nginx.conf": GOOD})["allowed"] is True


def test_what_looks_like_nginx_text_and_can_not_be_read_is_said(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": GOOD, "x.template": "server { listen {{ .p }}; }"})
    assert response["allowed"] is True
    (warning,) = response["warnings"]
    assert warning.startswith("x.template:1: looks like nginx text and was not judged: ")


def test_an_include_that_is_nowhere_is_denied_without_a_grpc_location_too(webhook: Webhook) -> None:
    """What was not read is not clean; a pattern that finds nothing is nginx's own right."""
    text = "events {} http { include %s; server { location / { proxy_pass http://web; } } }"
    response = webhook.review({"nginx.conf": text % "sites/all.conf"})
    assert response["allowed"] is False
    assert "[NG002] nginx.conf:1 " in response["status"]["message"]


@pytest.mark.parametrize("key", ["nginx.conf", "my-nginx-site.conf", "anything", "README.md"])
def test_nginx_text_is_found_under_any_key(webhook: Webhook, key: str) -> None:
    assert webhook.review({key: BAD})["allowed"] is False
    assert webhook.review({key: GOOD})["allowed"] is True


def test_a_label_has_every_key_read(webhook: Webhook) -> None:
    upstream = "upstream greeter { server a:1; keepalive 8; keepalive_timeout 1h; }"
    label = {"nginx-grpc.policy/check": "true"}
    assert webhook.review({"pools": upstream})["allowed"] is True
    webhook.review({"pools": upstream}, labels=label)
    assert webhook.logs()[-1]["entries"] == 1


def test_an_object_without_nginx_text_is_allowed_and_opa_is_not_asked(webhook: Webhook) -> None:
    before = webhook.metrics()
    for data in ({}, {"a": "b"}, {"redis.conf": "maxmemory 2gb\n"}, None):
        response = webhook.review(data)
        assert response == {"uid": response["uid"], "allowed": True}
    after = webhook.metrics()
    assert (
        after["nginx_grpc_admission_opa_seconds_count"]
        == (before["nginx_grpc_admission_opa_seconds_count"])
    )
    skipped = 'nginx_grpc_admission_decisions_total{verdict="skipped"}'
    assert after[skipped] == before.get(skipped, 0) + 4


@pytest.mark.parametrize("operation", ["UPDATE", "DELETE", "CONNECT"])
def test_operations(webhook: Webhook, operation: str) -> None:
    response = webhook.review({"nginx.conf": BAD}, operation=operation)
    assert response["allowed"] is (operation != "UPDATE")


def test_a_secret_is_judged_where_that_is_asked_for(
    webhook: Webhook, opa: Opa, start_webhook: Callable[..., Webhook]
) -> None:
    data = {"nginx.conf": base64.b64encode(BAD.encode()).decode()}
    response = webhook.review(data, kind="Secret")
    assert response["allowed"] is False
    assert "--secrets" in response["status"]["message"]
    asked = start_webhook(opa.url, opa.folder / "token", "--secrets")
    assert "[NG101] nginx.conf:" in asked.review(data, kind="Secret")["status"]["message"]
    good = {"nginx.conf": base64.b64encode(GOOD.encode()).decode()}
    assert asked.review(good, kind="Secret")["allowed"] is True


def test_another_kind_is_denied(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": GOOD}, kind="Deployment")
    assert response["allowed"] is False
    assert "Deployment" in response["status"]["message"]


def test_an_ignored_key_is_the_operators_word(
    opa: Opa, start_webhook: Callable[..., Webhook]
) -> None:
    other = start_webhook(opa.url, opa.folder / "token", "--ignore-key=*.md", "--key-glob=*.cfg")
    assert other.review({"README.md": BAD})["allowed"] is True
    assert other.review({"site.conf": BAD, "README.md": BAD})["allowed"] is False
    assert other.review({"site.cfg": "server {"})["allowed"] is False


# Who may speak


def test_a_client_without_the_right_certificate_is_not_read(
    webhook: Webhook, certificates: Path, tmp_path: Path
) -> None:
    other = make_certificates(tmp_path / "other")
    own = certificates / "tls.crt", certificates / "tls.key"  # of our CA, another name
    trust = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
    before = len(webhook.logs())
    for pair in (None, (other / "client.crt", other / "client.key"), own):
        context = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
        if pair is not None:
            context.load_cert_chain(*pair)
        with httpx.Client(verify=context) as client, pytest.raises(httpx.TransportError):
            client.post(webhook.url, json=admission_review({"nginx.conf": GOOD}))
    with httpx.Client(verify=trust) as client, pytest.raises(httpx.TransportError):
        client.get(webhook.url)
    plain = httpx.Client()
    with pytest.raises(httpx.TransportError):
        plain.post(webhook.url.replace("https", "http"), json={})
    plain.close()
    assert all(line["message"] != "review" for line in webhook.logs()[before:])
    assert webhook.review({"nginx.conf": GOOD})["allowed"] is True


def test_old_tls_is_not_spoken(webhook: Webhook, certificates: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
    context.load_cert_chain(certificates / "client.crt", certificates / "client.key")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with httpx.Client(verify=context) as client, pytest.raises(httpx.TransportError):
        client.post(webhook.url, json={})


def test_probes_answer_no_reviews(webhook: Webhook) -> None:
    for path in ("/validate", "/", "/debug"):
        answer = httpx.post(webhook.probes + path, json=admission_review({"nginx.conf": BAD}))
        assert answer.status_code == 404
    assert httpx.post(webhook.probes + "/livez").status_code == 405


# What is no review


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"null", "no AdmissionReview"),
        (b"[]", "no AdmissionReview"),
        (b'{"kind":"AdmissionReview"}', "not of admission.k8s.io/v1"),
        (b"\xff\xfe{}", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b'{"a":1e999,"kind":"AdmissionReview"}', "not of admission.k8s.io/v1"),
        (b'{"a":NaN}', "no JSON"),
        (b"9" * 1_000_000, "no JSON"),
    ],
    ids=range(10),
)
def test_a_body_that_is_none_is_an_error(webhook: Webhook, body: bytes, word: str) -> None:
    answer = webhook.post(body)
    assert answer.status_code == 400
    assert word in answer.text
    assert answer.text.startswith("nginx-grpc admission: ")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["apiVersion"], "admission.k8s.io/v1beta1"),
        (["apiVersion"], "admission.k8s.io/v2"),
        (["apiVersion"], None),
        (["kind"], "ConversionReview"),
        (["request"], None),
        (["request"], []),
        (["request", "uid"], None),
        (["request", "uid"], 7),
        (["request", "uid"], ""),
        (["request", "uid"], "x" * 200),
        (["request", "uid"], "a\nb"),
        (["request", "uid"], "\ud800"),
        (["request", "operation"], "PATCH"),
        (["request", "operation"], None),
        (["request", "kind"], "ConfigMap"),
        (["request", "kind", "kind"], None),
        (["request", "object"], None),
        (["request", "object"], "text"),
        (["request", "namespace"], 7),
    ],
)
def test_a_malformed_review_is_an_error(webhook: Webhook, path: list[str], value: object) -> None:
    answer = webhook.post(changed(path, value))
    assert answer.status_code == 400, answer.text
    assert "allowed" not in answer.text


def changed(path: list[str], value: object) -> dict[str, Any]:
    review = admission_review({"nginx.conf": GOOD})
    place = review
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return review


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["request", "object", "data"], ["nginx.conf"]),
        (["request", "object", "data"], {"nginx.conf": {"text": BAD}}),
        (["request", "object", "data"], "nginx.conf"),
        (["request", "object", "binaryData"], {"nginx.conf": 7}),
        (["request", "object", "data"], {"../nginx.conf": BAD}),
        (["request", "object", "data"], {"\ud800": BAD}),
        (["request", "object", "data"], {"": BAD}),
    ],
)
def test_a_malformed_object_is_denied(webhook: Webhook, path: list[str], value: object) -> None:
    answer = webhook.post(changed(path, value))
    assert answer.json()["response"]["allowed"] is False
    assert answer.json()["response"]["status"]["code"] == 422


def test_a_key_that_stands_twice_is_an_error(webhook: Webhook) -> None:
    text = json.dumps(admission_review({"nginx.conf": BAD}))
    twice = text.replace('"data": {', '"data": {"nginx.conf": "", ', 1)
    assert webhook.post(twice.encode()).status_code == 400


def test_a_replayed_review_gets_the_same_answer(webhook: Webhook) -> None:
    for text, allowed in ((GOOD, True), (BAD, False), (GOOD, True)):
        assert webhook.review({"nginx.conf": text}, uid="same")["allowed"] is allowed


def test_other_methods_types_and_encodings_are_refused(webhook: Webhook) -> None:
    review = admission_review({"nginx.conf": GOOD})
    assert webhook.http.get(webhook.url).status_code == 405
    assert webhook.http.post(webhook.url + "/x", json=review).status_code == 404
    assert webhook.post(review, headers={"Content-Type": "text/plain"}).status_code == 415
    assert webhook.post(review, headers={"Content-Encoding": "gzip"}).status_code == 415


# Limits


def connect(webhook: Webhook) -> http.client.HTTPSConnection:
    folder = webhook.certificates
    trust = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    trust.load_cert_chain(folder / "client.crt", folder / "client.key")
    return http.client.HTTPSConnection("127.0.0.1", webhook.port, context=trust, timeout=10)


def test_a_body_over_the_limit_is_refused_by_its_length_unread(webhook: Webhook) -> None:
    connection = connect(webhook)
    connection.putrequest("POST", "/validate")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(2_000_000_000))
    connection.endheaders()
    start = time.monotonic()
    answer = connection.getresponse()
    assert answer.status == 413
    assert time.monotonic() - start < 1
    connection.close()


def test_a_body_over_the_limit_is_refused_while_it_is_read(webhook: Webhook) -> None:
    connection = connect(webhook)
    connection.putrequest("POST", "/validate")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"
    sent = 0
    try:
        for _ in range(64):
            connection.send(chunk)
            sent += MIB
    except OSError:
        assert sent >= 8 * MIB
    assert sent < 64 * MIB
    assert webhook.review({"nginx.conf": GOOD})["allowed"] is True
    connection.close()


def test_a_body_below_the_limit_is_read(patient: Webhook) -> None:
    review = admission_review({"a": "x" * (7 * MIB)})
    # What a busy machine can't answer in time is refused.
    _wait(lambda: patient.post(review).json()["response"]["allowed"])


def test_a_configuration_over_the_limit_is_refused(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": GOOD + "#" * MIB})
    assert response["allowed"] is False
    assert response["status"]["code"] == 422
    assert "nginx.conf: more than 1048576 bytes" in response["status"]["message"]


def test_a_slow_body_ends_in_time(webhook: Webhook) -> None:
    connection = connect(webhook)
    connection.putrequest("POST", "/validate")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "1000")
    connection.endheaders()
    start = time.monotonic()
    connection.send(b"{")
    answer = connection.getresponse()
    assert answer.status == 408
    assert time.monotonic() - start < 2
    connection.close()


def test_slow_and_silent_clients_keep_no_one_else_waiting(webhook: Webhook) -> None:
    silent = [socket.create_connection(("127.0.0.1", webhook.port)) for _ in range(200)]
    slow = [connect(webhook) for _ in range(20)]
    for connection in slow:
        connection.connect()
        connection.sock.sendall(b"POST /validate HTTP/1.1\r\nX-Slow:")
    start = time.monotonic()
    assert webhook.review({"nginx.conf": GOOD})["allowed"] is True
    assert time.monotonic() - start < 2
    end = time.monotonic() + 12
    while time.monotonic() < end:  # they are hung up on, within seconds
        if all(_closed(one) for one in silent) and all(_closed(one.sock) for one in slow):
            break
        time.sleep(0.2)
    else:
        pytest.fail("still connected")
    for one in silent:
        one.close()
    for connection in slow:
        connection.close()


def _closed(one: socket.socket) -> bool:
    one.settimeout(0.01)
    try:
        return one.recv(4096) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_every_answer_comes_within_the_deadline_and_a_worker_is_replaced(
    webhook: Webhook,
) -> None:
    before = webhook.metrics()["nginx_grpc_admission_workers_replaced_total"]
    names = " ".join(f"$a{number}" for number in range(100_000))
    cases = {
        "braces": "a{" * (MIB // 2),
        "closed braces": "http{" + "server{location /{}}" * 50_000 + "}",
        "one line": "http{" + "map $a $b{" + "x y;" * 200_000 + "}}",
        "variables": f"http{{server{{set $x {names};location /{{grpc_pass $x;}}}}}}"[:MIB],
        "large and right": sized(MIB - 10_000),
        "large and wrong": sized(MIB - 10_000).replace("grpc_pass grpc://", "proxy_pass http://"),
        "regular expressions": "http{server{"
        + 'location ~ "^(a+)+$" { grpc_pass $a; }' * 20_000
        + "}}",
        "includes": "http{" + "include nginx-b.conf;" * 20_000 + "}",
    }
    for name, text in cases.items():
        start = time.monotonic()
        data = {"nginx.conf": text}
        if name == "includes":
            data["nginx-b.conf"] = "include nginx-c.conf;" * 20_000
            data["nginx-c.conf"] = "server{listen 1;}" * 1_000
        answer = webhook.post(admission_review(data))
        assert time.monotonic() - start < 2.5, name
        # Of the two workers both may just be starting again: then it is no room, and a 500.
        if name not in ("large and right", "closed braces", "one line"):
            assert b'"allowed":true' not in answer.content, name
    _wait(lambda: b'"allowed":true' in webhook.post(admission_review({"nginx.conf": GOOD})).content)
    assert webhook.metrics()["nginx_grpc_admission_workers_replaced_total"] >= before


def test_a_worker_that_is_killed_is_replaced(webhook: Webhook) -> None:
    pids = Path(f"/proc/{webhook.process.pid}/task/{webhook.process.pid}/children")
    for pid in pids.read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    time.sleep(0.2)
    for _ in range(20):
        answer = webhook.post(admission_review({"nginx.conf": BAD}))
        assert answer.status_code != 200 or answer.json()["response"]["allowed"] is False
    assert webhook.review({"nginx.conf": GOOD})["allowed"] is True


def test_a_hung_worker_is_killed_within_the_deadline(webhook: Webhook) -> None:
    pids = Path(f"/proc/{webhook.process.pid}/task/{webhook.process.pid}/children")
    stopped = [int(pid) for pid in pids.read_text().split()]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    start = time.monotonic()
    for _ in stopped:
        response = webhook.review({"nginx.conf": GOOD})
        assert response["allowed"] is False
        assert "more time" in response["status"]["message"]
    assert time.monotonic() - start < 2.2 * len(stopped)
    assert webhook.review({"nginx.conf": GOOD})["allowed"] is True


# Telling


def test_logs_and_metrics_hold_no_configuration_text(webhook: Webhook, opa: Opa) -> None:
    secret = "hunter2hunter2"
    header = f'grpc_set_header Authorization "Basic {secret}";'
    for text in (
        GOOD.replace("grpc_connect_timeout 5s;", header + "grpc_connect_timeout 5s;"),
        BAD.replace("grpc_connect_timeout 5s;", header + "grpc_connect_timeout 5s;"),
        f"server {{ {header}",
        f"{secret} {{ }}}} {secret}",
    ):
        webhook.review({"nginx.conf": text})
    assert webhook.post(f'{{"{secret}"'.encode()).status_code == 400
    for said in (
        webhook.process.output(),
        httpx.get(f"{webhook.probes}/metrics").text,
        opa.process.output(),
    ):
        assert secret not in said
        assert "helloworld.Greeter" not in said
    assert '"deny":["NG' in opa.process.output()


def test_logs_are_json_with_what_an_operator_needs(webhook: Webhook) -> None:
    response = webhook.review({"nginx.conf": BAD})
    line = next(entry for entry in reversed(webhook.logs()) if entry["message"] == "review")
    assert line["uid"] == response["uid"]
    assert (line["kind"], line["namespace"], line["name"]) == ("ConfigMap", "shop", "nginx")
    assert line["verdict"] == "denied"
    assert "NG101" in line["deny"]
    assert line["revision"] == "r1"
    assert 0 < line["seconds"] < 2


def test_metrics(webhook: Webhook) -> None:
    webhook.review({"nginx.conf": GOOD})
    webhook.review({"nginx.conf": BAD})
    webhook.review({"nginx.conf": "http {"})
    samples = webhook.metrics()
    for name in (
        'decisions_total{verdict="allowed"}',
        'decisions_total{verdict="denied"}',
        'decisions_total{verdict="refused"}',
        'findings_total{level="deny",rule="NG101"}',
        'bridge_errors_total{kind="refused"}',
        "request_seconds_count",
        "bridge_seconds_count",
        "opa_seconds_count",
        'bundle_info{revision="r1"}',
        "ready",
    ):
        assert samples[f"nginx_grpc_admission_{name}"] > 0, name
    left = samples["nginx_grpc_admission_certificate_expiry_timestamp_seconds"] - time.time()
    assert 28 * 86400 < left < 31 * 86400


# Life


def test_certificates_are_reloaded_and_a_ca_that_is_gone_is_out(tmp_path: Path, opa: Opa) -> None:
    folder = make_certificates(tmp_path / "certificates")
    webhook = Webhook(tmp_path, folder, opa.url, opa.folder / "token").start()
    try:
        assert webhook.review({"nginx.conf": GOOD})["allowed"] is True
        before = (folder / "tls.crt").read_bytes()
        make_certificates(folder)
        assert (folder / "tls.crt").read_bytes() != before
        _wait(lambda: webhook.metrics()[_reloads("loaded")] >= 1)
        assert _served(webhook) == ssl.PEM_cert_to_DER_cert((folder / "tls.crt").read_text())
        assert webhook.review({"nginx.conf": GOOD})["allowed"] is True  # a connection from before

        (folder / "tls.crt").write_text("none")
        _wait(lambda: webhook.metrics().get(_reloads("failed"), 0) >= 1)
        with webhook.client() as old:  # the last good ones are in use
            review = admission_review({"nginx.conf": GOOD})
            assert old.post(webhook.url, json=review).status_code == 200

        other = make_certificates(tmp_path / "other")
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (folder / name).write_bytes((other / name).read_bytes())
        loaded = webhook.metrics()[_reloads("loaded")]
        _wait(lambda: webhook.metrics()[_reloads("loaded")] > loaded)
        review = admission_review({"nginx.conf": GOOD})
        with (
            webhook.client((folder / "client.crt", folder / "client.key")) as old,
            pytest.raises(httpx.TransportError),
        ):
            old.post(webhook.url, json=review)
        with webhook.client((other / "client.crt", other / "client.key")) as new:
            assert new.post(webhook.url, json=review).status_code == 200
    finally:
        webhook.stop()


def _reloads(outcome: str) -> str:
    return f'nginx_grpc_admission_certificate_reloads_total{{outcome="{outcome}"}}'


def _served(webhook: Webhook) -> bytes:
    connection = connect(webhook)
    connection.connect()
    served = connection.sock.getpeercert(True)
    connection.close()
    return served or b""


def _wait(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except KeyError:
            pass
        time.sleep(0.1)
    pytest.fail("waited in vain")


def test_readiness_is_opas(
    tmp_path: Path,
    bundle: Path,
    public_key: Path,
    start_webhook: Callable[..., Webhook],
) -> None:
    bundles = BundleServer(None)
    opa = Opa(tmp_path / "opa", bundles.url, public_key)
    (tmp_path / "opa" / "token").touch()
    try:
        webhook = start_webhook(opa.url, opa.folder / "token", ready=False)
        assert not webhook.ready()
        opa.start(ready=False)
        time.sleep(1.5)
        assert webhook.alive()
        assert not webhook.ready()  # OPA is up, its bundle is not
        answer = webhook.post(admission_review({"nginx.conf": GOOD}))
        assert answer.status_code == 500
        bundles.bundle = bundle.read_bytes()
        _wait(webhook.ready)
        assert webhook.review({"nginx.conf": GOOD})["allowed"] is True
        opa.kill()
        _wait(lambda: not webhook.ready())
        assert webhook.alive()
        opa.start()
        _wait(webhook.ready)
    finally:
        opa.stop()
        bundles.stop()


def test_a_wrong_token_is_an_error_and_not_ready(
    tmp_path: Path, opa: Opa, start_webhook: Callable[..., Webhook]
) -> None:
    (tmp_path / "token").write_text("wrong")
    webhook = start_webhook(opa.url, tmp_path / "token", ready=False)
    time.sleep(1)
    assert not webhook.ready()
    answer = webhook.post(admission_review({"nginx.conf": GOOD}))
    assert answer.status_code == 500
    assert "401" in answer.text


def test_it_stops_gracefully(opa: Opa, start_webhook: Callable[..., Webhook]) -> None:
    webhook = start_webhook(opa.url, opa.folder / "token", "--drain=1")
    results: list[object] = []

    def work() -> None:
        with webhook.client() as client:
            end = time.monotonic() + 0.8
            while time.monotonic() < end:
                review = admission_review({"nginx.conf": BAD})
                answer = client.post(webhook.url, json=review)
                results.append(answer.json()["response"]["allowed"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    workers = Path(f"/proc/{webhook.process.pid}/task/{webhook.process.pid}/children")
    pids = workers.read_text().split()
    webhook.process.signal(signal.SIGTERM)
    time.sleep(0.2)
    assert not webhook.ready()
    assert webhook.alive()
    for thread in threads:
        thread.join()
    assert webhook.process.wait(15) == 0
    assert len(results) > 8
    assert set(results) == {False}
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert webhook.logs()[-1]["message"] == "stopped"


def test_a_bad_start_is_one_line_and_exit_2(tmp_path: Path, certificates: Path, opa: Opa) -> None:
    import subprocess
    import sys

    def serve(**changed: str) -> str:
        arguments = {
            "certificate": str(certificates / "tls.crt"),
            "key": str(certificates / "tls.key"),
            "client-ca": str(certificates / "ca.crt"),
            "listen": "127.0.0.1:0",
            "probes": "127.0.0.1:0",
            **changed,
        }
        said = subprocess.run(
            [sys.executable, "-m", "nginx_grpc", "admission", "serve"]
            + [f"--{name}={value}" for name, value in arguments.items()],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert said.returncode == 2
        assert said.stdout == ""
        return said.stderr

    taken = opa.diagnostics.removeprefix("http://")
    assert "can't listen" in serve(listen=taken)
    assert "no certificate" in serve(certificate=str(tmp_path / "none"))
    assert "no certificate" in serve(key=str(certificates / "client.key"))
    assert "no CA" in serve(**{"client-ca": str(certificates / "tls.key")})
    assert "no address" in serve(opa="localhost")
    assert "no address" in serve(listen="8443")
