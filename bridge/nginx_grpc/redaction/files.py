"""The redacted files of a run, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping

from nginx_grpc.errors import Refused

__all__ = ["below", "write_folder"]


def below(names: list[str], given: list[str]) -> dict[str, str]:
    """Each file's path in the folder that is written: below what they have in common.

    Args:
        names: the files.
        given: the folders among what was given, which are the top of what is in them.
    """
    if not names:
        return {}
    real = {name: os.path.abspath(name) for name in names}
    folders = [os.path.abspath(path) for path in given if os.path.isdir(path)]
    top = os.path.commonpath([*folders, *(os.path.dirname(path) for path in real.values())])
    return {name: os.path.relpath(path, top) for name, path in real.items()}


def write_folder(folder: str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made, or is empty. Raises Refused."""
    try:
        os.makedirs(folder, exist_ok=True)
        if os.listdir(folder):
            raise Refused("the folder is not empty", "name a new one", folder)
        for name, data in sorted(files.items()):
            path = os.path.join(folder, name)
            if os.path.isabs(name) or os.pardir in name.split(os.sep):
                raise Refused("a file outside of the folder", "give the folder that holds it", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            handle = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
            )
            with open(handle, "wb") as file:
                file.write(data)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "failed").lower()
        raise Refused(f"can't write: {reason}", "name another folder", folder) from None
