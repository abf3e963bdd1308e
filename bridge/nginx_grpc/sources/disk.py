"""Files from disk: regular ones only, within bounds, and never a wait."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from nginx_grpc.expressions import expression
from nginx_grpc.sources import glob
from nginx_grpc.sources.includes import Library, NoFolderError, Text, UnreadError
from nginx_grpc.sources.interface import ReadOptions

__all__ = ["DiskLibrary", "inside", "read_regular"]

# Regular files by their mode, but made by the kernel while they are read.
_SYSTEM = ("/dev", "/proc", "/sys")
# The folders that nginx.conf includes from, by the names that they usually have.
_INCLUDED = expression(r"[\w.-]*\.d\Z|(?:sites|conf|streams?)-(?:available|enabled)\Z|v?hosts\Z")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_regular(path: str, limit: int, overlay: Mapping[str, bytes] | None = None) -> bytes:
    """The content of a regular file of at most `limit` bytes; UnreadError says why not.

    `path` may be a link; a pipe or a device is not waited for. `overlay`: see ReadOptions.
    """
    try:
        if not path:
            raise UnreadError("no such file")
        # A document names it, and is UTF-8.
        path.encode()
        real = os.path.realpath(path)
        if inside(real, _SYSTEM):
            raise UnreadError("no regular file")
        if overlay and real in overlay:
            if len(overlay[real]) > limit:
                raise UnreadError(f"larger than {limit:,} bytes")
            return overlay[real]
        # The real path holds no link: one put there since is not followed.
        handle = os.open(
            real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
        )
    except (OSError, ValueError) as error:
        raise UnreadError(_why(error)) from None
    try:
        found = os.fstat(handle)
        for test, kind in _KINDS:
            if test(found.st_mode):
                raise UnreadError(f"{kind}, no regular file")
        if found.st_size > limit:
            raise UnreadError(f"larger than {limit:,} bytes")
        with open(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UnreadError(_why(error)) from None
    finally:
        os.close(handle)
    if len(data) > limit:
        raise UnreadError(f"larger than {limit:,} bytes")
    return data


class DiskLibrary(Library):
    """Includes of a file on disk, confined to folders.

    Args:
        folder: the main file's folder, as it was given ("" is the current one).
        options: prefix, root, maps and limits.
        whole: whether that file is a whole nginx.conf; asked only where a file includes another.
            Relative includes start from its folder, and nobody says where it is for a part that it
            includes: without a prefix that is a guess.
    """

    def __init__(
        self, folder: str, options: ReadOptions, *, whole: Callable[[], bool] = lambda: True
    ) -> None:
        self._folder = folder
        self._given_prefix = options.prefix
        self._whole = whole
        self._limits = options.limits
        self._overlay = options.overlay
        self._given_maps = options.maps
        # What the user names is as good as the root.
        allowed = [options.root or folder, *options.maps.values()]
        if options.prefix:
            allowed.append(options.prefix)
        self._roots = tuple(os.path.realpath(root or ".") for root in allowed)
        self._named = tuple(os.path.abspath(root or ".") for root in allowed)
        self._root = options.root or folder or "."
        self._names = 0

    @cached_property
    def certain(self) -> bool:  # type: ignore[override]
        """See Library."""
        return bool(self._given_prefix) or self._whole()

    @cached_property
    def _prefix(self) -> str:
        return self._given_prefix or (self._folder if self.certain else _above(self._folder))

    @cached_property
    def _maps(self) -> dict[str, str]:
        maps = {path.rstrip("/") or "/": where for path, where in self._given_maps.items()}
        return {"/etc/nginx": self._prefix, **maps}

    def find(self, include: str) -> list[str]:
        """See Library. A name is the file's path as a reader should see it."""
        base, rest = self._place(include)
        try:
            if not glob.is_pattern(os.fsencode(include)):
                return [_shown(os.path.join(base, rest))]
            # The folder may hold signs of a pattern too; only the include's are meant as such.
            parts = [part for part in os.fsencode(rest).split(b"/") if part]
            folder = os.fsencode(base)
            while not glob.is_pattern(parts[0]) and b"\\" not in parts[0]:
                folder = os.path.join(folder, parts.pop(0))
            self._confine(os.fsdecode(folder))
            if not os.path.lexists(folder or b".") and not self._is_at_home(include, folder):
                raise NoFolderError
            found = glob.expand(
                parts,
                lambda path: self._list(os.path.join(folder, path)),
                lambda path: self._exists(os.path.join(folder, path)),
            )
            return [_shown(os.fsdecode(os.path.join(folder, path))) for path in found]
        except ValueError:
            raise UnreadError("its name can't be opened") from None

    def load(self, name: str) -> Text:
        """See Library."""
        self._confine(name)
        try:
            data = read_regular(name, self._limits.file_bytes, self._overlay)
            return Text(name, data, name)
        except UnreadError as error:
            raise UnreadError(str(error), elsewhere=not os.path.lexists(name)) from None

    def _place(self, include: str) -> tuple[str, str]:
        """The folder that an include's path starts from, and the rest of the path."""
        if not include.startswith("/"):
            return self._prefix, include
        for path in sorted(self._maps, key=len, reverse=True):
            if include == path or include.startswith(path.rstrip("/") + "/"):
                return self._maps[path], include[len(path.rstrip("/")) :].lstrip("/")
        return "/", include.lstrip("/")

    @staticmethod
    def _is_at_home(include: str, folder: bytes) -> bool:
        """Whether a folder was looked for in the very place where nginx would look."""
        if not include.startswith("/"):
            return inside(os.path.realpath(os.fsdecode(folder)), ("/etc/nginx",))
        return inside(os.path.abspath(include), (os.path.realpath(os.fsdecode(folder)),))

    def _confine(self, path: str) -> None:
        try:
            real = os.path.realpath(path or ".")
        except (OSError, ValueError) as error:
            raise UnreadError(_why(error)) from None
        if not inside(real, self._roots):
            # A link in the folder is here, whatever it leads to.
            named = os.path.abspath(path or ".")
            raise UnreadError(
                f"outside of {_folder(self._root)}, see --root and --map",
                elsewhere=not inside(named, self._named),
            )

    def _list(self, folder: bytes) -> Iterable[bytes]:
        self._confine(os.fsdecode(folder))
        try:
            with os.scandir(folder or b".") as entries:
                names = []
                for entry in entries:
                    self._names += 1
                    if self._names > self._limits.names:
                        raise UnreadError(f"more than {self._limits.names:,} names to look at")
                    names.append(entry.name)
                return names
        except OSError as error:
            # A folder that can't be listed is no empty one.
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise UnreadError(_why(error)) from None
            return ()

    def _exists(self, path: bytes) -> bool:
        self._confine(os.fsdecode(os.path.dirname(path)))
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise UnreadError(_why(error)) from None
            return False
        return True


def _above(folder: str) -> str:
    """The folder that relative includes of a part of a configuration may start from."""
    names = [os.path.abspath(folder), os.path.realpath(folder or ".")]
    if any(_INCLUDED.match(os.path.basename(name)) for name in names):
        return os.path.join(folder, os.pardir)
    return folder


def _shown(path: str) -> str:
    normal = os.path.normpath(path)
    # `link/../x` is not `x`: then the path stays as it is.
    if ".." not in path or os.path.realpath(normal) == os.path.realpath(path):
        return normal
    return path


def inside(path: str, folders: Iterable[str]) -> bool:
    """Whether a path is one of the folders or below one; links are not followed."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno == errno.ENOENT:
            return "no such file"
        if error.errno == errno.ENOTDIR:
            return "a part of its path is no folder"
        if error.errno == errno.EACCES:
            return "no permission to read it"
        if error.errno == errno.ELOOP:
            return "a link in a circle"
        return (error.strerror or "it can't be read").lower()
    return (
        "its name is not UTF-8" if isinstance(error, UnicodeError) else "its name can't be opened"
    )


def _folder(root: str) -> str:
    return "this folder" if root == "." else root
