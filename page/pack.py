"""Run by `build.mjs` inside of Pyodide: modules to one archive, and what the page holds to base64.

All that decides about the bytes is here and so of the locked Pyodide: the compiler, the archive,
the compression. The same sources give the same bytes on every machine.
"""

import ast
import base64
import importlib.util
import io
import marshal
import pathlib
import posixpath
import zipfile
import zlib

_NEVER = """
bdb cmd code ctypes curses doctest email encodings.idna ensurepip getpass html http idlelib
importlib.metadata lib2to3 lzma bz2 _compression mailbox multiprocessing netrc nturl2path
optparse pdb pickle pickletools pip platform pty pydoc pydoc_data readline rlcompleter smtplib
socketserver sqlite3 ssl sysconfig tarfile test tkinter tracemalloc tty turtle unittest
urllib.request urllib.error urllib.response webbrowser wsgiref xml xmlrpc zipapp zoneinfo
concurrent.futures.process _pyrepl _pyio concurrent.futures.interpreter compression fractions
decimal _pydecimal statistics csv fileinput ftplib imaplib poplib nntplib logging.config
logging.handlers ntpath _aix_support _android_support _apple_support _ios_support profile
cProfile queue sched
"""
_ALWAYS = """
_pyodide pyodide encodings.utf_8 encodings.latin_1 encodings.ascii encodings.aliases
encodings.cp437 encodings.utf_16 encodings.utf_16_le encodings.utf_16_be encodings.utf_32
encodings.utf_32_le encodings.utf_32_be encodings.utf_8_sig encodings.unicode_escape
encodings.raw_unicode_escape encodings.punycode encodings.hex_codec site sitecustomize codecs
zipimport _collections_abc _sitebuiltins genericpath stat linecache
"""
# What modules of the standard library name and the page never does: servers, processes, consoles.
NEVER = frozenset(_NEVER.split())
# What Python and Pyodide import before there is anything to scan.
ALWAYS = _ALWAYS.split()
DATE = (1980, 1, 1, 0, 0, 0)


def library() -> str:
    """The package, with what it uses of the standard library, as text."""
    top = pathlib.Path("/sources")
    files = sorted(path for path in top.rglob("*") if path.is_file())
    sources = {str(path.relative_to(top)): path.read_bytes() for path in files}
    with zipfile.ZipFile("/build/library.zip") as standard:
        return packed(archive(sources, standard))


def archive(sources: dict[str, bytes], library: zipfile.ZipFile) -> bytes:
    """A stored zip of compiled modules and of files that are none.

    Args:
        sources: the package's files by their path.
        library: the standard library.
    """
    standard = {
        name: name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name in library.namelist()
        if name.endswith(".py")
    }
    paths = {module: path for path, module in standard.items()}
    wanted: set[str] = set()
    waiting = [*ALWAYS]
    waiting += [module for module in paths if module.startswith(("pyodide.", "_pyodide."))]
    for path, data in sources.items():
        if path.endswith(".py"):
            waiting += imported(path, data)
    while waiting:
        module = waiting.pop()
        parent = module.rpartition(".")[0]
        if parent:
            waiting.append(parent)
        if module in wanted or module not in paths or never(module):
            continue
        wanted.add(module)
        waiting += imported(paths[module], library.read(paths[module]))
    files = dict(sources)
    files.update((paths[module], library.read(paths[module])) for module in wanted)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(files):
            data = files[path]
            if path.endswith(".py"):
                path, data = f"{path}c", compiled(path, data)
            packed.writestr(zipfile.ZipInfo(path, DATE), data)
    return buffer.getvalue()


def never(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:end]) in NEVER for end in range(1, len(parts) + 1))


def imported(path: str, data: bytes) -> set[str]:
    """The modules that a module names in any import, wherever it stands."""
    found = set()
    package = posixpath.dirname(path).replace("/", ".")
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: -(node.level - 1) or None] if node.level else []
            base = ".".join([*filter(None, parts), *filter(None, [node.module])])
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found


def compiled(path: str, data: bytes) -> bytes:
    """A module's .pyc, without its docstrings, which nobody reads here."""
    tree = ast.parse(data)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                rest = node.body[1:]
                node.body = (
                    rest
                    if rest or isinstance(node, ast.Module)
                    else [
                        ast.Pass(
                            lineno=first.lineno,
                            col_offset=0,
                            end_lineno=first.lineno,
                            end_col_offset=0,
                        )
                    ]
                )
    code = compile(tree, path, "exec", dont_inherit=True)
    # Flags 1: the source's hash stands for its date, and nobody checks it.
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
    return head + marshal.dumps(code)


def packed(data: bytes) -> str:
    """Compressed, as text."""
    compress = zlib.compressobj(9, zlib.DEFLATED, 31, 9)
    return base64.b64encode(compress.compress(data) + compress.flush()).decode("ascii")
