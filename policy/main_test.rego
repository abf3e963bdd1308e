package nginx.grpc.main_test

import data.nginx.grpc
import data.nginx.grpc.report
import data.nginx.grpc.testing as t

_http2(file) := t.document(
	[t.server([t.pass("/", {"file": file})], {"listens": [t.listen({"speaks_http2": "no", "file": file})]})],
	[t.greeter],
)

_one := _http2("b.conf")

_all_rules := {id | id := data.nginx.grpc.rules[_].about.id}

_two := [_http2("b.conf"), _http2("a.conf")]

_clean := t.one_location(t.location("/", {}))

_waiver(location) := {"waivers": [{
	"id": "NG201",
	"file": location,
	"reason": "a reason",
	"owner": "payments",
	"expires": "2999-01-01",
}]}

_denied(decision) := [[finding._loc.file, finding.id] | some finding in decision.deny]

test_one_document if {
	decision := grpc.decision with input as _one
	["b.conf", "NG201"] in _denied(decision)
	not decision.allow
}

test_deny_and_warn_are_what_the_decision_says if {
	decision := grpc.decision with input as _one
	deny := grpc.deny with input as _one
	warn := grpc.warn with input as _one
	deny == {finding | some finding in decision.deny}
	warn == {finding | some finding in decision.warn}
	count(warn) > 0
}

# Each of these would be warned of something, or of nothing, were it as its schema says.
test_what_is_no_document_is_warned_of_no_more_than_the_decision_says if {
	every document in [_one, t.one_location(t.pass("/", {}))] {
		every wrong in [
			object.union(document, {"controller": "none"}),
			object.union(document, {"schema_version": 1}),
			object.union(document, {"servers": array.concat(document.servers, document.servers)}),
			[object.union(document, {"controller": "none"})],
		] {
			decision := grpc.decision with input as wrong
			warn := grpc.warn with input as wrong
			deny := grpc.deny with input as wrong
			warn == {finding | some finding in decision.warn}
			{finding.id | some finding in deny} == {"NG001"}
		}
	}
}

test_a_clean_document_is_warned_of_nothing if {
	clean := t.document([], [])
	decision := grpc.decision with input as clean
	warn := grpc.warn with input as clean
	decision.warn == []
	warn == set()
}

test_documents_together if {
	decision := grpc.decision with input as _two
	files := [pair[0] | some pair in _denied(decision)]
	files == sort(files)
	{pair[0] | some pair in _denied(decision)} == {"a.conf", "b.conf"}
	{rule.id | some rule in decision.rules} == _all_rules
	not decision.allow
}

test_one_bad_document_denies_all if {
	decision := grpc.decision with input as [_clean, {}]
	not decision.allow
	{finding.id | some finding in decision.deny} == {"NG001"}
	{rule.id | some rule in decision.rules} == _all_rules
}

test_all_clean if {
	decision := grpc.decision with input as [_clean, _clean]
	decision.allow
	decision.schema_version == 2
	alone := grpc.decision with input as [_clean]
	alone.allow
}

test_no_documents if {
	decision := grpc.decision with input as []
	not decision.allow
	{finding.id | some finding in decision.deny} == {"NG001"}
}

test_no_input if {
	not grpc.decision.allow
	{finding.id | some finding in grpc.deny} == {"NG001"}
}

# A waiver is unused only if no document uses it.
test_waiver_used_in_one_document if {
	used := grpc.decision with input as _two with data.nginx_grpc as _waiver("a.conf")
	not "NG004" in {finding.id | some finding in used.warn}
	{finding._loc.file | some finding in used.waived} == {"a.conf"}
	unused := grpc.decision with input as _two with data.nginx_grpc as _waiver("c.conf")
	[finding.message | some finding in unused.warn; finding.id == "NG004"] == ["the waiver of NG201 accepts nothing"]
}

# So it is with what settings say of an upstream.
test_upstream_of_settings_in_one_document if {
	here := object.union(_clean, {"upstreams": [t.upstream("here", {}, [])]})
	given := {"grpc": {"upstreams": {"here": {"longest_silence": "5m"}, "gone": {"longest_silence": "5m"}}}}
	decision := grpc.decision with input as [_clean, here] with data.nginx_grpc as given
	[finding.message | some finding in decision.warn; finding.id == "NG003"] == ["nginx_grpc.grpc.upstreams.gone is for an upstream that is not there"]
}

test_waiver_that_ends_soon_in_one_document if {
	soon := {"waivers": [object.union(_waiver("a.conf").waivers[0], {"expires": "2026-11-30"})]}
	decision := grpc.decision with input as _two
		with data.nginx_grpc as soon
		with time.now_ns as 1795521600000000000
	[finding.message | some finding in decision.warn; finding.id == "NG004"] == ["the waiver of NG201 ends on 2026-11-30"]
}

# A comment stands in one document, where it accepts something or not.
test_waiver_of_a_comment if {
	comment := {
		"file": "b.conf",
		"line": 9,
		"id": "NG201",
		"until": "2999-01-01",
		"owner": "payments",
		"reason": "a reason",
		"problem": "",
		"covers": 99,
	}
	decision := grpc.decision with input as [object.union(_one, {"waivers": [comment]}), _clean]
	[finding.message | some finding in decision.warn; finding.id == "NG004"] == ["the waiver of NG201 accepts nothing"]
}

