"""Where a call really goes, against the target that the document gives."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.oracle.served.calls import Answer, Call
from tests.oracle.served.planting import Bug
from tests.oracle.served.questions import Case, Json, Outcome, Place


class Targets:
    """`grpc_pass grpc://$v` where set, map and the client give the value."""

    name = "targets"
    constructs = frozenset(("set", "set in if", "map", "client"))
    bugs: Sequence[Bug] = (
        Bug(
            "the first set counts",
            "model/variables.py",
            "            found[name] = _given(directive)\n",
            "            found.setdefault(name, _given(directive))\n",
        ),
    )

    def case(self, rng: Random, place: Place) -> Case:
        """A server with two sets and a pass."""
        tag, ends = place.tag, place.backends
        name = f"${tag}_v"
        has = f"$http_{tag}_a"
        lines, constructs, around = [], set(), ""
        for _ in range(rng.randint(1, 3)):
            kind = rng.choice(sorted(self.constructs))
            constructs.add(kind)
            one, two = rng.choice(ends), rng.choice(ends)
            if kind == "set":
                lines.append(f"set {name} {one};")
            elif kind == "set in if":
                lines.append(f"if ({has}) {{ set {name} {one}; }}")
            elif kind == "map":
                around = f"map {has} ${tag}_m {{ default {one}; 1 {two}; }}\n"
                lines.append(f"set {name} ${tag}_m;")
            else:
                lines.append(f"set {name} $http_{tag}_to;")
        text = (
            f"{around}server {{\n listen {place.listen} http2;\n location / {{\n  "
            + "\n  ".join(lines)
            + f"\n  grpc_pass grpc://{name};\n }}\n}}\n"
        )
        calls = tuple(
            Call(place.listen, headers=((f"{tag}-a", a), (f"{tag}-to", to)))
            for a in ("", "1")
            for to in ends[:2]
        )
        return Case(tag, text, calls, frozenset(constructs), {})

    def judge(self, case: Case, document: Json, answers: Sequence[Answer]) -> Sequence[Outcome]:
        """The claims of the only location."""
        target = document["servers"][0]["locations"][0]["target"]
        went = {answer.reached or f"status {answer.status}" for answer in answers}
        claimed = f"{target['host']}:{target['port']}" if target["kind"] == "address" else ""
        problem = f"{claimed} is claimed, {sorted(went)} happened" if {claimed} != went else ""
        return [
            Outcome(
                problem=problem if claimed else "",
                only=len(went) == 1,
                known=bool(claimed),
                says=target["kind"],
            )
        ]


QUESTION = Targets()
