package nginx.grpc.lib.rule_test

import data.nginx.grpc.lib.rule

_custom := {
	"id": "NG999",
	"harm": "some",
	"levels": {"checklist": "deny", "evidence": "warn"},
	"message": "{a} is {b}",
	"directive": "grpc_{a}",
	"fix": {"applicability": "manual", "why": "{a} {c};"},
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
		"harm": "some",
		"levels": _custom.levels,
		"evidence": "docs/rules/NG999.md",
		"main": {
			"cap": "deny",
			"message": "{a} is {b}",
			"directive": "grpc_{a}",
			"fix": _custom.fix,
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
		"variant": "",
		"levels": _custom.levels,
		"cap": "deny",
		"directive": "grpc_x",
		"setting": "",
		"message": "x is y",
		"remedy": "x z;",
		"fix": {"applicability": "manual", "why": "x z;", "edits": []},
		"owner": {"kind": "", "namespace": "", "name": ""},
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

_with_fix(mending) := rule.describe([object.union(_chain[1], {"annotations": {
	"scope": "package",
	"title": "Some rule",
	"custom": object.union(object.remove(_custom, ["fix"]), {"fix": mending}),
}})])

_safe := {
	"applicability": "safe",
	"why": "not said of what is safe",
	"edits": [
		{"op": "set", "in": "upstream", "name": "grpc_{a}", "args": ["{b}", "c d"]},
		{"op": "move", "at": "at", "was": "keepalive", "after": "balancer", "after_was": "{a}"},
		{"op": "remove", "at": "subject", "was": "{c}"},
	],
}

_balancer := {"file": "c.conf", "line": 9, "column": 5}

_nodes := {"a": "x", "b": "y", "c": "z", "balancer": _balancer, "keepalive": _balancer}

_place(file, line, column, key) := {"file": file, "line": line, "column": column, "key": key}

# An edit names a place: what is pointed at, the subject, one of the subject's nodes or of the values.
# A word of another field is none, though a node has its name.
test_edits if {
	subject := object.union(_subject, {"nodes": {"upstream": object.union(_node, {"line": 2, "column": 1})}})
	found := rule.fault(_with_fix(_safe), [], subject, _at, _nodes)
	found.fix == {"applicability": "safe", "why": "", "edits": [
		{"op": "set", "in": _place("a.conf", 2, 1, "nginx.conf"), "name": "grpc_x", "args": ["y", "c d"]},
		{
			"op": "move",
			"at": _place("b.conf", 7, 0, ""),
			"was": "keepalive",
			"after": _place("c.conf", 9, 5, ""),
			"after_was": "x",
		},
		{"op": "remove", "at": _place("a.conf", 3, 0, "nginx.conf"), "was": "z"},
	]}
	found.remedy == "grpc_x y \"c d\";\nmove keepalive (line 7) behind x (line 9)\nremove z (line 3)"
}

# Where a rule makes them itself, they stand for those of the wording.
test_edits_in_rego if {
	edits := [{"op": "remove", "at": _place("a.conf", 1, 1, ""), "was": "listen"}]
	own := rule.fault(_with_fix(_safe), [], _subject, _at, object.union(_nodes, {"edits": edits}))
	own.fix == {"applicability": "safe", "why": "", "edits": edits}
	whole := {"applicability": "manual", "why": "a name", "edits": []}
	decided := rule.fault(_with_fix(_safe), [], _subject, _at, object.union(_nodes, {"fix": whole}))
	[decided.fix, decided.remedy] == [whole, "a name"]
}

# A fix without an edit is none: a person has to look.
test_no_edit_is_manual if {
	none := rule.fault(_with_fix(_safe), [], _subject, _at, object.union(_nodes, {"edits": []}))
	[none.fix.applicability, none.fix.edits] == ["manual", []]
	none.fix.why != ""
}

test_unsafe_and_manual_say_why if {
	unsafe := _with_fix({"applicability": "unsafe", "why": "{b} is assumed", "edits": [_safe.edits[2]]})
	found := rule.fault(unsafe, [], _subject, _at, _nodes)
	[found.fix.why, found.remedy] == ["y is assumed", "remove z (line 3)   # y is assumed"]
	manual := _with_fix({"applicability": "manual", "why": "{b} or not", "edits": [_safe.edits[2]]})
	decided := rule.fault(manual, [], _subject, _at, _nodes)
	decided.fix == {"applicability": "manual", "why": "y or not", "edits": []}
}

test_what_always_holds if {
	rule.always_holding([_about, object.union(_about, {"id": "NG998", "harm": "verdict"})]) == {"NG998"}
}

test_settings if {
	rule.fault(_about, [], _subject, _at, {"setting": "levels.NG999"}).setting == "levels.NG999"
	rule.fault(_about, ["mild", "other"], _subject, _at, {}).variant == "other"
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
	rule.document(_at) == {"server": "", "location": "", "upstream": "", "node": _at, "nodes": {}}
}
