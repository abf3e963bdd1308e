# METADATA
# title: Something could not be judged
# description: |
#   A value that holds a variable, stands in a file that was not read, or depends on a version that
#   was not said is neither right nor wrong. The rules that needed it are silent about it, and one
#   warning for the whole document says which rules and why, so that silence is not taken for a pass.
# custom:
#   harm: latent
#   id: NG005
#   levels: {checklist: warn, evidence: warn}
#   message: "not judged in full: {reasons}"
#   fix: {applicability: manual, why: "{hints}"}
package nginx.grpc.rules.not_judged

import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

# findings_about everything unknown in the document: one finding, at the first place.
findings_about(unknowns) := [finding] if {
	first := min({[unknown.file, unknown.line, unknown.key] | some unknown in unknowns})
	place := {"file": first[0], "line": first[1], "key": first[2]}
	values := {"reasons": _reasons(unknowns), "hints": _hints(unknowns)}
	finding := object.union(rule.fault(about, [], rule.document(place), place, values), {"outcome": "unknown"})
} else := []

# entry: an unknown as the decision lists it.
entry(unknown) := {
	"rule": unknown.id,
	"reason": unknown.reason,
	"at": {"file": unknown.file, "line": unknown.line, "key": unknown.key},
}

_shown := 4

_reasons(unknowns) := concat("; ", array.concat(listed, _rest(count(reasons)))) if {
	reasons := {unknown.reason | some unknown in unknowns}
	listed := [concat(": ", [concat(", ", sort(ids)), reason]) |
		some reason in _first(reasons)
		ids := {unknown.id | some unknown in unknowns; unknown.reason == reason}
	]
}

_rest(total) := [concat("", ["and ", format_int(total - _shown, 10), " more"])] if {
	total > _shown
} else := []

_hints(unknowns) := concat("\n", _first({unknown.hint | some unknown in unknowns}))

# _first four in order. Thousands may differ, and `sort` is quadratic in WebAssembly.
_first(texts) := sort((((one | two) | three) | four)) if {
	one := {text | text := min(texts)}
	two := {text | text := min(texts - one)}
	three := {text | text := min((texts - one) - two)}
	four := {text | text := min(((texts - one) - two) - three)}
}
