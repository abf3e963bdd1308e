package nginx.grpc.rules.error_page_harm_test

import data.nginx.grpc.rules.error_page_harm
import data.nginx.grpc.testing as t

_right := t.with_page("=", {})

_no_content := t.with_page("=", {"status": 204})

_headers_lost := t.with_page("", {"kept": true, "status": 0})

_always := t.with_page("", {"kept": true, "status": 0, "headers": [t.sent_always("grpc-status", "14")]})

_with_code(code) := t.with_page("=", {"headers": [t.sent("grpc-message", "down"), t.sent("grpc-status", code)]})

_missing := t.with_pages([t.error_page([502], "=", "@gone")], [t.followed("@gone", "=", {"answer": "missing", "status": 500})])

_url := "https://status.example/"

_redirect := t.with_pages([t.error_page([502], "", _url)], [t.followed(_url, "", {"answer": "redirect", "status": 302})])

_denied := t.pass("/denied", {"error_page": 0, "errors": {"statuses": [403], "any": false}})

_html := {"type": "text/html", "body": "text", "headers": []}

_for(location, status, more) := t.with_pages_of(
	location,
	[t.error_page([status], "=", "/e")],
	[t.followed("/e", "=", object.union({"location": "/e"}, more))],
)

_two_pages := t.with_pages(
	[t.error_page([502], "=", "/a"), t.error_page([503, 504, 502], "=", "/b")],
	[t.followed("/a", "=", {}), t.followed("/b", "=", {"status": 204})],
)

_two_harms := t.with_pages(
	[t.error_page([503, 502], "=", "/a"), t.error_page([504], "=", "/b")],
	[t.followed("/a", "=", {"status": 204}), t.followed("/b", "=", {"status": 204})],
)

# Lists of several locations that lead to one page.
_lists(last) := object.union(
	t.document(
		[t.server(
			array.concat([t.location("/e", {})], [location |
				some at in numbers.range(0, last)
				location := t.pass(concat("", ["/", format_int(at, 10)]), {"error_page": at})
			]),
			{"pages": [t.followed("/e", "=", {"location": "/e", "status": 204})]},
		)],
		[t.greeter],
	),
	{"error_page_lists": [list |
		some at in numbers.range(0, last)
		entry := object.union(t.error_page([502, 503 + (at % 2)], "=", "/e"), {"line": 30 + at})
		list := {"context": "location", "complete": true, "pages": [entry]}
	]},
)

_many := _lists(3)

_says(document, text) if {
	found := error_page_harm.findings with input as document
	some message in t.faults(found)
	contains(message, text)
}

test_right_page if {
	t.is_clean(error_page_harm.findings) with input as _right
}

_elsewhere := {["safe", "add error_page 502 503 504 = /grpc_unavailable", "add location = /grpc_unavailable"]}

_kept(code) := t.one_location(t.pass("@g", {"arrival": t.fields({
	"answer": "yes",
	"kept": t.stopped({"text": "error_page 418 @g", "code": code}).stop,
})}))

test_kept_behind_a_page if {
	found := error_page_harm.findings with input as _kept(418)
	t.faults(found) == {"error_page 418 @g keeps its status: clients with C-core, and grpc-go before 1.83, see 418 and report UNKNOWN or INTERNAL, whatever the server answers"}
	t.places(found) == {15}
	t.decisions(found) == {"= before the page's name: the status is the server's own then"}
	told := error_page_harm.findings with input as _kept(503)
	t.faults(told) == {"error_page 418 @g keeps its status: clients with C-core, and grpc-go before 1.83, see 503 and report UNAVAILABLE, whatever the server answers"}
}

test_no_content if {
	found := error_page_harm.findings with input as _no_content
	t.faults(found) == {"for 502 503 504 of / clients get 204 from /e, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN instead of UNAVAILABLE"}
	t.fixes(found) == _elsewhere
	t.places(found) == {15}
	t.levels(found, "evidence") == {"deny"}
	t.subjects(found) == {["api.example", "/e", ""]}
}

test_headers_lost if {
	found := error_page_harm.findings with input as _headers_lost
	_says(_headers_lost, "grpc-status is not added")
	t.places(found) == {14}
	t.fixes(found) == {["safe", "add error_page 502 503 504 = /e"]}
}

test_status_kept_with_always_is_a_warning if {
	found := error_page_harm.findings with input as _always
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
	t.places(found) == {14}
}

test_codes_point_at_their_header if {
	every code, text in {"UNAVAILABLE": "is no code", "0": "the failed call for answered", "13": "no longer see"} {
		_says(_with_code(code), concat("", ["says grpc-status ", code]))
		_says(_with_code(code), text)
		found := error_page_harm.findings with input as _with_code(code)
		t.places(found) == {16}
		{finding.directive | some finding in found} == {"add_header"}
	}
}

