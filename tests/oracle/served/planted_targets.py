"""Bugs for the model of variables: the oracle has to find each."""

from __future__ import annotations

from tests.bugs import Bug

BUGS = (
    Bug(
        "break does not end it",
        "model/rewriting.py",
        'elif name == "break":',
        'elif name == "broke":',
    ),
    Bug(
        "a location's captures come before the sets of others",
        "model/journeys.py",
        "            if location.regex:\n                state.match",
        "            if location.regex and False:\n                state.match",
    ),
    Bug(
        "a map without default has no empty value",
        "model/variables.py",
        "            if self.default is None:\n",
        "            if self.default is not None and self.source:\n",
    ),
    Bug(
        "set copies the name, not the value",
        "model/state.py",
        "        if not definition.volatile:\n",
        "        if definition.volatile:\n",
    ),
    Bug(
        "names count case",
        "model/variables.py",
        "    return text[1:].lower()",
        "    return text[1:]",
    ),
    Bug(
        "every dollar sign is taken off",
        "model/variables.py",
        "    return text[1:].lower()",
        '    return text.lstrip("$").lower()',
    ),
    Bug(
        "nothing comes from other locations by rewrite",
        "model/rewriting.py",
        "            state.move(start)\n            exits.rewritten",
        "            continue\n            exits.rewritten",
    ),
    Bug(
        "auth_request sets nothing",
        "model/journeys.py",
        'if not asks or asks[-1].args[:1] == ["off"]:',
        "if asks or not asks:",
    ),
    Bug(
        "conditions of one way need not agree",
        "model/facts.py",
        "            if text != row:\n",
        "            if text != row or text:\n",
    ),
    Bug(
        "a subrequest's captures by number are the call's",
        "model/journeys.py",
        "asked.held.update((digit, state.get(digit)) for digit in DIGITS)",
        "asked.held.update((digit, asked.get(digit)) for digit in DIGITS)",
    ),
)
