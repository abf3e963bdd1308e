"""What the webhook is told when it starts. Nothing of it comes from an object under review."""

from __future__ import annotations

from nginx_grpc.client import OpaServer
from nginx_grpc.records import dataclass, field

__all__ = ["CHECK_LABEL", "Options"]

#: A ConfigMap with this label set to "true" has all its keys read as nginx text.
CHECK_LABEL = "nginx-grpc.policy/check"


@dataclass(frozen=True)
class Options:
    """Limits and places of the webhook.

    Args:
        opa: the OPA server that decides.
        keys: globs; an entry whose key matches one is nginx text. So is a text that names
            grpc_pass or proxy_pass, whatever its key.
        ignored_keys: globs; an entry whose key matches one is not, whatever it holds.
        secrets: whether Secrets are judged; a review of one is denied otherwise.
        ingress_nginx: the ConfigMap of ingress-nginx, NAMESPACE/NAME: Ingress objects are judged,
            and it is; empty: a review of an Ingress is denied.
        controller_configmap: the folder that this ConfigMap is mounted in; empty for none.
        deadline: seconds in which every request is answered.
        bridge_seconds: seconds that the bridge may take for one object.
        body_bytes: what an AdmissionReview may have.
        text_bytes: what one configuration may have.
        buffered_bytes: what all requests together may hold unread.
        in_flight: requests taken in at once; more are shed.
        waiting_seconds: how long the first in line may have waited before newcomers are shed.
        asked_at_once: reviews that are past the workers, with OPA.
        workers: processes that bridge.
        worker_bytes: the address space of one.
        worker_jobs: after how many objects a worker is replaced.
        findings_shown: findings in the message of a denial.
    """

    opa: OpaServer
    keys: tuple[str, ...] = ("nginx.conf", "*nginx*.conf")
    ignored_keys: tuple[str, ...] = ()
    secrets: bool = False
    ingress_nginx: str = ""
    controller_configmap: str = ""
    deadline: float = 2.0
    bridge_seconds: float = 1.2
    body_bytes: int = 8 * 1024 * 1024
    text_bytes: int = 1024 * 1024
    buffered_bytes: int = 16 * 1024 * 1024
    in_flight: int = 100
    waiting_seconds: float = 1.2
    asked_at_once: int = 4
    workers: int = 2
    worker_bytes: int = 144 * 1024 * 1024
    worker_jobs: int = 5000
    findings_shown: int = 20
    ready_seconds: float = field(default=1.0)