test_content_length if {
	document := t.with_page("=", {"headers": [t.sent("grpc-status", "14"), object.union(t.sent("content-length", "0"), {"line": 17})]})
	_says(document, "two content-length headers")
	found := error_page_harm.findings with input as document
	t.places(found) == {17}
}

test_redirect_and_missing if {
	_says(_redirect, "a redirect to https://status.example/")
	found := error_page_harm.findings with input as _redirect
	t.subjects(found) == {["api.example", "", ""]}
	_says(_missing, "nginx looks for @gone")
}

# As if there were no page: that is NG109's.
test_html_with_the_status_kept_is_no_harm if {
	t.is_clean(error_page_harm.findings) with input as t.with_page("", object.union(_html, {"kept": true, "status": 0}))
}

# The code that a client is told without the page is the one that is lost.
test_other_statuses if {
	_says(_for(_denied, 403, {"status": 204}), "UNKNOWN instead of PERMISSION_DENIED")
	found := error_page_harm.findings with input as _for(_denied, 403, _html)
	t.fixes(found) == {["safe", "add error_page 403 = /grpc_permission_denied", "add location = /grpc_permission_denied"]}
	contains(concat("", t.remedies(found)), "add_header grpc-status 7;")
	contains(concat("", t.remedies(found)), "\"not allowed\"")
	_says(_for(t.pass("/", {"error_page": 0}), 500, {"headers": [t.sent("grpc-status", "0")]}), "for 500 of /")
}

_told := [
	{"status": 401, "code": "16", "path": "/grpc_unauthenticated", "says": "not authenticated"},
	{"status": 404, "code": "12", "path": "/grpc_unimplemented", "says": "no such method"},
	{"status": 429, "code": "14", "path": "/grpc_unavailable", "says": "upstream unavailable"},
	{"status": 500, "code": "13", "path": "/grpc_internal", "says": "internal error"},
]

# The page that is added says what clients are told of the status without one.
test_the_page_of_each_status if {
	every row in _told {
		location := t.pass("/s", {"error_page": 0, "errors": {"statuses": [row.status], "any": false}})
		found := error_page_harm.findings with input as _for(location, row.status, {"headers": [t.sent("grpc-status", "0")]})
		[written] := [remedy | some remedy in t.remedies(found)]
		contains(written, concat("", ["error_page ", format_int(row.status, 10), " = ", row.path, ";"]))
		contains(written, concat("", ["location = ", row.path, " {"]))
		contains(written, concat("", ["add_header grpc-status ", row.code, ";"]))
		contains(written, concat("", ["add_header grpc-message \"", row.says, "\";"]))
	}
}

test_what_each_status_is_without_a_page if {
	every status, word in {401: "UNAUTHENTICATED", 404: "UNIMPLEMENTED", 429: "UNAVAILABLE"} {
		location := t.pass("/s", {"error_page": 0, "errors": {"statuses": [status], "any": false}})
		found := error_page_harm.findings with input as _for(location, status, {"status": 204})
		[message] := [text | some text in t.faults(found)]
		endswith(message, concat("", ["grpc-go and grpc-java report UNKNOWN instead of ", word]))
	}
}

test_statuses_that_do_not_come if {
	plain := t.pass("/", {"error_page": 0})
	t.is_clean(error_page_harm.findings) with input as _for(plain, 404, _html)
	_says(_for(plain, 404, {"status": 204}), "UNIMPLEMENTED")
	t.is_clean(error_page_harm.findings) with input as _for(plain, 404, {"answer": "unknown", "why": "is made by x", "headers": []})
}

test_the_first_page_of_a_status_counts if {
	found := error_page_harm.findings with input as _two_pages
	t.faults(found) == {"for 503 504 of / clients get 204 from /b, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN instead of UNAVAILABLE"}
}

test_every_page_is_said if {
	found := error_page_harm.findings with input as _two_harms
	count(t.faults(found)) == 2
	_says(_two_harms, "for 502 503 of / clients get 204 from /a")
	_says(_two_harms, "for 504 of / clients get 204 from /b")
}

test_one_page_is_one_finding if {
	found := error_page_harm.findings with input as _many
	count(found) == 1
	_says(_many, "for 502 503 504 of /0, /1 and 2 more clients get 204 from /e")
	_says(_lists(1), "for 502 503 504 of /0, /1 clients get 204 from /e")
}

# For gRPC alone: the page of a server that carries nothing else, or of a list of the location's own.
_alone(response, page_more, return_, more) := object.union(
	t.document(
		[t.server(
			[
				t.pass("/", {"error_page": 0}),
				t.location("/e", object.union({"handler": "return", "internal": true, "return": return_, "line": 15}, page_more)),
			],
			{"pages": [t.followed("/e", response, object.union({"location": "/e"}, more))]},
		)],
		[t.greeter],
	),
	{"error_page_lists": [{"context": "server", "complete": true, "pages": [t.error_page([502, 503, 504], response, "/e")]}]},
)

