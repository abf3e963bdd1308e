"""The files of the policy, their packages, and which package needs which."""

import pathlib
import re
from collections.abc import Iterable

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Tables of facts have no logic to be noticed: what they say is held by their sources, or by
# tests/corpus.
GENERATED = ("guard/document.rego", "guard/settings.rego", "lib/directives.rego", "lib/knobs.rego")

_PACKAGE = re.compile(r"^package (\S+)", re.MULTILINE)
_REFERENCE = re.compile(r"\bdata\.(nginx\.grpc(?:\.\w+)*)")

_SMALL = 20  # files
_FEW = 4  # users


class Policy:
    """A policy as its files were when it was read: `texts` by name below `policy/`."""

    def __init__(self, root: pathlib.Path = ROOT / "policy"):
        self.texts = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(root.rglob("*.rego"))
        }
        self.packages = {name: _PACKAGE.search(text)[1] for name, text in self.texts.items()}
        self._tests: dict[str, list[str]] = {name: [] for name in self.texts}
        self._needs = {name: self._named_in(text) for name, text in self.texts.items()}
        for test in self.texts:
            if test.endswith("_test.rego"):
                for name in self.needed_by([test]):
                    self._tests[name].append(test)

    def written_by_hand(self) -> list[str]:
        return [name for name in self.sources() if name not in GENERATED]

    def sources(self) -> list[str]:
        return [name for name in self.texts if not name.endswith("_test.rego")]

    def tests(self, name: str) -> list[str]:
        """The files of tests that run a file."""
        return self._tests[name]

    def own_tests(self, name: str) -> list[str]:
        """Those of them that run quickly and are likely to fail first: the tests of its package and
        of the one around it, and where it has few users theirs as well."""
        package = self.packages[name]
        around = {f"{package}_test", f"{package.rpartition('.')[0]}_test"}
        own = [test for test in self.tests(name) if self.packages[test] in around]
        quick = [test for test in self.tests(name) if len(self.needed_by([test])) < _SMALL]
        return quick if 0 < len(quick) <= _FEW else own or quick or self.tests(name)

    def needed_by(self, names: Iterable[str]) -> set[str]:
        """These files and all that they need."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._needs[name]
        return found

    def _named_in(self, text: str) -> set[str]:
        """The files of the packages that a text refers to, by name or by a package above them."""
        code = re.sub(r"^\s*#.*", "", text, flags=re.MULTILINE)
        wanted = set()
        for reference in set(_REFERENCE.findall(code)):
            above = [of for of in self.packages.values() if f"{reference}.".startswith(f"{of}.")]
            wanted.add(max(above, key=len, default=""))
            wanted |= {of for of in self.packages.values() if of.startswith(f"{reference}.")}
        return {
            name
            for name, package in self.packages.items()
            if package in wanted and not package.endswith("_test")
        }
