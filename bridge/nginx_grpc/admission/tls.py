"""TLS that takes renewed certificates without a restart, and speaks to known clients alone."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from typing import Any

from nginx_grpc.admission.metrics import Metrics
from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass

__all__ = ["Files", "ReloadingContext", "client_is"]

_LOG = logging.getLogger("nginx_grpc.admission")


@dataclass(frozen=True)
class Files:
    """PEM files: the server's certificate and key, and the CA that signs clients."""

    certificate: str
    key: str
    client_ca: str

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """What changes when a file does; a Secret's volume swaps a link, so links are followed."""
        stamps = []
        for path in (self.certificate, self.key, self.client_ca):
            status = os.stat(path)
            stamps.append((status.st_mtime_ns, status.st_ino, status.st_size))
        return tuple(stamps)

    def load(self) -> ssl.SSLContext:
        """A context for them. Raises Refused."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError):
            raise Refused(
                "no certificate with its key", "name PEM files", self.certificate
            ) from None
        try:
            context.load_verify_locations(self.client_ca)
        except (OSError, ssl.SSLError):
            raise Refused("no CA certificate", "name a PEM file", self.client_ca) from None
        return context


class ReloadingContext(ssl.SSLContext):
    """A context that each new connection takes from the files as they were last loaded.

    Loading into a context in use would replace its certificate, but only ever add to the CAs that
    it trusts; a CA that was taken out must be out.
    """

    files: Files
    current: ssl.SSLContext

    @classmethod
    def of(cls, files: Files) -> ReloadingContext:
        """Load files that must be good at the start. Raises Refused."""
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context.files = files
        context.current = files.load()
        return context

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """What asyncio calls for each connection."""
        return self.current.wrap_bio(*args, **kwargs)

    def expiry(self) -> float:
        """When the certificate ends, as Unix time; 0 where that can't be read."""
        try:
            # The one reader of a certificate's dates in the standard library.
            decoded = ssl._ssl._test_decode_cert(self.files.certificate)  # type: ignore[attr-defined]
            return float(ssl.cert_time_to_seconds(decoded["notAfter"]))
        except (OSError, ValueError, KeyError, AttributeError):
            return 0.0

    async def watch(self, metrics: Metrics, every: float) -> None:
        """Load the files anew whenever they change. Bad ones leave the old in place, and say so."""
        metrics.certificate_expiry.set(self.expiry())
        seen = self.files.stamp()
        while True:
            await asyncio.sleep(every)
            try:
                stamp = self.files.stamp()
                if stamp == seen:
                    continue
                self.current = self.files.load()
            except (OSError, Refused) as error:
                metrics.reloads.labels("failed").inc()
                _LOG.error("certificates not reloaded", extra={"fields": {"error": str(error)}})
                continue
            seen = stamp
            metrics.reloads.labels("loaded").inc()
            metrics.certificate_expiry.set(self.expiry())
            _LOG.info(
                "certificates reloaded",
                extra={"fields": {"expires_in_days": round((self.expiry() - time.time()) / 86400)}},
            )


def client_is(certificate: dict[str, Any] | None, names: frozenset[str]) -> bool:
    """Whether a client's certificate (as getpeercert gives it) is for one of the names.

    A name is a common name or a DNS name. With no names, any certificate of the CA will do.
    """
    if not certificate:
        return False
    if not names:
        return True
    said = {value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"}
    for part in certificate.get("subject", ()):
        said.update(value for kind, value in part if kind == "commonName")
    return not names.isdisjoint(said)
