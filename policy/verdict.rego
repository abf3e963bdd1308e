# METADATA
# title: The verdict on one document
# description: >-
#   Turns what the rules found into a decision: levels by profile and settings, waivers, and one
#   finding for all that is unknown. If anything here fails, the default denies.
package nginx.grpc.verdict

import data.nginx.grpc.guard
import data.nginx.grpc.lib.knobs
import data.nginx.grpc.lib.printable
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.shards
import data.nginx.grpc.rules.not_a_document
import data.nginx.grpc.rules.not_judged
import data.nginx.grpc.rules.settings as settings_rule
import data.nginx.grpc.rules.waivers

default decision := {
	"schema_version": 2,
	"allow": false,
	"deny": [{
		"id": "NG001",
		"slug": "not-a-document",
		"title": "The input is no document of the bridge",
		"level": "deny",
		"outcome": "fault",
		"msg": "[NG001] input:1 the policy could not judge this input; run the bridge and give its output to the policy",
		"message": "the policy could not judge this input; run the bridge and give its output to the policy",
		"remedy": "nginx-grpc bridge nginx.conf | conftest test --parser json --policy policy --namespace nginx.grpc -",
		"fix": {
			"applicability": "manual",
			"why": "nginx-grpc bridge nginx.conf | conftest test --parser json --policy policy --namespace nginx.grpc -",
			"edits": [],
		},
		"variant": "",
		"directive": "",
		"setting": "",
		"owner": {"kind": "", "namespace": "", "name": ""},
		"_loc": {"file": "input", "line": 1},
		"key": "",
		"block": {"file": "input", "line": 1, "key": ""},
		"server": "",
		"location": "",
		"upstream": "",
		"cause": "not judged",
		"evidence": "docs/rules/NG001.md",
	}],
	"warn": [],
	"waived": [],
	"not_judged": [],
	"rules": [],
}

decision := object.union(_alone, {"part": part}) if {
	not _whole
} else := _alone if {
	not _whole
} else := {
	"schema_version": 2,
	"allow": count(denied) == 0,
	"deny": denied,
	"warn": [finding | some finding in _ordered; finding.level == "warn"; not finding.waiver],
	"waived": [finding | some finding in _ordered; finding.waiver],
	"not_judged": in_order({not_judged.entry(unknown) | some unknown in _all_unknowns}),
	"rules": _rules,
} if {
	denied := [finding | some finding in _ordered; finding.level == "deny"; not finding.waiver]
	_has_judged(denied)
}

# A document that is no shard, or one that lacks the others, is all there is.
_whole if {
	not guard.passed
} else if {
	shards.whole
}

_alone := {
	"schema_version": 2,
	"allow": false,
	"deny": [_shown(finding) | some finding in not_a_document.alone],
	"warn": [],
	"waived": [],
	"not_judged": [],
	"rules": [],
}

# Where no rule could run, something has to be denied.
_has_judged(denied) if {
	_judging
} else if {
	count(denied) > 0
}

# order_key: findings go by file, line, rule and names.
order_key(finding) := [
	finding._loc.file, finding._loc.line, finding.id,
	finding.server, finding.location, finding.upstream, finding,
]

_ordered := [key[6] |
	some key in sorted_keys([order_key(finding) | some finding in array.concat(_standing, _waived)])
]

# in_order: what is not judged, by place and rule.
in_order(entries) := [key[5] |
	some key in sorted_keys([[entry.at.file, entry.at.line, entry.at.key, entry.rule, entry.reason, entry] |
		some entry in entries
	])
]

# sorted_keys: `sort` is quadratic in WebAssembly, so many keys are first split twice, into 256 parts.
sorted_keys(keys) := sort(keys) if {
	count(keys) < 500
} else := [key |
	some group in _split(keys)
	some part in _split(group)
	some key in sort(part)
]

# _split keys into parts of which each is above the one before.
_split(keys) := [part |
	some i, least in bounds
	most := bounds[i + 1]
	part := [key | some key in keys; key >= least; key < most]
] if {
	# An empty array is below every other, and a set above every array.
	sample := sort([key | some i, key in keys; i % ceil(count(keys) / 255) == 0])
	pivots := [key | some i, key in sample; i % 16 == 15]
	bounds := array.concat(array.concat([[]], pivots), [set()])
}

# part: what a shard comes to that is not the last, and what the last has to know of it.
part := {
	"schema_version": 2,
	"findings": _ordered,
	"rules": _rules,
	"judged": {
		"number": input.shard.number,
		"entry": input.source.entry,
		"unknown": [object.filter(unknown, {"id", "reason", "hint", "file", "line", "key"}) |
			some unknown in _unknowns
		],
		"used": [n | some n in _used],
		"upstreams": [name | some name in settings_rule.seen],
	},
} if {
	guard.passed
	input.shard.last == false
}

_found := not_a_document.findings if {
	not guard.passed
} else := settings_rule.findings if {
	count(settings_rule.findings) > 0
} else := [finding | some finding in data.nginx.grpc.rules[_].findings]

