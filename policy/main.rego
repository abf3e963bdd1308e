# METADATA
# title: nginx gRPC policy
# description: >-
#   The entry point. `decision` is the whole result for one document, one configuration in shards, or
#   for an array of these taken together; conftest.rego has what conftest reads of it.
package nginx.grpc

import data.nginx.grpc.verdict

decision := _together([each | some given in input; each := _decision(given)]) if {
	is_array(input)
	count(input) > 0
} else := whole if {
	whole := _of_shards(input.shards)
} else := verdict.decision

_decision(given) := whole if {
	whole := _of_shards(given.shards)
} else := decided if {
	decided := verdict.decision with input as given
}

# _of_shards: that on the last with what the others came to; undefined where one is no shard. conftest
# takes an array apart, so that shards stand in an object.
_of_shards(shards) := _of_whole(last, parts) if {
	parts := [part | some shard in shards; part := verdict.part with input as shard]
	count(parts) == count(shards) - 1
	last := verdict.decision with input as _completed(shards[count(parts)], parts)
}

_completed(last, parts) := object.union(last, {"shard": {"before": [part.judged | some part in parts]}})

# _of_whole: the decision on a configuration, by that on its last shard and what the others found.
_of_whole(last, parts) := object.union(last, {
	"allow": count(_of_level(found, "deny")) == 0,
	"deny": _in_order(_of_level(found, "deny")),
	"warn": _in_order(_of_level(found, "warn")),
	"waived": _in_order({finding | some finding in found; finding.waiver}),
}) if {
	found := ((_all([last], "deny") | _all([last], "warn")) | _all([last], "waived")) | _all(parts, "findings")
}

_of_level(findings, level) := {finding |
	some finding in findings
	finding.level == level
	not finding.waiver
}

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
	some key in verdict.sorted_keys([verdict.order_key(finding) | some finding in findings])
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
