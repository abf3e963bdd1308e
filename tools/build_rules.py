"""Writes the rules' words from the policy's annotations to the JSON that the package ships.

The annotations are the one source: `nginx-grpc rules`, the SARIF report and the pages of the rules
say what stands there. Run it after every change to an annotation, and commit the result.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "bridge" / "nginx_grpc" / "_data" / "rules.json"
LEVELS = ("deny", "warn", "off")
PROFILES = ("checklist", "evidence")
FIXES = ("safe", "unsafe", "manual")


def annotations(policy: pathlib.Path) -> list[dict]:
    """The annotations of all packages below `policy`, as OPA reads them."""
    command = ["opa", "inspect", "--annotations", "--format", "json", policy.name]
    done = subprocess.run(command, check=True, cwd=policy.parent, stdout=subprocess.PIPE)
    return json.loads(done.stdout).get("annotations", [])


def rule(entry: dict) -> dict | None:
    """A rule's words from the annotation of its package; None for any other annotation.

    Raises ValueError where a word is missing.
    """
    annotation = entry["annotations"]
    custom = annotation.get("custom", {})
    if annotation.get("scope") != "package" or "id" not in custom:
        return None
    where = entry["location"]["file"]
    slug = entry["path"][-1]["value"].replace("_", "-")
    main = {name: custom.get(name, "") for name in ("message", "levels", "fix")}
    words = {
        "id": custom["id"],
        "slug": slug,
        "title": annotation.get("title", ""),
        "description": annotation.get("description", ""),
        "harm": custom.get("harm", ""),
        "item": str(custom.get("item", "")),
        "security": str(custom.get("security", "")),
        **form(main, where),
        "versions": str(custom.get("versions", "")),
        "variants": [
            {"when": variant["when"], **form(over(main, variant), where)}
            for _, variant in sorted(custom.get("variants", {}).items())
        ],
    }
    for name in ("title", "description", "message"):
        if not words[name].strip():
            raise ValueError(f"{where}: {name} is missing")
        words[name] = words[name].strip()
    return words


def over(main: dict, variant: dict) -> dict:
    """What a variant says over the main wording, as the policy's lib/rule.rego joins them."""
    fix = {**(main["fix"] or {}), **variant.get("fix", {})}
    return {**main, **variant, "fix": fix}


def form(words: dict, where: str) -> dict:
    """One wording of a rule: its levels, its message, and how its fix can be applied."""
    levels = words["levels"] or {}
    if sorted(levels) != sorted(PROFILES) or not set(levels.values()) <= set(LEVELS):
        raise ValueError(f"{where}: levels: a level of {LEVELS} for each of {PROFILES}")
    fix = words["fix"] or {}
    if fix.get("applicability") not in FIXES:
        raise ValueError(f"{where}: fix: an applicability of {FIXES}")
    return {
        "levels": {profile: levels[profile] for profile in PROFILES},
        "message": plain(words["message"]),
        "fix": fix["applicability"],
        "why": plain(fix.get("why", "")) if fix["applicability"] != "safe" else "",
    }


def plain(template: str) -> str:
    """A text of METADATA for a reader: what is filled in is left out."""
    return re.sub(r"\{[a-z_]+\}", "...", template).strip()


def build(policy: pathlib.Path) -> str:
    """The catalogue as JSON text, by id. Raises ValueError where two rules share an id or slug."""
    rules = sorted(filter(None, map(rule, annotations(policy))), key=lambda words: words["id"])
    for name in ("id", "slug"):
        values = [words[name] for words in rules]
        if len(set(values)) != len(values):
            raise ValueError(f"two rules of one {name}: {sorted(values)}")
    if not rules:
        raise ValueError(f"no rule in {policy}")
    return json.dumps(rules, indent=1, ensure_ascii=True) + "\n"


def main() -> None:
    try:
        text = build(ROOT / "policy")
    except ValueError as error:
        sys.exit(f"tools/build_rules.py: {error}")
    CATALOGUE.write_text(text, encoding="ascii")
    print(f"{CATALOGUE.relative_to(ROOT)}: {len(json.loads(text))} rules")


if __name__ == "__main__":
    main()
