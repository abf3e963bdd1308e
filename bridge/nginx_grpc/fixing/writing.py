"""Files written so that nothing is lost: all are ready before the first one is put in place.

Each is written beside the old one, with its mode and its owner, flushed to the disk, and then
renamed over it.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass
from nginx_grpc.sources.disk import inside

__all__ = ["write"]


@dataclass(frozen=True, slots=True)
class _Staged:
    name: str
    real: str
    ready: str

    @property
    def old(self) -> str:
        """The name that what was there has until all are in place."""
        return f"{self.ready}.old"


def write(
    files: Mapping[str, tuple[bytes, bytes]], roots: Sequence[str], names: Mapping[str, str]
) -> None:
    """Put new bytes into files.

    Args:
        files: what a file holds, as it was read, and what it is to hold, by its real path.
        roots: the folders that a file may be in, as real paths.
        names: a file's name for a reader, by its real path.

    Raises Refused where one of them can't be written; then none is.
    """
    staged: list[_Staged] = []
    try:
        for real, (before, after) in files.items():
            staged.append(_stage(real, before, after, roots, names.get(real, real)))
        for each in staged:
            _unchanged(each.real, files[each.real][0], each.name)
        _put(staged)
    finally:
        for each in staged:
            with suppress(OSError):
                os.unlink(each.ready)
    for folder in {os.path.dirname(each.real) for each in staged}:
        _flush(folder)


def _put(staged: Sequence[_Staged]) -> None:
    """Renames them all, or takes back those that were."""
    done: list[_Staged] = []
    try:
        for each in staged:
            try:
                os.link(each.real, each.old, follow_symlinks=False)
                os.replace(each.ready, each.real)
            except OSError as error:
                for back in reversed(done):
                    os.replace(back.old, back.real)
                raise _refused(each.name, error) from None
            done.append(each)
    finally:
        for each in staged:
            with suppress(OSError):
                os.unlink(each.old)


def _stage(real: str, before: bytes, after: bytes, roots: Iterable[str], name: str) -> _Staged:
    if not inside(real, roots):
        raise Refused("it is a link out of the folder", "nothing was written; see --root", name)
    _unchanged(real, before, name)
    folder = os.path.dirname(real)
    ready = ""
    try:
        found = os.stat(real, follow_symlinks=False)
        # Root may write what nobody is to write.
        if not found.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, "it is read-only")
        if found.st_nlink > 1:
            raise Refused(
                "it has a second name (a hard link), which would keep the old text",
                "nothing was written; take the diff",
                name,
            )
        handle, ready = tempfile.mkstemp(prefix=".nginx-grpc-", dir=folder)
        with open(handle, "wb") as file:
            file.write(after)
            file.flush()
            own = os.fstat(file.fileno())
            if (found.st_uid, found.st_gid) != (own.st_uid, own.st_gid):
                os.fchown(file.fileno(), found.st_uid, found.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(found.st_mode))
            _copy_attributes(real, file.fileno())
            os.fsync(file.fileno())
    except OSError as error:
        if ready:
            with suppress(OSError):
                os.unlink(ready)
        raise _refused(name, error) from None
    return _Staged(name, real, ready)


def _copy_attributes(real: str, handle: int) -> None:
    """Extended attributes (an SELinux label, an ACL), where the system has them."""
    if not hasattr(os, "listxattr"):
        return
    with suppress(OSError):
        for attribute in os.listxattr(real):
            with suppress(OSError):
                os.setxattr(handle, attribute, os.getxattr(real, attribute))


def _unchanged(real: str, before: bytes, name: str) -> None:
    try:
        handle = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            same = stat.S_ISREG(os.fstat(handle).st_mode) and file.read() == before
    except OSError as error:
        raise _refused(name, error) from None
    if not same:
        raise Refused("it was changed in the meantime", "nothing was written; try again", name)


def _refused(name: str, error: OSError) -> Refused:
    why = (error.strerror or "it can't be written").lower()
    return Refused(f"it can't be written: {why}", "nothing was written; take the diff", name)


def _flush(folder: str) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
