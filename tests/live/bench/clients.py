"""The three clients: C-core (grpcio), grpc-go and grpcurl. Retries are off unless asked for."""

import json
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import grpc

from . import text
from .programs import PROTO, grpc_bench, tool
from .tls import Certificate

CODES = {code.value[0]: code.name for code in grpc.StatusCode}
C_CORE, GRPC_GO, GRPCURL = "C-core", "grpc-go", "grpcurl"
KINDS = {
    "Hello": "unary_unary",
    "Watch": "unary_stream",
    "Upload": "stream_unary",
    "Chat": "stream_stream",
}
RETRY_ON_UNAVAILABLE = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.01s",
                "maxBackoff": "0.02s",
                "backoffMultiplier": 1,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}


@dataclass(frozen=True)
class Ask:
    """What a client is to call. `word` is the request's text, by which the server knows what to do
    (programs/go/orders.go); times are in seconds."""

    word: str = "hello"
    method: str = "Hello"
    calls: int = 1  # one after another
    clients: int = 1  # at once, each with a connection of its own
    at_once: int = 0  # calls of a client at the same time; grpc-go makes all at once
    every: float = 0  # from the start of a call to the start of the next
    deadline: float = 5
    send: int = 1  # messages on a client stream
    gap: float = 0  # between two of them, and after the last
    in_turn: bool = False  # each once the one before is answered, C-core alone
    pad: int = 0  # bytes added to each
    metadata: dict[str, str] = field(default_factory=dict)
    retry: bool = False  # three attempts while UNAVAILABLE
    tls: Certificate | None = None
    name: str = ""  # the name in the certificate, or the authority of a plaintext call
    subtype: str = ""  # content-type application/grpc+SUBTYPE, grpc-go alone
    gzip: bool = False  # messages are compressed, C-core alone


@dataclass(frozen=True)
class Outcome:
    """How one call ended."""

    code: str
    message: str
    seconds: float
    reply: str = ""
    replies: int = 0


