"""Which settings a rule reads, found in its Rego and in the library that it calls."""

import json
import pathlib
import re
from functools import cache

ROOT = pathlib.Path(__file__).resolve().parent.parent
POLICY = ROOT / "policy"
# What holds for every rule alike.
COMMON = {"profile", "inline_waivers", "not_judged", "levels", "waivers", "grpc"}


@cache
def known() -> dict[str, str]:
    """The settings that a rule may read: {"grpc.default.streaming": what the schema says of it}."""
    text = (ROOT / "schema" / "settings.schema.json").read_text(encoding="utf-8")
    top = json.loads(text)["properties"]
    below = top["grpc"]["properties"]["default"]["properties"]
    return {
        **{name: spec["description"] for name, spec in top.items() if name not in COMMON},
        **{f"grpc.default.{name}": spec["description"] for name, spec in below.items()},
    }


@cache
def definitions() -> dict[str, str]:
    """The library's rules and functions: {"settings.idle_limit": its text}."""
    found: dict[str, str] = {}
    for path in sorted((POLICY / "lib").glob("*.rego")):
        if path.name.endswith("_test.rego"):
            continue
        for name, text in parts(path):
            key = f"{path.stem}.{name}"
            found[key] = found.get(key, "") + text
    return found


def parts(path: pathlib.Path) -> list[tuple[str, str]]:
    """Each definition of a Rego file: its name and its text, without comments."""
    text = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))
    starts = [*re.finditer(r"(?m)^(?!package|import|default|[ \t}\])])(\w+)", text)]
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [(s[1], text[s.start() : end]) for s, end in zip(starts, ends, strict=bool(starts))]


def read_by(slug: str) -> list[str]:
    """The settings that the rule reads, in the order of the schema."""
    folder = POLICY / "rules" / slug.replace("-", "_")
    sources = [path for path in sorted(folder.glob("*.rego")) if "_test" not in path.stem]
    # Texts still to be read, each with the library module that it stands in.
    texts = [("", text) for path in sources for _, text in parts(path)]
    followed: set[str] = set()
    words: set[str] = set()
    while texts:
        module, text = texts.pop()
        words |= settings_named(text)
        for name in called(module, text) & definitions().keys() - followed:
            followed.add(name)
            texts.append((name.partition(".")[0], definitions()[name]))
    return [name for name in known() if name.rpartition(".")[2] in words]


def settings_named(text: str) -> set[str]:
    """Names in quotes, and those read from what was given."""
    return set(re.findall(r'"(\w+)"', text)) | set(re.findall(r"\bgiven\.(\w+)", text))


def called(module: str, text: str) -> set[str]:
    """The definitions that a text names, in full."""
    unquoted = re.sub(r'"[^"\n]*"', "", text)
    named = set(re.findall(r"\b([a-z]\w*\.\w+)", unquoted))
    return named | {f"{module}.{word}" for word in re.findall(r"(?<![\w.])(\w+)", unquoted)}
