package nginx.grpc.rules.incomplete_test

import data.nginx.grpc.rules.incomplete
import data.nginx.grpc.testing as t

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_does_not_matter := object.union(_unread, {"gaps": [object.union(t.unread.gaps[0], {"matters": false})]})

_fragment(location) := object.union(t.one_location(t.behind_gap(location)), t.fragment)

_complete := t.one_location(t.pass("/", {}))

test_an_include_that_matters if {
	found := incomplete.findings with input as _unread
	t.faults(found) == {"include conf.d/limits.conf was not read (no such file), and it may hold a gRPC location or what one depends on"}
	t.places(found) == {5}
	t.levels(found, "evidence") == {"deny"}
}

test_one_that_does_not_is_no_pass if {
	found := incomplete.findings with input as _does_not_matter
	t.faults(found) == set()
	t.reasons(found) == {"include conf.d/limits.conf was not read: no such file"}
}

test_a_fragment_with_grpc_is_no_pass if {
	fragment := _fragment(t.pass("/", {}))
	found := incomplete.findings with input as fragment
	t.faults(found) == set()
	t.reasons(found) == {"http is not seen: the text is a server"}
}

test_a_fragment_where_nothing_unknown_may_pass if {
	document := _fragment(t.page("/", {}))
	count(incomplete.findings) == 1 with input as document with data.nginx_grpc as {"not_judged": "deny"}
}

test_what_needs_nothing_more if {
	gaps := [object.union(t.fragment.gaps[0], {"matters": false})]
	t.is_clean(incomplete.findings) with input as object.union(_fragment(t.page("/", {})), {"gaps": gaps})
	t.is_clean(incomplete.findings) with input as _complete
}

_placeholders(count) := [object.union(t.unread.gaps[0], {"kind": "placeholder", "what": what, "reason": "nothing defines it"}) |
	some n in numbers.range(1, count)
	what := concat("", ["${NAME", format_int(n, 10), "}"])
]

_filled_in(count) := object.union(_complete, {"complete": false, "gaps": _placeholders(count)})

test_names_that_nothing_defines if {
	found := incomplete.findings with input as _filled_in(2)
	{unknown.reason | some unknown in found} == {"nothing defines ${NAME1}, ${NAME2}"}
	{unknown.outcome | some unknown in found} == {"unknown"}
	many := incomplete.findings with input as _filled_in(10)
	some unknown in many
	endswith(unknown.reason, "${NAME8}, and 2 more")
	all_named := incomplete.findings with input as _filled_in(8)
	some named in all_named
	not contains(named.reason, "more")
}

test_names_in_what_carries_no_calls if {
	quiet := object.union(_complete, {"gaps": [object.union(gap, {"matters": false}) | some gap in _placeholders(2)]})
	t.is_clean(incomplete.findings) with input as quiet
}

test_names_where_nothing_unknown_passes if {
	quiet := object.union(_complete, {"gaps": [object.union(gap, {"matters": false}) | some gap in _placeholders(1)]})
	found := incomplete.findings with input as quiet with data.nginx_grpc as {"not_judged": "deny"}
	{unknown.reason | some unknown in found} == {"nothing defines ${NAME1}"}
}
