package nginx.grpc.rules.waivers_test

import data.nginx.grpc.rules.waivers
import data.nginx.grpc.testing as t
import data.nginx.grpc.verdict

_document := t.one_location(t.pass_with({"grpc_read_timeout": t.time("10s", 10000)}))

_commented(comments) := object.union(_document, {"waivers": comments})

_comment(more) := object.union(t.line_of(11), object.union(
	{
		"id": "NG106",
		"until": "2027-03-01",
		"owner": "payments",
		"reason": "no streams here",
		"problem": "",
		"covers": 12,
	},
	more,
))

_today := 1795521600000000000

_waiver := {
	"id": "NG106",
	"location": "/pkg.Service/",
	"reason": "no streams here",
	"owner": "payments",
	"expires": "2027-03-01",
}

_settings(given) := {"waivers": [object.union(_waiver, given)]}

_without(key) := {"waivers": [object.remove(_waiver, [key])]}

_on_the_line := _commented([_comment({})])

_on_the_block := _commented([_comment({"covers": 10})])

_elsewhere := _commented([_comment({"covers": 99})])

_other_rule := _commented([_comment({"id": "NG109"})])

_twice := _commented([_comment({}), _comment({"line": 12})])

_malformed := _commented([_comment({"problem": "holds until twice"})])

_malformed_beside_another := _commented([_comment({"problem": "holds until twice"}), _comment({"covers": 99})])

_no_date := _commented([_comment({"until": ""})])

_unknown_key := _commented([_comment({"key": "nginx.conf"})])

_waived(decision) := {name |
	some finding in decision.waived
	name := concat(" ", [finding.id, finding.waiver.origin])
}

_about_waivers(decision) := {finding.message |
	some list in ["deny", "warn"]
	some finding in decision[list]
	finding.id == "NG004"
}

_decide(given) := decision if {
	decision := verdict.decision with input as _document
		with data.nginx_grpc as given
		with time.now_ns as _today
}

_decide_document(document) := decision if {
	decision := verdict.decision with input as document with time.now_ns as _today
}

test_settings_waive if {
	decision := _decide(_settings({}))
	_waived(decision) == {"NG106 settings"}
	_about_waivers(decision) == set()
	not "NG106" in {finding.id | some finding in decision.deny}
	decision.waived[0].waiver == {
		"id": "NG106",
		"origin": "settings",
		"reason": "no streams here",
		"owner": "payments",
		"expires": "2027-03-01",
		"file": "nginx-grpc.yaml",
		"line": 1,
	}
}

# _covered: whether a finding of NG106 in nginx.conf is.
_covered(given) if _covering(_settings(given)) != set()

_covering(given) := covering if {
	covering := waivers.covering(_finding) with input as _document
		with data.nginx_grpc as given
		with time.now_ns as _today
}

_finding := {
	"id": "NG106",
	"server": "api.example",
	"location": "/pkg.Service/",
	"upstream": "greeter",
	"file": "nginx.conf",
	"line": 12,
	"key": "",
	"node": {"file": "nginx.conf", "line": 10, "key": ""},
}

test_names_are_exact if {
	_covered({"server": "api.example"})
	_covered({"upstream": "greeter"})
	not _covered({"server": "api"})
	not _covered({"upstream": "greet*"})
	not _covered({"location": "/pkg.Service"})
}

test_files_are_globs if {
	_covered({"file": "*.conf"})
	_covered({"file": "nginx.conf"})
	_covered({"file": "**"})
	_covered({"file": "nginx.c?nf"})
	not _covered({"file": "conf.d/*"})
	not _covered({"file": ""})
}

test_comments_waive if {
	_waived(_decide_document(_on_the_line)) == {"NG106 comment"}
	_waived(_decide_document(_on_the_block)) == {"NG106 comment"}
}

test_comments_for_something_else if {
	_waived(_decide_document(_elsewhere)) == set()
	_about_waivers(_decide_document(_elsewhere)) == {"the waiver of NG106 accepts nothing"}
	_waived(_decide_document(_other_rule)) == set()
	_waived(_decide_document(_unknown_key)) == set()
}

