"""The rules in words, as `tools/build_rules.py` takes them from the policy's annotations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from nginx_grpc import __version__, evidence, indented, resources
from nginx_grpc.records import dataclass, field

__all__ = ["HOME", "Rule", "by_id", "page", "rules", "show"]

HOME = "https://github.com/nginx-grpc-policy/nginx-grpc-policy"
"""Where the project's pages are; pyproject.toml names it too."""

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the policy.

    Args:
        id: its permanent id, as NG103.
        slug: its name in words, as keepalive-timeout.
        title: one line that names the fault.
        description: what happens and why, for a reader.
        harm: verdict where it casts doubt on the whole verdict, every where all calls that come
            there fail, some where some do, latent where none does yet.
        item: the checklist's item it is for; empty where it is beyond the list.
        levels: deny, warn or off by profile (checklist, evidence).
        security: the severity of a fault of security, from 0 to 10; empty for any other.
        message: what it says; `...` stands for what differs from one finding to the next.
        fix: what `nginx-grpc fix` can do: safe, unsafe, or manual where somebody has to decide.
        why: why it is not safe, or what is to be decided.
        versions: what depends on nginx's version, in words; empty where nothing does.
        variants: its other wordings: `when` they hold (empty: see the description), and their
            levels, message, fix and why.
    """

    id: str
    slug: str
    title: str
    description: str
    harm: str
    item: str
    security: str
    levels: dict[str, str] = field(hash=False)
    message: str
    fix: str
    why: str
    versions: str = ""
    variants: list[dict[str, Any]] = field(default_factory=list, hash=False)

    @property
    def evidence(self) -> str:
        """The page that shows the fault happen, as a path in the repository."""
        return f"docs/rules/{self.id}.md"


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by id."""
    return tuple(Rule(**rule) for rule in json.loads(resources.data("rules.json")))


def by_id(name: str) -> Rule | None:
    """A rule by its id or slug, in any case; None where there is none."""
    wanted = name.casefold()
    return next((rule for rule in rules() if wanted in (rule.id.casefold(), rule.slug)), None)


def page(evidence: str) -> str:
    """The URL of a page of this version's repository."""
    return f"{HOME}/blob/v{__version__}/{evidence}"


def show(name: str | None, form: str, *, color: bool, width: int) -> str:
    """What `nginx-grpc rules` prints.

    Args:
        name: a rule's id or slug, or what to search for; None for the list of all.
        form: text or json.
        color: whether to use ANSI colours.
        width: columns to fill at most.

    Raises Refused where there is no such rule and nothing is found.
    """
    if name is None:
        chosen: tuple[Rule, ...] = rules()
    else:
        rule = by_id(name)
        if rule is None:
            from nginx_grpc.explain import search

            return search.show(name, form, color=color, width=width)
        chosen = (rule,)
    if form == "json":
        values = [_plain(rule) for rule in chosen]
        return indented.dumps(values if name is None else values[0])
    lines = _list(chosen, color, width) if name is None else _one(chosen[0], color, width)
    return "\n".join(lines) + "\n"


def _plain(rule: Rule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in Rule.__slots__}


def _list(chosen: tuple[Rule, ...], color: bool, width: int) -> Iterator[str]:
    """A line a rule; where that is too wide, without its name, and the levels in one column."""
    import textwrap

    bold, reset = (_BOLD, _RESET) if color else ("", "")
    slugs = max(len(rule.slug) for rule in chosen)
    titles = max(len(rule.title) for rule in chosen)
    narrow = slugs + titles + 30 > width
    head = ("level", "title") if narrow else (f"{'rule':{slugs}}  {'level':9}", "title")
    yield "  ".join((f"{'id':5}", f"{head[0]:9}", head[1]))
    for rule in chosen:
        slug = "" if narrow else f"{rule.slug:{slugs}}  "
        level = "/".join(dict.fromkeys(rule.levels.values()))
        yield f"{bold}{rule.id}{reset}  {slug}{level:9}  {rule.title}"
    yield ""
    yield from textwrap.wrap(
        "level: one for both profiles, or that of checklist and that of evidence "
        "(--profile). `nginx-grpc rules ID` shows one rule, `nginx-grpc rules WORDS` searches.",
        max(40, width),
        break_on_hyphens=False,
    )


def _one(rule: Rule, color: bool, width: int) -> Iterator[str]:
    import textwrap

    bold, dim, reset = (_BOLD, _DIM, _RESET) if color else ("", "", "")
    width = max(40, min(width, 100))
    yield f"{bold}{rule.id} {rule.slug}{reset}"
    yield rule.title
    yield ""
    for paragraph in rule.description.strip().split("\n\n"):
        yield from textwrap.wrap(
            " ".join(paragraph.split()), width, break_long_words=False, break_on_hyphens=False
        )
        yield ""
    facts = {
        "level": _levels(rule.levels),
        "item": rule.item,
        "nginx": rule.versions,
        "says": rule.message,
        "fix": _fix(rule.fix, rule.why),
    }
    for label, text in facts.items():
        if text:
            yield from _labelled(label, text, width, dim, reset)
    for variant in rule.variants:
        text = f"{variant['when']}: {_levels(variant['levels'])}"
        if variant["message"] != rule.message:
            text += f": {variant['message']}"
        yield from _labelled("where", text, width, dim, reset)
    yield from _evidence(rule, width, dim, reset)
    yield f"{dim}page:{reset}     {page(rule.evidence)}"


def _evidence(rule: Rule, width: int, dim: str, reset: str) -> Iterator[str]:
    found = evidence.of(rule.id)
    for number, line in enumerate(found.change):
        yield f"{dim}change:{reset}   {line}" if number == 0 else f"          {line}"
    for line in found.seen:
        yield from _labelled("seen", line, width, dim, reset)
    if found.more:
        yield f"          and {found.more} more on its page"
    if found.measured:
        yield from _labelled("measured", found.measured, width, dim, reset)


def _fix(applicability: str, why: str) -> str:
    words = {
        "safe": "nginx-grpc fix",
        "unsafe": "nginx-grpc fix --unsafe",
        "manual": "to be decided",
    }[applicability]
    return f"{words}: {why}" if why else words


def _levels(levels: dict[str, str]) -> str:
    if len(set(levels.values())) == 1:
        return next(iter(levels.values()))
    return ", ".join(f"{level} in profile {profile}" for profile, level in levels.items())


def _labelled(label: str, text: str, width: int, dim: str, reset: str) -> Iterator[str]:
    import textwrap

    wrapped = textwrap.wrap(
        " ".join(text.split()), width - 10, break_long_words=False, break_on_hyphens=False
    )
    for number, line in enumerate(wrapped):
        head = f"{dim}{label}:{reset}{' ' * (9 - len(label))}" if number == 0 else " " * 10
        yield head + line
