"""The process that bridges: it reads hostile text, so it can be killed, and can open nothing.

On standard input one job after the other, on standard output one result each:
    job     4 bytes length of the data of ingress-nginx's ConfigMap as JSON (`null` for none),
            4 bytes length of an AdmissionReview, both as they came
    result  4 bytes length of the head, 4 bytes length of the documents, the head as JSON,
            the documents as the JSON that the policy takes ("" where there are none)
A first result with an empty head says that the worker is ready; `failed` in it says why it is not.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import time
from itertools import islice
from typing import Any, BinaryIO

from nginx_grpc import documents
from nginx_grpc.admission import bridging, ingresses
from nginx_grpc.admission.objects import find
from nginx_grpc.admission.review import MalformedReviewError, Review, read
from nginx_grpc.errors import Refused

__all__ = ["DOCUMENT_BYTES", "command", "main"]

#: What the documents of one object may have. OPA takes 0.8 s and 70 MiB for 1.5 MB of them: more
#: can't be judged in the time of an admission, and would keep it from judging others.
DOCUMENT_BYTES = 2 * 1024 * 1024
_REFUSALS = 50
_UNREAD = 5
_PAGE_KIB = resource.getpagesize() // 1024


def command(options: dict[str, Any]) -> list[str]:
    """The command line of a worker. It finds this package where this process found it."""
    program = (
        "import json, sys; a = json.loads(sys.argv[1]); sys.path[:] = a['path'];"
        "from nginx_grpc.admission.worker import main; main(a['options'])"
    )
    path = [entry for entry in sys.path if entry]
    argument = json.dumps({"path": path, "options": options})
    return [sys.executable, "-I", "-c", program, argument]


def main(options: dict[str, Any]) -> None:
    """Serve jobs until standard input ends."""
    jobs, results = sys.stdin.buffer, sys.stdout.buffer
    try:
        bridging.warm()
        if options["ingress_nginx"]:
            ingresses.warm()
        memory = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        _confine(options["address_space"])
    except Exception as error:  # noqa: BLE001  # told to the parent, which logs it
        _send(results, {"failed": f"{type(error).__name__}: {error}"}, "")
        return
    _send(results, {}, "")
    while True:
        lengths = jobs.read(8)
        if len(lengths) < 8:
            return
        given, length = struct.unpack(">II", lengths)
        settings = json.loads(jobs.read(given))
        body = jobs.read(length)
        start = time.monotonic()
        try:
            head, text = _result(body, {**options, "settings": settings})
        except MemoryError:
            head, text = {"outcome": "overrun"}, ""
        del body
        head["seconds"] = time.monotonic() - start
        # Not ru_maxrss: that remembers the parent's, from before the exec.
        head["resident_kib"] = int(os.pread(memory, 256, 0).split()[1]) * _PAGE_KIB
        _send(results, head, text)


def _confine(address_space: int) -> None:
    """No memory beyond a bound, and no file, socket or pipe beyond those that are open."""
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Lowered below what is open, it leaves these usable and forbids every other.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    if os.geteuid() != 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _result(body: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    try:
        review = read(body)
    except MalformedReviewError as error:
        return {"outcome": "malformed", "what": str(error)}, ""
    head: dict[str, Any] = {
        "uid": review.uid,
        "kind": review.kind,
        "namespace": review.namespace,
        "name": review.name,
        "operation": review.operation,
        "entries": 0,
    }
    try:
        outcome, text = _judge(review, options, head)
    except MalformedReviewError as error:  # the envelope is sound, the object in it is not
        outcome, text = "refused", ""
        head["refusals"] = [{"key": "", "line": 0, "what": str(error), "hint": "mend the object"}]
    except (MemoryError, RecursionError):
        outcome, text = "overrun", ""
    return {**head, "outcome": outcome}, text


def _judge(review: Review, options: dict[str, Any], head: dict[str, Any]) -> tuple[str, str]:
    if review.operation in ("DELETE", "CONNECT"):
        return "nothing", ""
    name = options["ingress_nginx"]
    if name and (review.kind == ingresses.KIND or ingresses.is_settings(review, name)):
        return _judge_objects(review, options, head)
    if review.kind not in ("ConfigMap", "Secret"):
        return "other_kind", ""
    if review.kind == "Secret" and not options["secrets"]:
        return "secret", ""
    entries = find(review, options["keys"], options["ignored_keys"])
    head["entries"] = len(entries.judged)
    refusals: list[dict[str, Any]] = [
        {"key": key, "line": 0, "what": what, "hint": "encode it as base64"}
        for key, what in entries.unreadable.items()
    ]
    limit = options["text_bytes"]
    for key in entries.judged:
        if len(entries.texts[key]) > limit:
            what = f"more than {limit} bytes"
            refusals.append({"key": key, "line": 0, "what": what, "hint": "split it"})
    if not refusals:
        try:
            bridged = bridging.bridge(entries.texts, set(entries.judged))
            head["unread"] = [
                _refusal(key, refused) for key, refused in islice(bridged.unread.items(), _UNREAD)
            ]
            if not entries.judged:
                return "nothing", ""
            built = documents.build(bridged.configurations, validated=False)
            text = documents.as_json(built)
            return ("documents", text) if len(text) <= DOCUMENT_BYTES else ("overrun", "")
        except Refused as refused:
            refusals.append(_refusal(refused.file, refused))
    head["refusals"] = refusals[:_REFUSALS]
    return "refused", ""


def _judge_objects(
    review: Review, options: dict[str, Any], head: dict[str, Any]
) -> tuple[str, str]:
    """An Ingress, or the ConfigMap of its controller."""
    try:
        found = ingresses.configurations(review, options["settings"], options["ingress_nginx"])
        if not found:
            return "nothing", ""
        head["entries"] = len(found)
        text = documents.as_json(documents.build(found, validated=False))
        return ("documents", text) if len(text) <= DOCUMENT_BYTES else ("overrun", "")
    except Refused as refused:
        head["refusals"] = [{**_refusal("", refused), "line": 0}]
    return "refused", ""


def _refusal(key: str, refused: Refused) -> dict[str, Any]:
    return {"key": key, "line": refused.line, "what": refused.what, "hint": refused.hint}


def _send(results: BinaryIO, head: dict[str, Any], text: str) -> None:
    head_bytes = json.dumps(head).encode("ascii") if head else b""
    text_bytes = text.encode("ascii")
    results.write(struct.pack(">II", len(head_bytes), len(text_bytes)))
    results.write(head_bytes)
    results.write(text_bytes)
    results.flush()
