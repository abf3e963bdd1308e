"""gRPC servers as people run them: grpc-go and C-core (grpcio)."""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import grpc

from . import text
from .programs import grpc_bench
from .tls import Certificate


class GoServer:
    """A running `grpc-bench serve`."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.connections = 0
        self.address = self._line().removeprefix("address ")
        self._reader = threading.Thread(target=self._count, daemon=True)
        self._reader.start()

    def _line(self) -> str:
        return self.process.stdout.readline().strip()

    def _count(self) -> None:
        while self._line() == "connection":
            self.connections += 1

    def settled_connections(self) -> int:
        """The connections accepted, once the number has not changed for 50 ms."""
        before = -1
        while before != self.connections:
            before = self.connections
            time.sleep(0.05)
        return self.connections

    def stop(self) -> None:
        self.process.stdin.close()  # it ends when its standard input does
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self._reader.join(5)
        self.process.stdout.close()


@contextmanager
def grpc_server(
    tls: Certificate | None = None, need_server_name: bool = False, **keepalive: str
) -> Iterator[GoServer]:
    """A grpc-go server. `keepalive` are max_connection_age, max_connection_age_grace,
    max_connection_idle and keepalive_time (the server's own pings), as Go durations ("2s")."""
    flags = [f"-{name.replace('_', '-')}={value}" for name, value in keepalive.items()]
    if tls:
        flags += ["-certificate", str(tls.certificate), "-key", str(tls.key)]
    if need_server_name:
        flags.append("-need-server-name")
    process = subprocess.Popen(
        [grpc_bench(), "serve", *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    server = GoServer(process)
    try:
        yield server
    finally:
        server.stop()


@dataclass(frozen=True)
class CoreServer:
    """A running grpcio server."""

    address: str


class _Greeter(grpc.GenericRpcHandler):
    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if details.method != "/greeter.v1.Greeter/Hello":
            return None
        return grpc.unary_unary_rpc_method_handler(self._hello, text.decode, text.encode)

    @staticmethod
    def _hello(request: str, context: grpc.ServicerContext) -> str:
        """Understands "delay=500ms" of the orders that programs/go/orders.go knows, and
        "details=4500": as many bytes of details in the trailers, as a rich error has them."""
        if details := re.search(r"details=(\d+)", request):
            context.set_trailing_metadata((("x-details-bin", bytes(int(details[1]))),))
        if delay := re.search(r"delay=(\d+)ms", request):
            time.sleep(int(delay[1]) / 1000)
        return request


@contextmanager
def c_core_server(address: str = "127.0.0.1:0") -> Iterator[CoreServer]:
    """A grpcio server; it knows Hello alone. `address` may also be unix:PATH."""
    with ThreadPoolExecutor(8) as pool:
        server = grpc.server(pool, handlers=[_Greeter()], options=[("grpc.so_reuseport", 0)])
        port = server.add_insecure_port(address)
        server.start()
        try:
            yield CoreServer(address.replace(":0", f":{port}"))
        finally:
            server.stop(0).wait(5)