_repaired(document) := fix if {
	[fix] = [one | some one in t.fixes(error_page_harm.findings)] with input as document
}

_status_14 := [t.sent("grpc-status", "14")]

test_a_page_for_grpc_is_mended_at_once if {
	_repaired(_alone("=", {}, t.answer(204, "none"), {"status": 204})) == ["safe", "replace return return 200"]
	typed := {"directives": t.fields({"default_type": t.text("application/grpc")})}
	_repaired(_alone("=", typed, t.answer(204, "none"), {"status": 204, "type": ""})) == ["safe", "replace return return 200"]
	_repaired(_alone("=", typed, t.answer(204, "none"), {"status": 204, "type": "", "headers": [t.sent("grpc-status", "13")]})) == [
		"safe",
		"replace return return 200",
		"replace add_header add_header grpc-status 14",
	]
	_repaired(_alone("=", {}, t.answer(200, "text"), {"body": "text"})) == ["safe", "replace return return 200"]
	_repaired(_alone("=", {}, t.answer(403, "text"), {"type": "text/html", "body": "text", "status": 403})) == [
		"safe",
		"replace return return 200",
		"set default_type application/grpc",
	]
	_repaired(_alone("=", {}, t.answer(200, "none"), {"headers": []})) == ["safe", "add add_header grpc-status 14"]
	_repaired(_alone("=200", {}, t.answer(204, "none"), {"headers": [t.sent_always("grpc-status", "0")]})) == [
		"safe",
		"replace add_header add_header grpc-status 14 always",
	]
	_repaired(_alone("=", {}, t.answer(200, "none"), {"headers": [t.trailer("grpc-status", "2")]})) == [
		"safe",
		"replace add_trailer add_trailer grpc-status 14",
	]
	_repaired(_alone("=", {}, t.answer(200, "none"), {"headers": array.concat(_status_14, [t.sent("content-length", "0")])})) == [
		"safe",
		"remove add_header",
	]
	_repaired(_alone("", {}, t.answer(200, "none"), {"kept": true, "status": 0})) == [
		"safe",
		"replace error_page error_page 502 503 504 = /e",
	]
	_repaired(_alone("", {}, t.answer(204, "none"), {"kept": true, "status": 0})) == [
		"safe",
		"replace return return 200",
		"replace error_page error_page 502 503 504 = /e",
	]
}

_own_list(document) := object.union(document, {
	"servers": [t.server(
		[
			t.pass("/", {"error_page": 0, "own_error_page": true}),
			t.location("/web", {}),
			document.servers[0].locations[1],
		],
		{"pages": document.servers[0].pages},
	)],
	"error_page_lists": [object.union(document.error_page_lists[0], {"context": "location"})],
})

test_a_list_of_its_own_beside_a_web_site if {
	document := _own_list(_alone("=", {}, t.answer(204, "none"), {"status": 204}))
	_repaired(document) == ["safe", "replace return return 200"]
}

_in_server := ["safe", "replace error_page error_page 502 503 504 = /grpc_unavailable", "add location = /grpc_unavailable"]

test_a_page_that_is_not_mended_where_it_stands if {
	# It was made for the web.
	_repaired(_alone("=", {}, t.answer(200, "text"), _html)) == _in_server

	# Its extension says the type.
	_repaired(_alone("=", {"path": "/e.html"}, t.answer(200, "none"), {"type": "text/html"})) == _in_server

	# Its headers come from outside, or another file.
	_repaired(_alone("=", {"line": 20}, t.answer(204, "none"), {"status": 204})) == _in_server
	_repaired(_alone("=", {"file": "pages.conf"}, t.answer(204, "none"), {"status": 204})) == _in_server

	# It is a file.
	_repaired(_alone("=", {}, t.answer(204, "none"), {"status": 204, "location": "/"})) == _in_server
}

test_a_page_with_an_if if {
	document := _alone("=", {}, t.answer(204, "none"), {"status": 204})
	locations := array.concat(document.servers[0].locations, [t.location("/e", {"id": "/e if", "parent": "/e", "modifier": "if", "internal": true})])
	with_if := object.union(document, {"servers": [t.server(locations, {"pages": document.servers[0].pages})]})
	_repaired(with_if) == _in_server
}

test_pages_are_changed_together if {
	found := error_page_harm.findings with input as _two_harms
	t.fixes(found) == _elsewhere
}

test_a_page_that_passes_is_to_decide if {
	document := t.with_pages(
		[t.error_page([502], "=", "/other")],
		[t.followed("/other", "=", {"answer": "pass", "location": "/"})],
	)
	t.decisions(error_page_harm.findings) == {"which server takes the calls: as backup in the upstream of / it gets them whole, and no page is needed"} with input as document
}

test_unknown if {
	document := t.with_page("=", {"answer": "unknown", "why": "holds a variable"})
	t.faults(error_page_harm.findings) == set() with input as document
	t.reasons(error_page_harm.findings) == {"error_page /e holds a variable"} with input as document
}