test_unknown_in_one_document if {
	variable := t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$t")}))
	decision := grpc.decision with input as [_clean, variable]
	{rule.outcome | some rule in decision.rules; rule.id == "NG106"} == {"unknown"}
	{rule.outcome | some rule in decision.rules; rule.id == "NG103"} == {"judged"}
}

# Each once, by place: what several documents share is not said twice.
test_not_judged_of_all_documents if {
	variable := t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$t")}))
	decision := grpc.decision with input as [_clean, variable, variable]
	decision.not_judged == [
	{
		"rule": rule,
		"reason": "grpc_read_timeout $t holds a variable",
		"at": {"file": "nginx.conf", "line": 12, "key": ""},
	} |
		some rule in ["NG106", "NG211", "NG301"]
		some entry in decision.not_judged
		entry.rule == rule
	]
	count(decision.not_judged) > 1
}

test_report_carries_the_decision if {
	decision := grpc.decision with input as _one
	warn := report.warn with input as _one
	warn == {{"msg": "decision", "decision": decision}}
}

# Three shards: two with a server each, and the last, which has none.
_shard(number, servers, more) := object.union(
	t.document(servers, [t.greeter]),
	object.union({"shard": {"number": number, "last": false, "before": []}}, more),
)

_shards(more) := [
	_shard(1, [t.server([t.pass("/a", {"directives": t.fields({"grpc_read_timeout": t.variable("$a")})})], {})], more),
	_shard(2, [t.server([t.pass("/b", {"directives": t.fields({"grpc_read_timeout": t.time("1s", 1000)})})], {})], more),
	_last(3, more),
]

_last(number, more) := object.union(
	_shard(number, [], more),
	{"shard": {"number": number, "last": true, "before": []}, "upstreams": []},
)

_merged(more) := object.union(
	t.document(
		[
			t.server([t.pass("/a", {"directives": t.fields({"grpc_read_timeout": t.variable("$a")})})], {}),
			t.server([t.pass("/b", {"id": "1.0", "directives": t.fields({"grpc_read_timeout": t.time("1s", 1000)})})], {}),
		],
		[t.greeter],
	),
	more,
)

_settings := {"settings": {
	"grpc": {"upstreams": {"greeter": {"streaming": "bidi"}, "gone": {"streaming": "bidi"}}},
	"waivers": [
		{"id": "NG106", "location": "/b", "reason": "r", "owner": "o", "expires": "2999-01-01"},
		{"id": "NG108", "location": "/c", "reason": "r", "owner": "o", "expires": "2999-01-01"},
	],
}}

test_shards_are_judged_as_the_whole if _judged_as_the_whole({})

test_shards_with_settings_are_judged_as_the_whole if _judged_as_the_whole(_settings)

_judged_as_the_whole(more) if {
	sharded := grpc.decision with input as {"shards": _shards(more)}
	whole := grpc.decision with input as _merged(more)
	sharded == whole
	"NG005" in {finding.id | some finding in whole.warn}
	count(whole.deny) > 0
}

test_what_is_waived_or_named_in_one_shard_is_not_told if {
	decision := grpc.decision with input as {"shards": _shards(_settings)}
	{finding.message | some finding in decision.warn; finding.id in {"NG003", "NG004"}} == {
		"nginx_grpc.grpc.upstreams.gone is for an upstream that is not there",
		"the waiver of NG108 accepts nothing",
	}
	{finding.location | some finding in decision.waived} == {"/b"}
}

test_shards_of_several_configurations if {
	decision := grpc.decision with input as [{"shards": _shards({})}, _one, {"shards": _shards({})}]
	not "NG001" in {finding.id | some finding in decision.deny}
	"b.conf" in {pair[0] | some pair in _denied(decision)}
}

_told_alone(decision) if {
	not decision.allow
	"NG001" in {finding.id | some finding in decision.deny}
}

# Several tests, for conftest lets none take five seconds.
test_a_shard_alone_is_no_document if {
	every shard in _shards({}) {
		_told_alone(grpc.decision) with input as shard
	}
}

test_a_shard_in_an_array_is_no_document if {
	every shard in _shards({}) {
		_told_alone(grpc.decision) with input as [shard]
	}
	_told_alone(grpc.decision) with input as _shards({})
}

test_what_is_no_shards if {
	every given in [[], {}, null, 1, "one", [{}]] {
		_told_alone(grpc.decision) with input as {"shards": given}
	}
}

test_a_shard_left_out_is_no_document if {
	[one, two, three] := _shards({})
	every given in [[one], [one, two], [two, three], [one, three], [three], [{}, two, three]] {
		_told_alone(grpc.decision) with input as {"shards": given}
	}
}

test_a_shard_doubled_is_no_document if {
	[one, two, three] := _shards({})
	every given in [[one, one, three], [one, two, two, three], [one, two, three, three]] {
		_told_alone(grpc.decision) with input as {"shards": given}
	}
}

test_a_shard_of_another_configuration_is_no_document if {
	[one, two, three] := _shards({})
	other := object.union(two, {"source": object.union(two.source, {"entry": "b.conf"})})
	every given in [[one, other, three], [one, two, three, {}], [one, three, two]] {
		_told_alone(grpc.decision) with input as {"shards": given}
	}
}
