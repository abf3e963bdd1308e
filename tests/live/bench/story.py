"""A story: the fault with the configuration that a rule denies, and none with the accepted one."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import clients, web
from .clients import Seen
from .nginx import ConfigTest, Folder, Nginx, cut, folder, running
from .verdict import verdict

# Rules that the evidence profile denies although no call fails under them.
NO_CALL_FAILS = {"NG204", "NG402", "NG403"}


def every(code: str) -> dict[str, str]:
    """Each client's code, where they all see the same."""
    return dict.fromkeys(clients.CLIENTS, code)


def each(c_core: str, grpc_go: str, grpcurl: str) -> dict[str, str]:
    """Each client's code, where they differ."""
    return {clients.C_CORE: c_core, clients.GRPC_GO: grpc_go, clients.GRPCURL: grpcurl}


def is_proxied(codes: dict[str, str]) -> bool:
    """Whether these are the codes of calls that went out by proxy_pass to a gRPC server.

    Now and then the server leaves the connection open: then the client's deadline ends the call.
    """
    late = each("UNKNOWN", "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")
    soon = each("UNKNOWN", "INTERNAL", "INTERNAL")
    return all(code in (soon[client], late[client]) for client, code in codes.items())


def grpc_settings(**default: object) -> dict:
    """Settings that say of all gRPC servers what `default` says: max_connection_idle="1s" ..."""
    return {"grpc": {"default": default}}


class Stage(Nginx):
    """A running nginx whose clients' fate goes into the record."""

    record: dict

    def call(self, word: str = "hello", **ask: object) -> Seen:
        """Call through nginx with grpcio; keywords are the fields of clients.Ask."""
        return self._seen(clients.call(self.address, word, **ask))

    def go_call(self, word: str = "hello", **ask: object) -> Seen:
        """The same with grpc-go."""
        return self._seen(clients.go_call(self.address, word, **ask))

    def grpcurl(self, word: str = "hello", **ask: object) -> Seen:
        """The same with grpcurl."""
        return self._seen(clients.grpcurl(self.address, word, **ask))

    def codes(self, word: str = "hello", **ask: object) -> dict[str, str]:
        """The same with each client: {"C-core": "OK", ...}."""
        seen = [each(self, word, **ask) for each in (Stage.call, Stage.go_call, Stage.grpcurl)]
        return {one.client: one.code for one in seen}

    def noted(self, what: str, word: str = "hello", **ask: object) -> dict[str, str]:
        """The same as a note: for calls whose messages say nothing of the cause."""
        seen = [each(self.address, word, **ask) for each in clients.CLIENTS.values()]
        self.record["failed"] |= any(one.failed for one in seen)
        self.note(what, ", ".join(f"{one.client} {one.code}" for one in seen))
        return {one.client: one.code for one in seen}

    def web(self, listener: str, method: str = "GET") -> int:
        """The status that a request of HTTP/1.1 to a listener's name gets; 0 for no HTTP answer."""
        status = web.status_of(self.names[listener], method)
        self.note(f"{method} of HTTP/1.1 gets", status)
        self.record["failed"] |= not 100 <= status < 500
        return status

    def messages(self) -> dict[str, str]:
        """Each client's message of its last call."""
        return {one["client"]: one["message"] for one in self.record["clients"]}

    def _seen(self, seen: Seen) -> Seen:
        one = {"client": seen.client, "code": seen.code, "message": self.first_line(seen.message)}
        told = next((t for t in self.record["clients"] if one.items() <= t.items()), None)
        if told is None:
            told = one | {"calls": {}}
            self.record["clients"].append(told)
        told["calls"] = dict(sorted((seen.codes + Counter(told["calls"])).items()))
        self.record["failed"] |= bool(seen.failed)
        return seen

    def logged(self, *texts: str, within: float = 3.0) -> str:
        line = super().logged(*texts, within=within)
        self.record["log"].append(self.nameless(line))
        return line

    def note(self, what: str, value: object) -> None:
        """Put what is no call into the record: connections counted, the server reached."""
        self.record["notes"][what] = value

    def first_line(self, text: str) -> str:
        return self.nameless(text).partition("\n")[0]

    def nameless(self, text: str) -> str:
        """The text without what differs from run to run."""
        for name, value in self.names.items():
            text = text.replace(value, name)
        text = text.replace(f"{self.folder.path}/", "")
        return re.sub(r"(127\.0\.0\.1|localhost):\d+", "ADDRESS", text).strip()