test_two_comments_for_one_line if {
	decision := _decide_document(_twice)
	_waived(decision) == {"NG106 comment"}
	_about_waivers(decision) == {"the waiver of NG106 accepts nothing"}
	{finding._loc.line | some finding in decision.warn; finding.id == "NG004"} == {12}
	{finding.cause | some finding in decision.warn; finding.id == "NG004"} == {"waiver nginx.conf:12 accepts nothing"}
}

# A comment on an object of Kubernetes covers all places of it.
_of_object := _commented([_comment({"covers": 99}), _comment({}), _comment({"covers": 98, "key": "x"})])

test_one_comment_for_many_places if {
	decision := _decide_document(_of_object)
	_waived(decision) == {"NG106 comment"}
	_about_waivers(decision) == set()
	unused := _decide_document(_commented([_comment({"covers": 99}), _comment({"covers": 98, "key": "x"})]))
	[finding.message | some finding in unused.warn; finding.id == "NG004"] == ["the waiver of NG106 accepts nothing"]
}

_on_object(more) := _commented([
	_comment(object.union({"covers": 97}, more)),
	_comment(object.union({"key": "x"}, more)),
	_comment(object.union({"covers": 98, "key": "y"}, more)),
])

_keys_of_findings(document) := [finding.key |
	decision := _decide_document(document)
	some list in ["deny", "warn"]
	some finding in decision[list]
	finding.id == "NG004"
]

# The first of its places stands for all.
test_one_finding_for_many_places if {
	every more in [{}, {"owner": ""}] {
		_keys_of_findings(_on_object(more)) == [""]
	}
}

# Two lines, two files, two rules of one line.
test_comments_apart if {
	first := _comment({"covers": 99})
	every more in [{"line": 12}, {"file": "other.conf"}, {"id": "NG109"}] {
		count(_keys_of_findings(_commented([first, _comment(object.union({"covers": 99}, more))]))) == 2
	}
}

_findings_about(used, given) := found if {
	found := waivers.findings_about(used) with input as _document
		with data.nginx_grpc as given
		with time.now_ns as _today
}

_pair(more) := {"waivers": [object.union(_waiver, more), object.union(_waiver, more)]}

# The place among the settings tells whoever read their file where it stands.
test_which_setting_it_is if {
	{[finding.setting, finding.cause] | some finding in _findings_about(set(), _pair({}))} == {
		["waivers[0]", "waiver waivers[0] accepts nothing"],
		["waivers[1]", "waiver waivers[1] accepts nothing"],
	}
	{finding.setting | some finding in _findings_about(set(), _pair({"owner": ""}))} == {"waivers[0]", "waivers[1]"}
	{finding.setting | some finding in _findings_about({0, 1}, _pair({"expires": "2026-11-24"}))} == {"waivers[0]", "waivers[1]"}
}

test_malformed_comments if {
	_about_waivers(_decide_document(_malformed)) == {"the waiver of NG106 holds until twice"}
	_about_waivers(_decide_document(_no_date)) == {"the waiver of NG106 has no last day"}
	_waived(_decide_document(_malformed)) == set()
	_waived(_decide_document(_malformed_beside_another)) == set()
	some finding in _decide_document(_malformed).deny
	finding.remedy == "# nginx-grpc: ignore NG205 until=2027-03-01 owner=payments reason=..."
}

test_comments_forbidden if {
	decision := verdict.decision with input as _on_the_line
		with data.nginx_grpc as {"inline_waivers": "forbid"}
		with time.now_ns as _today
	_about_waivers(decision) == {"the waiver of NG106 stands in a comment, and settings forbid that"}
	t.decisions(decision.deny) & {"move it to waivers in the settings"} == {"move it to waivers in the settings"}
	_covering(object.union(_settings({}), {"inline_waivers": "forbid"})) != set()
	decision.waived == []
}

