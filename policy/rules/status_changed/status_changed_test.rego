package nginx.grpc.rules.status_changed_test

import data.nginx.grpc.rules.status_changed
import data.nginx.grpc.testing as t

_listed(context, directive, headers) := t.listed(
	t.one_location(t.pass("/", {directive: 0})),
	[t.header_list(directive, context, headers)],
)

_with(directive, name, value) := _listed("location", directive, [t.header("x-a", "b"), t.header(name, value)])

_trailer := "takes the status from calls that fail without a message: whatever the server says, they end with UNKNOWN or INTERNAL"

test_trailer if {
	found := status_changed.findings with input as _listed("location", "add_trailer", [t.header("x-a", "$b")])
	t.faults(found) == {concat(" ", ["add_trailer x-a", _trailer])}
	t.levels(found, "evidence") == {"deny"}
	t.places(found) == {13}
	some one in found
	one.directive == "add_trailer"
	one.remedy == "remove add_trailer (line 13)"
	one.fix.applicability == "safe"
	empty := status_changed.findings with input as _listed("location", "add_trailer", [t.header("grpc-status", "")])
	t.faults(empty) == {concat(" ", ["add_trailer grpc-status", _trailer])}
	status := status_changed.findings with input as _listed("location", "add_trailer", [t.header("Grpc-Status", "13")])
	t.faults(status) == {"add_trailer grpc-status \"13\" ends every call, whatever the server says"}
}

# [directive, name, value, message, level]
_harmful := [
	["add_header", "Grpc-Status", "14", "add_header grpc-status \"14\" takes the place of what the server says in calls that fail without a message", "deny"],
	["add_header", "grpc-status", "$host", "add_header grpc-status \"$host\" takes the place of what the server says in calls that fail without a message", "deny"],
	["add_header", "grpc-message", "x", "add_header grpc-message takes from clients what the server says of an error", "warn"],
	["add_header", "grpc-encoding", "gzip", "add_header grpc-encoding hides how the server has compressed its messages: clients can't read those", "deny"],
	["add_header", "te", "gzip", "add_header te \"gzip\" fails every call: C-core clients refuse it", "deny"],
	["add_header", "x-a-bin", "!", "add_header x-a-bin \"!\" fails every call: gRPC clients refuse it", "deny"],
	["add_header", ":status", "200", "add_header :status \"200\" fails every call: gRPC clients refuse it", "deny"],
	["add_header", "x!y", "b", "add_header x!y \"b\" fails every call: C-core clients refuse it", "deny"],
	["grpc_hide_header", "Grpc-Status", "", "grpc_hide_header Grpc-Status fails every call: gRPC clients get UNKNOWN", "deny"],
	["grpc_hide_header", "content-type", "", "grpc_hide_header content-type fails every call: grpc-go clients get UNKNOWN", "deny"],
	["grpc_hide_header", "grpc-encoding", "", "grpc_hide_header grpc-encoding hides how the server has compressed its messages: clients can't read those", "deny"],
	["grpc_hide_header", "grpc-message", "", "grpc_hide_header grpc-message takes from clients what the server says of an error", "warn"],
]

test_harmful if {
	every case in _harmful {
		found := status_changed.findings with input as _with(case[0], case[1], case[2])
		t.faults(found) == {case[3]}
		t.levels(found, "evidence") == {case[4]}
		t.reasons(found) == set()
	}
}

_harmless := [
	["add_header", "x-b", "$c"], ["add_header", "Content-Type", "text/html"], ["add_header", "content-length", "0"],
	["add_header", "grpc-status", ""], ["add_header", "te", "trailers"], ["add_header", "x-a-bin", "YQ"],
	["add_header", "Trailer", "x"], ["add_header", ":status", ""], ["grpc_hide_header", "Date", ""],
	["grpc_hide_header", "Trailer", ""], ["grpc_hide_header", "te", ""], ["grpc_set_header", "grpc-status", "1"],
	["grpc_pass_header", "grpc-status", ""],
]

test_harmless if {
	every case in _harmless {
		t.is_clean(status_changed.findings) with input as _with(case[0], case[1], case[2])
	}
	t.is_clean(status_changed.findings) with input as t.one_location(t.pass("/", {}))
	t.is_clean(status_changed.findings) with input as t.listed(
		t.one_location(t.proxied("/", "no", {"add_header": 0})),
		[t.header_list("add_header", "location", [t.header("grpc-status", "14")])],
	)
}

test_not_known if {
	every name in ["grpc-status", "x-a-bin", "x y", "te"] {
		found := status_changed.findings with input as _with("add_header", name, "$a")
		t.faults(found) == set()
		t.reasons(found) == {concat("", ["add_header ", name, " $a is not known before a call comes"])}
		t.hints(found) == {concat("", ["remove add_header ", name])}
	}
	incomplete := t.listed(
		t.one_location(t.pass("/", {"add_trailer": 0})),
		[object.union(t.header_list("add_trailer", "http", []), {"complete": false})],
	)
	t.reasons(status_changed.findings) == {"something was not read"} with input as incomplete
}

_passed(name) := t.listed(t.one_location(t.pass("/", {"grpc_hide_header": 0, "grpc_pass_header": 1})), [
	t.header_list("grpc_hide_header", "http", [t.header("grpc-status", "")]),
	t.header_list("grpc_pass_header", "http", [t.header("Date", ""), t.header(name, "")]),
])

test_passed_again if {
	t.is_clean(status_changed.findings) with input as _passed("Grpc-Status")
	count(status_changed.findings) == 1 with input as _passed("Server")
}

