package nginx.grpc.lib.rule_test

import data.nginx.grpc.lib.rule

_custom := {
	"id": "NG999",
	"item": 2,
	"levels": {"checklist": "deny", "evidence": "warn"},
	"message": "{a} is {b}",
	"remedy": "{a} {c};",
	"evidence": "docs/rules/NG999.md",
	"variants": {
		"mild": {"when": "it is mild", "levels": {"checklist": "warn", "evidence": "off"}, "cap": "warn"},
		"other": {"when": "it is another", "message": "{b} is {a}"},
	},
}

_chain := [
	{
		"path": ["nginx", "grpc", "rules", "some_rule", "findings"],
		"annotations": {"scope": "rule", "title": "a rule", "custom": object.union(_custom, {"id": "NG998"})},
	},
	{
		"path": ["nginx", "grpc", "rules", "some_rule"],
		"annotations": {"scope": "package", "title": "Some rule", "custom": _custom},
	},
]

_about := rule.describe(_chain)

test_describe if {
	_about == {
		"id": "NG999",
		"slug": "some-rule",
		"title": "Some rule",
		"levels": _custom.levels,
		"evidence": "docs/rules/NG999.md",
		"main": {
			"cap": "deny",
			"message": "{a} is {b}",
			"remedy": "{a} {c};",
			"levels": _custom.levels,
		},
		"variants": _custom.variants,
	}
	rule.describe([{
		"path": _chain[1].path,
		"annotations": {"scope": "package", "title": "Some rule", "custom": object.remove(_custom, ["variants"])},
	}]).variants == {}
}

_node := {"file": "a.conf", "line": 3, "path": "/", "key": "nginx.conf"}

_at := {"file": "b.conf", "line": 7}

_subject := {"server": "s", "location": "l", "upstream": "u", "node": _node}

test_fault if {
	rule.fault(_about, [], _subject, _at, {"a": "x", "b": "y", "c": "z"}) == {
		"id": "NG999",
		"outcome": "fault",
		"levels": _custom.levels,
		"cap": "deny",
		"message": "x is y",
		"remedy": "x z;",
		"server": "s",
		"location": "l",
		"upstream": "u",
		"node": {"file": "a.conf", "line": 3, "key": "nginx.conf"},
		"file": "b.conf",
		"line": 7,
		"key": "",
	}
	rule.fault(_about, [], _subject, object.union(_at, {"key": "web.conf"}), {}).key == "web.conf"
	rule.fault(_about, [], rule.document(_at), _at, {}).node == {"file": "b.conf", "line": 7, "key": ""}
}

# Each variant stands over the one before.
test_variants if {
	mild := rule.fault(_about, ["mild"], _subject, _at, {"a": "x", "b": "y"})
	[mild.levels.checklist, mild.cap, mild.message] == ["warn", "warn", "x is y"]
	both := rule.fault(_about, ["mild", "other"], _subject, _at, {"a": "x", "b": "y"})
	[both.levels.checklist, both.cap, both.message] == ["warn", "warn", "y is x"]
}

test_unknown if {
	doubt := {"at": _at, "reason": "r", "hint": "h"}
	rule.unknown(_about, ["mild"], doubt) == {
		"id": "NG999",
		"outcome": "unknown",
		"levels": {"checklist": "warn", "evidence": "off"},
		"cap": "warn",
		"reason": "r",
		"hint": "h",
		"file": "b.conf",
		"line": 7,
		"key": "",
	}
	rule.unknown(_about, [], object.union(doubt, {"at": _node})).key == "nginx.conf"
}

test_document if {
	rule.document(_at) == {"server": "", "location": "", "upstream": "", "node": _at}
}
