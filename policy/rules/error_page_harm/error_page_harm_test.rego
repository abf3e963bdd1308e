package nginx.grpc.rules.error_page_harm_test

import data.nginx.grpc.rules.error_page_harm
import data.nginx.grpc.testing as t

_status := [t.header("grpc-status", "14")]

_page(more) := t.grpc_page("/e", object.union({"add_header": 0}, more))

_served(response, more) := t.with_headers(t.with_page(response, _page(more)), _status)

_right := _served("=", {})

_right_empty := _served("=", {"return": t.answer(200, "empty")})

_right_by_code := _served("=200", {"return": t.answer(204, "none")})

_no_content := _served("=", {"return": t.answer(204, "none")})

_body := _served("=", {"return": t.answer(200, "text")})

_variable_body := _served("=", {"return": t.answer(200, "variable")})

_plain_text := t.with_headers(t.with_page("=", t.page("/e", {"add_header": 0})), _status)

_headers_lost := _served("", {})

_error_with_text := _served("", {"return": t.answer(502, "text")})

_own_html := _served("=", {"return": t.answer(503, "none")})

_own_html_404 := _served("=", {"return": t.answer(404, "none")})

_created := _served("=201", {})

_html_kept := _served("", {"directives": t.fields({"default_type": t.text("text/html")})})

_always := t.with_headers(t.with_page("", _page({})), [t.always("grpc-status", "14")])

_no_status := t.with_headers(t.with_page("=", _page({})), [t.header("grpc-message", "down")])

_no_headers := t.with_page("=", t.grpc_page("/e", {}))

_ok_status := t.with_headers(t.with_page("=", _page({})), [t.header("Grpc-Status", "0")])

_extension := t.with_headers(t.with_page("=", t.grpc_page("/e.html", {"add_header": 0})), _status)

_own_types := t.with_headers(
	t.with_page("=", t.page("/e.grpc", {"add_header": 0, "types": ["grpc application/grpc"]})),
	_status,
)

_types_declared := t.with_headers(
	t.with_page("=", t.grpc_page("/e.html", {"add_header": 0, "types_declared": true})),
	_status,
)

_named := t.with_headers(t.with_page("=", t.grpc_page("@e.html", {"add_header": 0, "modifier": "@"})), _status)

_static_file := t.with_page("=", t.location("/e", {}))

_static_file_kept := t.with_page("", t.location("/e", {}))

_static_grpc := t.with_page("=", t.location("/e", {"directives": t.fields({"default_type": t.text("application/grpc")})}))

_static_unread := t.with_unread(t.with_page("=", t.behind_gap(t.location("/e", {}))))

_proxied := t.with_page("=", t.proxied("/e", "no", {}))

_fallback := t.with_page("=", t.pass("@e", {"modifier": "@"}))

_pages(entry, pages) := object.union(
	t.document([t.server([t.pass("/", {"error_page": 0})], {"pages": pages})], [t.greeter]),
	{"error_page_lists": [{"context": "server", "complete": true, "pages": [entry]}]},
)

_redirect := _pages(t.error_page([502], "", "https://status.example/"), [])

_missing := _pages(t.error_page([502], "=", "@e"), [{"uri": "@e", "location": "", "found": "no"}])

_file := _pages(t.error_page([502], "", "/50x.html"), [{"uri": "/50x.html", "location": "", "found": "no"}])

_file_as_200 := _pages(t.error_page([502], "=", "/50x.html"), [{"uri": "/50x.html", "location": "", "found": "no"}])

_not_followed := _pages(t.error_page([502], "=", "/e"), [{"uri": "/e", "location": "", "found": "unknown"}])

_variable := _pages(t.error_page([502], "=", "/e/$host"), [])

_other_statuses := _pages(t.error_page([404], "=", "/404.html"), [{"uri": "/404.html", "location": "", "found": "no"}])

_list_unread := object.union(_right, {"error_page_lists": [{
	"context": "server",
	"complete": false,
	"pages": [t.error_page([502], "=", "/e")],
}]})

_headers_unread := object.union(_right, {"header_lists": [object.union(
	t.header_list("add_header", "location", []),
	{"complete": false},
)]})

_page_unread := t.with_unread(t.with_page("=", t.behind_gap(t.grpc_page("/e", {}))))

_type_unread := t.with_unread(t.with_headers(
	t.with_page("=", t.behind_gap(t.page("/e", {"add_header": 0}))),
	_status,
))

_handler_unread := t.with_unread(t.with_page("=", t.behind_gap(t.location("/e", {"handler": "unknown"}))))

_two_pages := t.with_headers(
	t.with_pages(
		[t.error_page([502], "=", "/a"), t.error_page([503, 504, 502], "=", "/b")],
		[
			t.grpc_page("/a", {"add_header": 0}),
			t.grpc_page("/b", {"add_header": 0, "return": t.answer(204, "none")}),
		],
	),
	_status,
)

_empty(path) := t.grpc_page(path, {"add_header": 0, "return": t.answer(204, "none")})