test_of_others_as_well if {
	outer := status_changed.findings with input as _listed("server", "add_header", [t.header("grpc-status", "14")])
	some one in outer
	one.fix.applicability == "unsafe"
	mixed := t.listed(
		t.one_location(t.pass("/", {"add_header": 0, "mixed": true})),
		[t.header_list("add_header", "location", [t.header("grpc-status", "14")])],
	)
	some other in status_changed.findings with input as mixed
	other.fix.applicability == "unsafe"
}

# An `if` in the location, which says something of its own.
_branch(more, directive, context, header) := t.listed(
	t.locations([
		t.pass("/", {"id": "outer", directive: 1}),
		t.pass("/", object.union({"id": "inner", "modifier": "if", "parent": "outer", "name": "if ($http_te)", "condition": _asking("$http_te"), directive: 0}, more)),
	]),
	[t.header_list(directive, context, [header]), t.header_list(directive, "location", [t.header("x-a", "b")])],
)

_asking(variable) := {"text": variable, "variable": variable, "operator": "", "value": ""}

_status := t.header("grpc-status", "14")

test_in_an_if if {
	found := status_changed.findings with input as _branch({"met": "every"}, "add_header", "if", _status)
	t.faults(found) == {"add_header grpc-status \"14\" takes the place of what the server says in calls that fail without a message"}
	some one in found
	one.fix.applicability == "unsafe"
	one.location == "/"
	every variable in ["$uri", "$document_uri", "$request_uri"] {
		of_the_path := _branch({"met": "some", "condition": _asking(variable)}, "add_header", "if", _status)
		count(t.faults(status_changed.findings)) == 1 with input as of_the_path
	}
}

test_in_an_if_that_calls_may_meet if {
	found := status_changed.findings with input as _branch({"met": "some"}, "add_header", "if", _status)
	t.faults(found) == set()
	t.reasons(found) == {"whether calls meet if ($http_te), which says add_header grpc-status, is not known"}
	t.hints(found) == {"remove add_header grpc-status"}
}

test_in_an_if_without_harm if {
	t.is_clean(status_changed.findings) with input as _branch({}, "add_header", "if", _status)
	t.is_clean(status_changed.findings) with input as _branch({"met": "every"}, "add_header", "if", t.header("x-b", "c"))
	t.is_clean(status_changed.findings) with input as _branch({"met": "some"}, "add_header", "if", t.header("x-b", "c"))
	other := {"met": "every", "grpc": {"carries": "no", "reasons": []}}
	t.is_clean(status_changed.findings) with input as _branch(other, "add_header", "if", _status)

	# What it inherits is found in its location.
	t.is_clean(status_changed.findings) with input as _branch({"met": "every"}, "add_header", "location", _status)
	t.is_clean(status_changed.findings) with input as _branch({"met": "some"}, "add_header", "location", _status)
}

# What the location says is in effect for no call.
_put_aside(met) := t.listed(
	t.locations([
		t.pass("/", {"id": "outer", "add_header": 0}),
		t.pass("/", {"id": "inner", "modifier": "if", "parent": "outer", "add_header": 1, "met": met, "condition": _asking("$a")}),
	]),
	[t.header_list("add_header", "location", [_status]), t.header_list("add_header", "if", [t.header("x-a", "b")])],
)

test_put_aside_by_an_if if {
	t.is_clean(status_changed.findings) with input as _put_aside("every")
	count(t.faults(status_changed.findings)) == 1 with input as _put_aside("some")
}

# [directive, name, value, message]
_of_headers_more := [
	["more_set_headers", "Content-Type", "text/html", "more_set_headers Content-Type fails every call: grpc-go clients get UNKNOWN"],
	["more_set_headers", "content-length", "0", "more_set_headers content-length fails every call: gRPC clients get UNKNOWN"],
	["more_set_headers", "grpc-status", "14", "more_set_headers grpc-status \"14\" takes the place of what the server says in calls that fail without a message"],
	["more_set_headers", "x-a-bin", "!", "more_set_headers x-a-bin \"!\" fails every call: gRPC clients refuse it"],
	["more_set_headers", "grpc-status", "", "more_set_headers grpc-status ends calls that fail without a message with UNKNOWN or INTERNAL, whatever the server says"],
	["more_clear_headers", "Content-Type", "", "more_clear_headers content-type fails every call: grpc-go clients get UNKNOWN"],
	["more_clear_headers", "Content-Length", "", "more_clear_headers Content-Length ends calls that fail without a message with UNKNOWN or INTERNAL, whatever the server says"],
	["more_clear_headers", "grpc-*", "", "more_clear_headers grpc-* ends calls that fail without a message with UNKNOWN or INTERNAL, whatever the server says"],
	["more_clear_headers", "grpc-message", "", "more_clear_headers grpc-message takes from clients what the server says of an error"],
]

test_of_headers_more if {
	every case in _of_headers_more {
		found := status_changed.findings with input as _with(case[0], case[1], case[2])
		{lower(message) | some message in t.faults(found)} == {lower(case[3])}
		some one in found
		one.fix.applicability == "manual"
	}
	inner := status_changed.findings with input as _branch({"met": "every"}, "more_clear_headers", "if", t.header("*", ""))
	some one in inner
	one.fix.applicability == "manual"
}

_harmless_of_headers_more := [
	["more_set_headers", "Content-Type", "application/grpc+proto"], ["more_set_headers", "Content-Type", "$a"],
	["more_set_headers", "X-Frame-Options", "DENY"], ["more_clear_headers", "Server", ""], ["more_clear_headers", "X-*", ""],
]

test_harmless_of_headers_more if {
	every case in _harmless_of_headers_more {
		t.faults(status_changed.findings) == set() with input as _with(case[0], case[1], case[2])
	}
}
