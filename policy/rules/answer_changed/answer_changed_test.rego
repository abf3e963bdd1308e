package nginx.grpc.rules.answer_changed_test

import data.nginx.grpc.rules.answer_changed
import data.nginx.grpc.testing as t

_filtered(name, value, effect) := t.one_location(t.pass("/", {"answer_filter": object.union(t.at(7), {"name": name, "value": value, "effect": effect})}))

# [directive, value, effect, message, edit]
_of_calls := [
	["add_after_body", "/footer", "every", "add_after_body /footer changes every answer: no call ends with what its server says", "set addition_types text/html"],
	["add_before_body", "/top", "every", "add_before_body /top changes every answer: no call ends with what its server says", "set addition_types text/html"],
	["xslt_stylesheet", "/a.xsl", "every", "xslt_stylesheet /a.xsl changes every answer: no call ends with what its server says", "set xslt_types text/xml"],
	["image_filter", "test", "every", "image_filter test answers every call with 415: UNKNOWN", "set image_filter off"],
	["source_charset", "koi8-r", "every", "source_charset koi8-r recodes every answer: calls that fail without a message end with UNKNOWN or INTERNAL, and messages are changed", "set charset off"],
	["sub_filter", "a b", "text", "sub_filter a b changes each answer that holds the text: its length is wrong then, and the call hangs or ends with INTERNAL", "set sub_filter_types text/html"],
	["subs_filter", "a b", "text", "subs_filter a b changes each answer that holds the text: its length is wrong then, and the call hangs or ends with INTERNAL", "set subs_filter_types text/html"],
]

test_of_calls if {
	every case in _of_calls {
		found := answer_changed.findings with input as _filtered(case[0], case[1], case[2])
		t.faults(found) == {case[3]}
		t.reasons(found) == set()
		t.fixes(found) == {["unsafe", case[4]]}
		t.levels(found, "evidence") == {"deny"}
		t.places(found) == {7}
		some one in found
		one.directive == case[0]
	}
}

test_of_a_page if {
	found := answer_changed.findings with input as _filtered("sub_filter", "</head> <script></head>", "text")
	t.levels(found, "evidence") == {"warn"}
	t.levels(found, "checklist") == {"warn"}
	every message in t.faults(found) {
		endswith(message, "changes each answer that holds the text: its length is wrong then, and the call hangs or ends with INTERNAL")
	}
	added := answer_changed.findings with input as _filtered("add_after_body", "<", "every")
	t.levels(added, "evidence") == {"deny"}
}

test_without_types if {
	found := answer_changed.findings with input as _filtered("echo_after_body", "x", "every")
	t.decisions(found) == {"take echo_after_body away where gRPC comes"}
	before := answer_changed.findings with input as _filtered("echo_before_body", "x", "every")
	t.decisions(before) == {"take echo_before_body away where gRPC comes"}
}

test_code if {
	document := _filtered("body_filter_by_lua_block", "", "unknown")
	found := answer_changed.findings with input as document
	t.faults(found) == set()
	t.reasons(found) == {"what body_filter_by_lua_block makes of answers is not seen"}
	t.hints(found) == {"take body_filter_by_lua_block away where gRPC comes"}
	t.is_clean(answer_changed.findings) with input as object.union(document, {"controller": "ingress-nginx"})
}

test_nothing if {
	t.is_clean(answer_changed.findings) with input as t.one_location(t.pass("/", {}))
}