_two_harms := t.with_headers(
	t.with_pages(
		[t.error_page([503, 502], "=", "/a"), t.error_page([504], "=", "/b")],
		[_empty("/a"), _empty("/b")],
	),
	_status,
)

_harm(found, text) if {
	some message in t.faults(found)
	contains(message, text)
}

test_right_pages if {
	t.is_clean(error_page_harm.findings) with input as _right
	t.is_clean(error_page_harm.findings) with input as _right_empty
	t.is_clean(error_page_harm.findings) with input as _right_by_code
	t.is_clean(error_page_harm.findings) with input as _named
	t.is_clean(error_page_harm.findings) with input as _own_types
	t.is_clean(error_page_harm.findings) with input as _types_declared
}

test_no_content if {
	found := error_page_harm.findings with input as _no_content
	t.faults(found) == {"for 502 503 504 clients get 204 from /e, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN and do not retry"}
	t.remedies(found) == {"return 200;"}
	t.places(found) == {15}
	t.levels(found, "evidence") == {"deny"}
	t.subjects(found) == {["api.example", "/e", ""]}
}

test_body if {
	_harm(error_page_harm.findings, "a body from /e") with input as _body
	_harm(error_page_harm.findings, "a body from /e") with input as _error_with_text
}

test_not_grpc if {
	_harm(error_page_harm.findings, "not as application/grpc") with input as _plain_text
	_harm(error_page_harm.findings, "not as application/grpc") with input as _extension
	_harm(error_page_harm.findings, "not as application/grpc") with input as _static_file
	_harm(error_page_harm.findings, "not as application/grpc") with input as _file_as_200
}

test_status if {
	_harm(error_page_harm.findings, "/e answers with another HTTP status") with input as _own_html_404
	_harm(error_page_harm.findings, "/e answers with another HTTP status") with input as _created
}

test_headers_lost if {
	found := error_page_harm.findings with input as _headers_lost
	_harm(found, "grpc-status is not added")
	t.places(found) == {14}
	t.remedies(found) == {"error_page 502 503 504 = /e;"}
}

test_no_grpc_status if {
	_harm(error_page_harm.findings, "without grpc-status") with input as _no_status
	_harm(error_page_harm.findings, "without grpc-status") with input as _no_headers
	_harm(error_page_harm.findings, "grpc-status 0") with input as _ok_status
}

test_status_kept_with_always_is_a_warning if {
	found := error_page_harm.findings with input as _always
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
	t.places(found) == {14}
}

test_redirect_and_missing if {
	found := error_page_harm.findings with input as _redirect
	_harm(found, "a redirect to https://status.example/")
	t.subjects(found) == {["api.example", "", ""]}
	_harm(error_page_harm.findings, "nginx looks for @e") with input as _missing
}

# As if there were no page: that is NG109's.
test_html_with_the_status_kept_is_no_harm if {
	t.is_clean(error_page_harm.findings) with input as _own_html
	t.is_clean(error_page_harm.findings) with input as _html_kept
	t.is_clean(error_page_harm.findings) with input as _static_file_kept
	t.is_clean(error_page_harm.findings) with input as _file
}

test_a_page_that_passes_to_grpc_is_a_fallback if {
	t.is_clean(error_page_harm.findings) with input as _fallback
}

test_statuses_that_nobody_retries if {
	t.is_clean(error_page_harm.findings) with input as _other_statuses
}

test_the_first_page_of_a_status_counts if {
	found := error_page_harm.findings with input as _two_pages
	t.faults(found) == {"for 503 504 clients get 204 from /b, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN and do not retry"}
}

test_every_page_is_said if {
	found := error_page_harm.findings with input as _two_harms
	t.faults(found) == {
		"for 502 503 clients get 204 from /a, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN and do not retry",
		"for 504 clients get 204 from /b, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN and do not retry",
	}
}

test_unknown_is_no_fault if {
	t.faults(error_page_harm.findings) == set() with input as _variable_body
	t.faults(error_page_harm.findings) == set() with input as _handler_unread
}

test_unknown if {
	t.reasons(error_page_harm.findings) == {"error_page /e has a body with a variable"} with input as _variable_body
	t.reasons(error_page_harm.findings) == {"error_page /e is a file of type application/grpc"} with input as _static_grpc
	t.reasons(error_page_harm.findings) == {"error_page /e is made by proxy_pass"} with input as _proxied
	t.reasons(error_page_harm.findings) == {"error_page /e is served by a location that is not seen"} with input as _not_followed
	t.reasons(error_page_harm.findings) == {"error_page /e/$host holds a variable"} with input as _variable
	t.reasons(error_page_harm.findings) == {"error_page /e may be added to by an include that was not read"} with input as _list_unread
	t.reasons(error_page_harm.findings) == {"error_page /e may have headers from an include that was not read"} with input as _headers_unread
}

test_unread if {
	_unread := {"include conf.d/limits.conf was not read: no such file"}
	t.reasons(error_page_harm.findings) == _unread with input as _page_unread
	t.reasons(error_page_harm.findings) == _unread with input as _type_unread
	t.reasons(error_page_harm.findings) == _unread with input as _static_unread
	t.reasons(error_page_harm.findings) == _unread with input as _handler_unread
}
