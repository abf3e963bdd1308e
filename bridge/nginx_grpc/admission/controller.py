"""ingress-nginx's ConfigMap as the webhook has it: a folder that it is mounted in."""

from __future__ import annotations

import json
import os
import time

from nginx_grpc.errors import Refused

__all__ = ["ControllerSettings"]

_EVERY = 1.0
_BYTES = 1024 * 1024


class ControllerSettings:
    """The keys of a mounted ConfigMap, read again where they changed.

    Args:
        folder: where it is mounted; empty for none, then the controller's defaults are assumed.

    Raises Refused where it can't be read when this starts.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._read_at = 0.0
        self._text = b"null"
        if folder:
            self._text = self._read()

    def text(self) -> bytes:
        """The keys and their values as JSON, `null` without any; at most a second old. While they
        can't be read, the last that could be."""
        now = time.monotonic()
        if self._folder and now - self._read_at > _EVERY:
            try:
                self._text = self._read()
            except Refused:
                self._read_at = now
        return self._text

    def _read(self) -> bytes:
        self._read_at = time.monotonic()
        values: dict[str, str] = {}
        size = 0
        try:
            for name in sorted(os.listdir(self._folder)):
                path = os.path.join(self._folder, name)
                if name.startswith(".") or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    data = file.read(_BYTES + 1)
                size += len(data)
                values[name] = data.decode()
        except (OSError, UnicodeDecodeError):
            raise Refused("it can't be read", "mount the ConfigMap there", self._folder) from None
        if size > _BYTES:
            raise Refused(f"more than {_BYTES:,} bytes", "mount the ConfigMap there", self._folder)
        # A ConfigMap that is not there yet is an empty folder.
        return json.dumps(values or None).encode("ascii")
