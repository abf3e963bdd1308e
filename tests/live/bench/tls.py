"""Certificates for names under example.com, signed by an authority made for this test run."""

import atexit
import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificate:
    """PEM files: a certificate with its key, and the authority that signed it."""

    certificate: Path
    key: Path
    authority: Path


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory(prefix="certificates-")
    atexit.register(folder.cleanup)
    return folder


@functools.cache
def certificate(name: str, authority: str = "ours") -> Certificate:
    """A certificate for `name`; another authority's word makes it one that nobody trusts."""
    at = Path(_folder().name)
    files = Certificate(at / f"{name}.{authority}.pem", at / f"{name}.{authority}.key",
                        at / f"{authority}.pem")  # fmt: skip
    issued = _authority(authority).issue_cert(name)
    issued.private_key_pem.write_to_path(files.key)
    issued.cert_chain_pems[0].write_to_path(files.certificate)
    _authority(authority).cert_pem.write_to_path(files.authority)
    return files


@functools.cache
def _authority(name: str) -> trustme.CA:
    return trustme.CA()
