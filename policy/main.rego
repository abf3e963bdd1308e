# METADATA
# title: nginx gRPC policy
# description: >-
#   The entry points. `deny` and `warn` are what conftest reads; `decision` is the whole result for
#   one document, or for an array of documents taken together.
package nginx.grpc

import data.nginx.grpc.verdict

deny contains finding if some finding in decision.deny

warn contains finding if some finding in decision.warn

decision := _together([each | some document in input; each := verdict.decision with input as document]) if {
	is_array(input)
	count(input) > 0
} else := verdict.decision

_together(decisions) := {
	"schema_version": 2,
	"allow": count(denied) == 0,
	"deny": _in_order(denied),
	"warn": _in_order({finding |
		some finding in _all(decisions, "warn")
		not _used_elsewhere(finding, decisions)
	}),
	"waived": _in_order(_all(decisions, "waived")),
	"not_judged": verdict.in_order(_all(decisions, "not_judged")),
	"rules": _rules(decisions),
} if {
	denied := _all(decisions, "deny")
}

_in_order(findings) := [key[6] |
	some key in sort([key | some finding in findings; key := verdict.order_key(finding)])
]

# What is wrong with the settings is said once.
_all(decisions, list) := {finding | some decision in decisions; some finding in decision[list]}

# A waiver in the settings accepts nothing, and what is said of an upstream is used nowhere, only if
# that is so in every document.
_used_elsewhere(finding, decisions) if {
	finding.setting != ""
	finding.variant == "unused"
	some decision in decisions
	not finding in decision.warn
}

_rules(decisions) := [rule |
	some id in sort({rule.id | some decision in decisions; some rule in decision.rules})
	entries := [rule | some decision in decisions; some rule in decision.rules; rule.id == id]
	rule := object.union(entries[0], {"outcome": max({entry.outcome | some entry in entries})})
]