class Story:
    """What one test tells about one rule on one version of nginx."""

    def __init__(self, rule: str, version: str, name: str, says: str) -> None:
        self.rule, self.version = rule, version
        self.denied_stages: list[dict] = []
        self.accepted_stages: list[dict] = []
        self.denied_by_evidence = False
        self.record = {
            "rule": rule,
            "story": name,
            "says": says,
            "nginx": version,
            "denied": self.denied_stages,
            "accepted": self.accepted_stages,
        }

    @contextmanager
    def denied(self, conf: str, settings: dict | None = None, **names: object) -> Iterator[Stage]:
        """Run nginx with `conf`, of which the rule has to speak; or of `manifest`, of which it was
        made."""
        manifest = str(names.pop("manifest", ""))
        with folder(conf, self.version, names) as here:
            self._is_denied(_asked(here, manifest), settings)
            with self._stage(here, self.denied_stages, manifest or here.text, settings) as stage:
                yield stage

    @contextmanager
    def accepted(self, conf: str, settings: dict | None = None, **names: object) -> Iterator[Stage]:
        """Run nginx with `conf`, of which the rule has to be silent; or of `manifest`, of which it
        was made."""
        manifest = str(names.pop("manifest", ""))
        with folder(conf, self.version, names) as here:
            self._is_accepted(_asked(here, manifest), settings)
            with self._stage(here, self.accepted_stages, manifest or here.text, settings) as stage:
                yield stage

    def denied_text(self, conf: str, settings: dict | None = None, **names: object) -> ConfigTest:
        """`nginx -t` on `conf`, of which the rule has to speak."""
        with folder(conf, self.version, names) as here:
            self._is_denied(here.conf, settings)
            return self._tested(here, self.denied_stages, settings)

    def accepted_text(self, conf: str, settings: dict | None = None, **names: object) -> ConfigTest:
        """`nginx -t` on `conf`, of which the rule has to be silent."""
        with folder(conf, self.version, names) as here:
            self._is_accepted(here.conf, settings)
            return self._tested(here, self.accepted_stages, settings)

    def _is_denied(self, asked: Path, settings: dict | None) -> None:
        assert self.rule in verdict(asked, self.version, settings)
        strict = verdict(asked, self.version, settings, profile="evidence")
        self.denied_by_evidence |= strict.get(self.rule) == "deny"

    def _is_accepted(self, asked: Path, settings: dict | None) -> None:
        assert self.rule not in verdict(asked, self.version, settings)

    @contextmanager
    def _stage(
        self, here: Folder, stages: list[dict], conf: str, settings: dict | None
    ) -> Iterator[Stage]:
        with running(here, Stage) as stage:
            stage.record = _record(conf, settings)
            stages.append(stage.record)
            yield stage

    def _tested(self, here: Folder, stages: list[dict], settings: dict | None) -> ConfigTest:
        said = here.test()
        record = _record(here.text, settings)
        record["failed"] = not said.ok  # where nginx does not start, every call fails
        lines = [cut(line).replace(f"{here.path}/", "") for line in said.said.splitlines()]
        record["nginx -t"] = [line.removeprefix("nginx: ") for line in lines if "[" in line]
        stages.append(record)
        return said

    def check_evidence(self) -> None:
        """The evidence profile denies only what makes a client's call fail."""
        if self.denied_by_evidence and self.rule not in NO_CALL_FAILS:
            assert any(stage["failed"] for stage in self.denied_stages), (
                f"the evidence profile denies by {self.rule}, and no client failed here"
            )


def _asked(here: Folder, manifest: str) -> Path:
    """What the check is asked of."""
    if not manifest:
        return here.conf
    path = here.path / "ingress.yaml"
    path.write_text(manifest)
    return path


def _record(conf: str, settings: dict | None) -> dict:
    return {
        "conf": conf.strip("\n"),
        "settings": settings or {},
        "clients": [],
        "failed": False,
        "log": [],
        "notes": {},
    }