@dataclass(frozen=True)
class Seen:
    """What one client saw."""

    client: str
    outcomes: list[Outcome]

    @property
    def codes(self) -> Counter:
        return Counter(outcome.code for outcome in self.outcomes)

    @property
    def code(self) -> str:
        """The code that all calls ended with; "OK, UNAVAILABLE" where they did not agree."""
        return ", ".join(sorted(self.codes))

    @property
    def message(self) -> str:
        """The first failed call's message."""
        return next((o.message for o in self.outcomes if o.code != "OK"), "")

    @property
    def reply(self) -> str:
        return self.outcomes[-1].reply

    @property
    def replies(self) -> int:
        return self.outcomes[-1].replies

    @property
    def seconds(self) -> float:
        """The longest call."""
        return max(outcome.seconds for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        return len(self.outcomes) - self.codes["OK"]


def call(address: str, word: str = "hello", **ask: object) -> Seen:
    """Call with grpcio. Keywords: the fields of Ask."""
    asked = Ask(word, **ask)
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=_client, args=(address, asked, outcomes), daemon=True)
        for _ in range(asked.clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join((asked.deadline + asked.every) * asked.calls + 10)
    assert len(outcomes) == asked.calls * asked.clients, "a call did not end"
    return Seen(C_CORE, outcomes)


def _client(address: str, ask: Ask, outcomes: list[Outcome]) -> None:
    with _channel(address, ask) as channel:
        invoke = getattr(channel, KINDS[ask.method])(
            f"/greeter.v1.Greeter/{ask.method}", text.encode, text.decode
        )
        if ask.at_once:
            with ThreadPoolExecutor(ask.at_once) as pool:
                outcomes += pool.map(lambda _: _once(invoke, ask), range(ask.calls))
            return
        start = time.monotonic()
        for turn in range(ask.calls):
            time.sleep(max(0, start + turn * ask.every - time.monotonic()))
            outcomes.append(_once(invoke, ask))


def _channel(address: str, ask: Ask) -> grpc.Channel:
    options = [
        ("grpc.enable_retries", int(ask.retry)),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_http_proxy", 0),
        ("grpc.max_receive_message_length", -1),
        ("grpc.initial_reconnect_backoff_ms", 100),
    ]
    if ask.gzip:
        options.append(("grpc.default_compression_algorithm", grpc.Compression.Gzip))
    if ask.retry:
        options.append(("grpc.service_config", json.dumps(RETRY_ON_UNAVAILABLE)))
    if ask.tls:
        options.append(("grpc.ssl_target_name_override", ask.name))
        trusted = grpc.ssl_channel_credentials(ask.tls.authority.read_bytes())
        return grpc.secure_channel(address, trusted, options)
    if ask.name:
        options.append(("grpc.default_authority", ask.name))
    return grpc.insecure_channel(address, options)


def _once(invoke, ask: Ask) -> Outcome:
    streams_out = KINDS[ask.method].startswith("stream")
    answered = threading.Semaphore(0)
    request = _messages(ask, answered) if streams_out else ask.word + " " * ask.pad
    replies: list[str] = []
    start = time.monotonic()
    code, message = "OK", ""
    try:
        answer = invoke(request, timeout=ask.deadline, metadata=[*ask.metadata.items()])
        for reply in [answer] if isinstance(answer, str) else answer:
            replies.append(reply)
            answered.release()
    except grpc.RpcError as error:
        code, message = error.code().name, error.details()
    return Outcome(
        code, message, time.monotonic() - start, replies[-1] if replies else "", len(replies)
    )


def _messages(ask: Ask, answered: threading.Semaphore) -> Iterator[str]:
    for _ in range(ask.send):
        yield ask.word + " " * ask.pad
        time.sleep(ask.gap)
        if ask.in_turn:
            answered.acquire(timeout=ask.deadline + 1)


def go_call(address: str, word: str = "hello", **ask: object) -> Seen:
    """Call with grpc-go. Keywords: the fields of Ask."""
    asked = asdict(Ask(word, **ask)) | {"tls": ask.get("tls")}
    flags = {
        "address": address,
        "text": word,
        "server-name": asked.pop("name"),
        "metadata": ",".join("=".join(pair) for pair in asked.pop("metadata").items()),
    }
    if secure := asked.pop("tls"):
        flags["ca"] = secure.authority
    for name in ("every", "deadline", "gap"):
        flags[name] = f"{asked.pop(name)}s"
    flags["at-once"] = bool(asked.pop("at_once"))
    del asked["in_turn"], asked["gzip"]
    flags |= {name: value for name, value in asked.items() if name != "word"}
    command = [grpc_bench(), "call", *(f"-{k}={_flag(v)}" for k, v in flags.items())]
    longest = (Ask(word, **ask).deadline + Ask(word, **ask).every) * asked["calls"] + 20
    done = subprocess.run(command, capture_output=True, text=True, timeout=longest)
    assert done.returncode == 0, done.stderr
    return Seen(GRPC_GO, [Outcome(**json.loads(line)) for line in done.stdout.splitlines()])


def _flag(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def grpcurl(address: str, word: str = "hello", **ask: object) -> Seen:
    """Call with grpcurl, one call. Keywords: method, deadline, send, metadata, tls, name, pad."""
    asked = Ask(word, **ask)
    command = [tool("grpcurl"), "-import-path", PROTO.parent, "-proto", PROTO.name]
    command += ["-max-time", str(asked.deadline), "-connect-timeout", "2"]
    command += ["-max-msg-sz", str(1 << 30), "-d", "@"]
    if asked.tls:
        command += ["-cacert", asked.tls.authority, "-servername", asked.name]
    else:
        command += ["-plaintext"] + (["-authority", asked.name] if asked.name else [])
    for pair in asked.metadata.items():
        command += ["-H", ": ".join(pair)]
    message = json.dumps({"text": word + " " * asked.pad})
    start = time.monotonic()
    done = subprocess.run(
        [*command, address, f"greeter.v1.Greeter/{asked.method}"],
        input=message * asked.send,
        capture_output=True,
        text=True,
        timeout=asked.deadline + 20,
    )
    seconds = time.monotonic() - start
    said = re.search(r"Message: (.*)", done.stderr)
    # grpcurl ends with 64 + code; before there is a call it ends with 1.
    code = CODES.get(done.returncode - 64 if done.returncode > 64 else done.returncode, "?")
    if done.returncode == 1:
        code = "NOT_CONNECTED"
    replies = re.findall(r'"text": "(.*)"', done.stdout)
    outcome = Outcome(
        code,
        said[1] if said else done.stderr.strip(),
        seconds,
        replies[-1] if replies else "",
        len(replies),
    )
    return Seen(GRPCURL, [outcome])


CLIENTS = {C_CORE: call, GRPC_GO: go_call, GRPCURL: grpcurl}
