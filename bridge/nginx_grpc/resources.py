"""Where the policy, the schemas and the compiled policy are.

A wheel holds all three under `nginx_grpc/_data/`. In a checkout (editable install, or `bridge/` on
the path) `policy/` and `schema/` stand at the top of the repository and only the compiled policy is
in `_data/`. Next to nothing is imported: this is on the way of every start.
"""

import os.path

from nginx_grpc.errors import Refused

_MISSING = ("not in this installation", "reinstall nginx-grpc-policy")
_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_CHECKOUT = os.path.dirname(os.path.dirname(_PACKAGE))


class ResourceMissingError(Refused):
    """A file of the installation is not there."""


def data(name: str) -> bytes:
    """A file of the package's own tables by its name, wherever the package was loaded from: in an
    archive it has no path."""
    path = os.path.join(_PACKAGE, "_data", name)
    try:
        content: bytes = __spec__.loader.get_data(path)  # type: ignore[union-attr]
    except OSError:
        raise ResourceMissingError(*_MISSING, path) from None
    return content


def policy_dir() -> str:
    """Folder of the Rego sources, as `conftest -p` and `opa eval -d` take it.

    In a checkout it also holds the Rego tests.
    """
    return _folder("policy")


def schema_dir() -> str:
    """Folder of the JSON Schemas, as `opa check -s` takes it."""
    return _folder("schema")


def schema_path(name: str) -> str:
    """Path of one schema by its name: "document" or "settings"."""
    return _file(os.path.join(schema_dir(), f"{name}.schema.json"))


def policy_wasm_path() -> str:
    """Path of the policy compiled to WebAssembly (entry point `nginx/grpc/decision`)."""
    return _file(os.path.join(_PACKAGE, "_data", "policy.wasm"))


def policy_wasm() -> bytes:
    """The policy compiled to WebAssembly, as bytes."""
    return data("policy.wasm")


def page_path() -> str:
    """Path of the page, of the distribution that the extra `page` installs or of a checkout."""
    from importlib.util import find_spec

    spec = find_spec("nginx_grpc_page")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    if os.path.isfile(os.path.join(_CHECKOUT, "pyproject.toml")):
        folders.append(os.path.join(_CHECKOUT, "dist"))
    for folder in folders:
        path = os.path.join(folder, "nginx-grpc.html")
        if os.path.isfile(path):
            return path
    raise ResourceMissingError(
        "the page is not in this installation",
        "pip install 'nginx-grpc-policy[page]', or make page in a checkout",
    )


def _folder(name: str) -> str:
    installed = os.path.join(_PACKAGE, "_data", name)
    if os.path.isdir(installed):
        return installed
    # Only a checkout has the project file two folders up; site-packages must not be searched.
    source = os.path.join(_CHECKOUT, name)
    if os.path.isfile(os.path.join(_CHECKOUT, "pyproject.toml")) and os.path.isdir(source):
        return source
    raise ResourceMissingError(*_MISSING, installed)


def _file(path: str) -> str:
    if os.path.isfile(path):
        return path
    raise ResourceMissingError(*_MISSING, path)
