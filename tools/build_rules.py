"""Writes the rules' words from the policy's annotations to the JSON that the package ships.

The annotations are the one source: `nginx-grpc rules`, the SARIF report and the pages of the rules
say what stands there. Run it after every change to an annotation, and commit the result.
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "bridge" / "nginx_grpc" / "_data" / "rules.json"
LEVELS = ("deny", "warn", "off")
PROFILES = ("checklist", "evidence")


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
    main = {name: custom.get(name, "") for name in ("message", "remedy", "levels")}
    words = {
        "id": custom["id"],
        "slug": slug,
        "title": annotation.get("title", ""),
        "description": annotation.get("description", ""),
        "harm": custom.get("harm", ""),
        "item": str(custom.get("item") or ""),  # 0: beyond the checklist
        **form(main, where),
        "evidence": custom.get("evidence", ""),
        "versions": str(custom.get("versions", "")),
        "variants": [
            {"when": variant["when"], **form({**main, **variant}, where)}
            for _, variant in sorted(custom.get("variants", {}).items())
        ],
    }
    for name in ("title", "description", "message", "evidence"):
        if not words[name].strip():
            raise ValueError(f"{where}: {name} is missing")
        words[name] = words[name].strip()
    return words


def form(words: dict, where: str) -> dict:
    """One wording of a rule: its levels, message and remedy."""
    levels = words["levels"] or {}
    if sorted(levels) != sorted(PROFILES) or not set(levels.values()) <= set(LEVELS):
        raise ValueError(f"{where}: levels: a level of {LEVELS} for each of {PROFILES}")
    return {
        "levels": {profile: levels[profile] for profile in PROFILES},
        "message": words["message"].strip(),
        "remedy": words["remedy"].strip(),
    }


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