_judging if {
	guard.passed
	count(settings_rule.findings) == 0
}

_faults := [finding |
	some finding in _found
	finding.outcome == "fault"
	_level(finding) != "off"
]

_unknowns := [finding |
	some finding in _found
	finding.outcome == "unknown"
	_level(finding) != "off"
]

# Of all shards together, where this is the last.
_all_unknowns := array.concat(_unknowns, [unknown | some unknown in shards.before("unknown")])

_about_unknowns := not_judged.findings_about(_all_unknowns) if {
	shards.whole
} else := []

_covered := [[finding, covering] |
	some finding in array.concat(_faults, _about_unknowns)
	covering := _covering(finding)
]

_covering(finding) := waivers.covering(finding) if {
	_judging
	waivers.some_waivers
} else := set()

_waived := [object.union(_shown(pair[0]), {"waiver": waivers.shown(min(pair[1]))}) |
	some pair in _covered
	count(pair[1]) > 0
]

_standing := array.concat(
	[_shown(pair[0]) | some pair in _covered; count(pair[1]) == 0],
	[_shown(finding) | some finding in _about_words],
)

_about_words := settings_rule.unused | _about_waivers if {
	shards.whole
} else := set()

_about_waivers := waivers.findings_about(_used) if _judging

_used := union({pair[1] | some pair in _covered}) | shards.before("used")

_rules := [rule |
	_judging
	some id in sort([id | some id, _ in _abouts])
	about := _abouts[id]
	rule := {"id": id, "slug": about.slug, "level": _level_of_rule(about), "outcome": _outcome(id)}
]

_abouts := {about.id: about | about := data.nginx.grpc.rules[_].about}

_outcome(id) := "unknown" if {
	_ids_of_unknowns[id]
} else := "judged"

_ids_of_unknowns := {finding.id | some finding in _all_unknowns}

# _level: what settings say for the rule, up to what this wording of it can be raised to; else the
# profile's.
_level(finding) := "warn" if {
	settings.levels[finding.id] == "deny"
	finding.cap == "warn"
} else := level if {
	_judging
	level := settings.levels[finding.id]
} else := settings.not_judged if {
	finding.id == "NG005"
} else := finding.levels[_profile]

_level_of_rule(about) := _level({"id": about.id, "levels": about.levels})

_profile := settings.profile if {
	_judging
} else := "checklist"

_shown(finding) := {
	"id": finding.id,
	"slug": about.slug,
	"title": about.title,
	"level": _level(finding),
	"outcome": finding.outcome,
	"msg": printable.line(concat("", [
		"[", finding.id, "] ", finding.file, ":", format_int(finding.line, 10), " ",
		_subject(finding), finding.message,
	])),
	"message": finding.message,
	"variant": finding.variant,
	"directive": finding.directive,
	"setting": finding.setting,
	"fix": mended.fix,
	"remedy": mended.remedy,
	"owner": _owner(finding),
	"_loc": {"file": finding.file, "line": finding.line},
	"key": finding.key,
	"block": finding.node,
	"server": finding.server,
	"location": finding.location,
	"upstream": finding.upstream,
	"cause": _cause(finding),
	"evidence": about.evidence,
} if {
	about := _abouts[finding.id]
	mended := _mended(finding)
}

_by_controller if {
	_judging
	input.controller != ""
}

# What is about the check itself is nobody's knob.
_mended(finding) := knobs.instead(finding, _owner(finding)) if {
	_by_controller
	finding.owner.kind == ""
	finding.outcome == "fault"
	_abouts[finding.id].harm != "verdict"
} else := object.filter(finding, {"fix", "remedy"})

# _owner: the object that a controller made the finding's location of.
_owner(finding) := finding.owner if {
	finding.owner.kind != ""
} else := min(owners[[finding.node.file, finding.node.line]]) if {
	_by_controller

	# As a whole it is made once, not for each finding.
	owners := _owners
} else := {"kind": "", "namespace": "", "name": ""}

_owners[[location.file, location.line]] contains location.owner if {
	some server in input.servers
	some location in server.locations
}

# Findings have one cause where one line mends them: they say the same of one place, or of locations
# of one server that all lack a line, which is then at the location itself. A controller repeats its
# lines for each host.
_cause(finding) := cause if {
	cause := finding.cause
} else := finding.message if {
	_by_controller
} else := concat(" ", [finding.message, "in", finding.file, "server", finding.server]) if {
	finding.location != ""
	finding.line == finding.node.line
	finding.file == finding.node.file
} else := concat(" ", [finding.message, finding.file, format_int(finding.line, 10)])

_subject(finding) := concat("", ["location ", finding.location, ": "]) if {
	finding.location != ""
} else := concat("", ["upstream ", finding.upstream, ": "]) if {
	finding.upstream != ""
} else := concat("", ["server ", finding.server, ": "]) if {
	finding.server != ""
} else := ""