test_not_in_order if {
	cases := {
		"has no reason": [{"reason": " "}, "reason: why the finding is accepted"],
		"has no owner": [{"owner": ""}, "owner: who answers for it"],
		"has no last day": [{"expires": "soon"}, "a day as 2027-03-01 (expires in settings, until= in a comment)"],
		"expired on 2026-11-23": [{"expires": "2026-11-23"}, "correct the configuration, or renew the waiver"],
		"is for a rule that always holds": [{"id": "NG002"}, "remove the waiver"],
		"names no rule": [{"id": "NG999"}, "the id of a rule, as nginx-grpc rules lists them"],
		"has a file pattern of more than *, ** and ?": [{"file": "conf.d/{a,b}.conf"}, "file: conf.d/*.conf"],
	}
	every problem, given in cases {
		_is_wrong(_settings(given[0]), problem)
		_fix(_settings(given[0])) == {given[1]}
		_covering(_settings(given[0])) == set()
	}
}

_fix(given) := fixes if {
	fixes := {finding.remedy |
		some finding in waivers.findings_about(set()) with input as _document
			with data.nginx_grpc as given
			with time.now_ns as _today
	}
}

test_rules_that_always_hold if {
	every id in ["NG001", "NG002", "NG003", "NG004"] {
		_is_wrong(_settings({"id": id}), "is for a rule that always holds")
	}
}

_is_wrong(given, problem) if {
	found := waivers.findings_about(set()) with input as _document
		with data.nginx_grpc as given
		with time.now_ns as _today
	[finding] = [finding | some finding in found]
	endswith(finding.message, problem)
	finding.levels == {"checklist": "deny", "evidence": "deny"}
}

test_what_is_not_in_order_does_not_waive if {
	decision := _decide(_settings({"expires": "2026-11-23"}))
	decision.waived == []
	{"NG004", "NG106"} & {finding.id | some finding in decision.deny} == {"NG004", "NG106"}
}

test_missing_words if {
	_is_wrong(_without("reason"), "has no reason")
	_is_wrong(_without("owner"), "has no owner")
	_is_wrong(_without("expires"), "has no last day")
}

# 2026-11-24 is today.
test_last_day if {
	decision := _decide(_settings({"expires": "2026-11-24"}))
	_waived(decision) == {"NG106 settings"}
	_about_waivers(decision) == {"the waiver of NG106 ends on 2026-11-24"}
	some finding in decision.warn
	finding.remedy == "correct the configuration before 2026-11-24, or renew the waiver with payments"
	_about_waivers(_decide(_settings({"expires": "2026-11-24", "server": "another"}))) == {"the waiver of NG106 accepts nothing"}
}

test_thirty_days if {
	_about_waivers(_decide(_settings({"expires": "2026-12-24"}))) == {"the waiver of NG106 ends on 2026-12-24"}
	_about_waivers(_decide(_settings({"expires": "2026-12-25"}))) == set()
}

test_settings_come_before_comments if {
	decision := verdict.decision with input as _on_the_line
		with data.nginx_grpc as _settings({})
		with time.now_ns as _today
	_waived(decision) == {"NG106 settings"}
	_about_waivers(decision) == set()
}

# A rule that is off finds nothing, so that there is nothing to accept.
test_a_rule_that_is_off if {
	decision := _decide(object.union(_settings({}), {"levels": {"NG106": "off"}}))
	decision.waived == []
	_about_waivers(decision) == {"the waiver of NG106 accepts nothing"}
}

test_a_comment_on_what_is_not_judged if {
	unknown := object.union(
		t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$t")})),
		{"waivers": [_comment({})]},
	)
	decision := _decide_document(unknown)
	decision.waived == []
	_about_waivers(decision) == {"the waiver of NG106 accepts nothing"}
}

test_what_is_not_judged_can_be_waived if {
	unknown := t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$t")}))
	decision := verdict.decision with input as unknown
		with data.nginx_grpc as {"waivers": [object.remove(object.union(_waiver, {"id": "NG005"}), ["location"])]}
		with time.now_ns as _today
	_waived(decision) == {"NG005 settings"}
	not "NG005" in {finding.id | some finding in decision.warn}
}

test_findings_without_waivers if {
	waivers.findings_about(set()) == set() with input as _document
}
