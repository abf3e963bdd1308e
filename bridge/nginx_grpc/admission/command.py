"""`nginx-grpc admission serve`: arguments to options."""

from __future__ import annotations

import argparse
from typing import Any

from nginx_grpc.errors import Refused

__all__ = ["add_parser", "run"]

# A thousand findings, more than anyone reads; and what is asked at once. Both bound what the one
# process in front of the workers has to hold and to read.
_ANSWER = 1024 * 1024
_CONNECTIONS = 16


def add_parser(subparsers: Any) -> None:
    """Add `admission` to the command line. Imports nothing that the webhook needs."""
    admission = subparsers.add_parser("admission", help="the admission webhook", allow_abbrev=False)
    commands = admission.add_subparsers(dest="admission_command", required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="answer AdmissionReviews from a Kubernetes API server",
        allow_abbrev=False,
        description="Judges nginx configurations in ConfigMaps, and Ingress objects, with an OPA "
        "that holds the policy's signed bundle.",
    )
    serve.add_argument(
        "--listen", default="0.0.0.0:8443", metavar="HOST:PORT", help="default: %(default)s"
    )
    serve.add_argument(
        "--probes",
        default="0.0.0.0:8081",
        metavar="HOST:PORT",
        help="plain HTTP for /livez, /readyz and /metrics (default: %(default)s)",
    )
    serve.add_argument(
        "--certificate", required=True, metavar="FILE", help="PEM, read again when renewed"
    )
    serve.add_argument("--key", required=True, metavar="FILE", help="its key")
    serve.add_argument(
        "--client-ca",
        required=True,
        metavar="FILE",
        help="the CA that signs the API server's certificate",
    )
    serve.add_argument(
        "--client-name",
        action="append",
        default=[],
        metavar="NAME",
        help="common name or DNS name that the client's certificate must have; may be repeated",
    )
    serve.add_argument(
        "--opa",
        default="unix:///run/opa/opa.sock",
        metavar="URL",
        help="unix:///PATH, http://HOST:PORT or https://HOST:PORT (default: %(default)s)",
    )
    serve.add_argument(
        "--opa-token", metavar="FILE", help="the token that OPA's system.authz asks for"
    )
    serve.add_argument("--opa-ca", metavar="FILE", help="the CA of an https OPA")
    serve.add_argument(
        "--key-glob",
        action="append",
        default=[],
        metavar="GLOB",
        help="keys whose entries are nginx text (default: nginx.conf, *nginx*.conf), beside every "
        "entry that names grpc_pass or proxy_pass; may be repeated",
    )
    serve.add_argument(
        "--ignore-key",
        action="append",
        default=[],
        metavar="GLOB",
        help="keys whose entries are never nginx text; may be repeated",
    )
    serve.add_argument("--secrets", action="store_true", help="judge Secrets too")
    serve.add_argument(
        "--ingress-nginx",
        default="",
        metavar="NAMESPACE/NAME",
        help="judge Ingress objects of ingress-nginx, and changes of its ConfigMap, which this is",
    )
    serve.add_argument(
        "--controller-configmap",
        default="",
        metavar="DIR",
        help="the folder that this ConfigMap is mounted in (default: what it does not say holds)",
    )
    serve.add_argument(
        "--deadline",
        type=_seconds,
        default=2.0,
        metavar="SECONDS",
        help="in which every request is answered; less than timeoutSeconds (default: 2)",
    )
    serve.add_argument(
        "--workers", type=_count, default=2, metavar="N", help="processes that bridge (default: 2)"
    )
    serve.add_argument(
        "--in-flight",
        type=_count,
        default=100,
        metavar="N",
        help="requests at once; more are shed (default: 100)",
    )
    serve.add_argument(
        "--drain",
        type=_seconds,
        default=5.0,
        metavar="SECONDS",
        help="how long it still answers after SIGTERM, no longer ready (default: 5)",
    )
    serve.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    serve.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM. Returns the exit status; raises Refused for a bad start."""
    try:
        from nginx_grpc.admission import log
        from nginx_grpc.admission.options import Options
        from nginx_grpc.admission.serve import Listening, serve
        from nginx_grpc.admission.tls import Files
        from nginx_grpc.client import OpaServer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "nginx_grpc":
            raise
        raise Refused(
            f"the webhook needs {error.name}", "pip install 'nginx-grpc-policy[admission]'"
        ) from None
    opa = OpaServer(
        arguments.opa,
        token_file=arguments.opa_token or "",
        ca_file=arguments.opa_ca,
        timeout=arguments.deadline,
        max_answer=_ANSWER,
        connections=_CONNECTIONS,
        revision_required=True,
    )
    if arguments.controller_configmap and not arguments.ingress_nginx:
        raise Refused("--controller-configmap without --ingress-nginx", "say whose it is")
    if arguments.ingress_nginx and arguments.ingress_nginx.count("/") != 1:
        raise Refused(f"--ingress-nginx {arguments.ingress_nginx}", "write NAMESPACE/NAME")
    defaults = Options(opa)
    options = Options(
        opa,
        keys=tuple(arguments.key_glob) or defaults.keys,
        ignored_keys=tuple(arguments.ignore_key),
        secrets=arguments.secrets,
        ingress_nginx=arguments.ingress_nginx,
        controller_configmap=arguments.controller_configmap,
        deadline=arguments.deadline,
        bridge_seconds=0.6 * arguments.deadline,
        waiting_seconds=0.6 * arguments.deadline,
        workers=arguments.workers,
        in_flight=arguments.in_flight,
    )
    listening = Listening(
        address=_address(arguments.listen, "--listen"),
        probes=_address(arguments.probes, "--probes"),
        files=Files(arguments.certificate, arguments.key, arguments.client_ca),
        clients=frozenset(arguments.client_name),
        drain_seconds=arguments.drain,
    )
    log.setup(arguments.log_level)
    return serve(options, listening)


def _address(text: str, flag: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Refused(f"{flag} {text} is no address", "write HOST:PORT")
    return host.strip("[]"), int(port)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 30:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds above 0, 30 at most")
    return value


def _count(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to 10000")
    return value
