package nginx.grpc.lib.pages_test

import data.nginx.grpc.lib.pages
import data.nginx.grpc.testing as t

_verdict(document, status) := verdict if {
	verdict := pages.verdict[0][0][status] with input as document
}

_kind(more) := _kind_of(t.with_page("=", more), 502)

# _kept: the same where the status of the error stays.
_kept(more) := _kind_of(t.with_page("", object.union({"kept": true, "status": 0}, more)), 502)

_kind_of(document, status) := _verdict(document, status).kind

# _not_known: the reason why it is not.
_not_known(document) := verdict.doubt.reason if {
	verdict := _verdict(document, 502)
	verdict.kind == "unknown"
}

# _for: the verdict of a page for one status of this location.
_for(location, status, more) := _verdict(
	t.with_pages_of(
		object.union(location, {"error_page": 0}),
		[t.error_page([status], "=", "/e")],
		[t.followed("/e", "=", object.union({"location": "/e"}, more))],
	),
	status,
)

_html := {"type": "text/html", "body": "text", "headers": []}

_plain_pass := t.pass("/", {})

test_right_pages if {
	_kind({}) == "good"
	_kind({"type": "application/grpc+proto"}) == "good"
	_kind({"type": "application/grpc; charset=utf-8"}) == "good"
	_kind({"headers": [t.trailer("grpc-status", "14")]}) == "good"
	_kind({"headers": [t.sent("grpc-status", "0"), t.sent("grpc-status", "14")]}) == "good"
	_kind({"headers": [t.sent("grpc-status", " 014 ")]}) == "good"
	_kind({"headers": [t.sent("grpc-status", "16")]}) == "good"
	_kind({"type": "text/html", "headers": [t.sent("content-type", "application/grpc"), t.sent("grpc-status", "14")]}) == "good"
}

test_types if {
	every type in ["application/grpc-web", "Application/gRPC", "text/html", ""] {
		_kind({"type": type}) == "not_grpc"
	}
	_kind({"type": "text/html", "headers": [t.sent("content-type", "text/plain")]}) == "not_grpc"
}

test_headers_that_are_sent if {
	every status in [200, 201, 204, 206, 301, 302, 303, 304, 307, 308] {
		not _kind({"status": status}) in {"headers_lost", "no_status"}
	}
	every status in [202, 205, 300, 305, 400, 403, 500, 503] {
		_kind({"status": status}) == "headers_lost"
	}
	_kept({}) == "headers_lost"
	_kept({"headers": [t.sent_always("grpc-status", "14")]}) == "older_clients"
	_kind({"status": 201}) == "older_clients"
	_kind({"status": 204}) == "no_content"
	_kind({"headers": []}) == "no_status"
	_kept({"headers": []}) == "no_status"
}

# Behind trailers the headers are not looked at.
test_trailers if {
	other := t.trailer("x-served-by", "a")
	_kind({"headers": [t.sent("grpc-status", "14"), other]}) == "headers_lost"
	_kind({"headers": [t.sent("grpc-status", "14"), other, t.trailer("grpc-status", "5")]}) == "good"
}

test_codes if {
	every code in ["UNAVAILABLE", "17", "99", "-1", "7, 7", "1.0", "1 4"] {
		_kind({"headers": [t.sent("grpc-status", code)]}) == "bad_status"
	}
	every code in ["0", "00"] {
		_kind({"headers": [t.sent("grpc-status", code)]}) == "ok_status"
	}
	every code in ["2", "13"] {
		_kind({"headers": [t.sent("grpc-status", code)]}) == "says_less"
	}
}

test_bodies if {
	_kind({"body": "text"}) == "body"
	_kept({"body": "text"}) == "body_of_error"
	_kept({"body": "text", "headers": [t.sent_always("grpc-status", "14")]}) == "body"
	_kind({"body": "text", "status": 404, "headers": []}) == "body"
	_not_known(t.with_page("=", {"body": "unknown"})) == "error_page /e has a body that is not known"
	_kind({"headers": [t.sent("grpc-status", "14"), t.sent("content-length", "0")]}) == "content_length"
}

# A body with grpc-status before it is broken to C-core, whatever the HTTP status.
test_text_with_a_status if {
	always := [t.sent_always("grpc-status", "14")]
	_kept(_html) == "plain"
	_kept(object.union(_html, {"headers": [t.sent("grpc-status", "14")]})) == "plain"
	_kept(object.union(_html, {"headers": always})) == "mixed"
	_kept(object.union(_html, {"headers": [object.union(t.trailer("grpc-status", "14"), {"always": true})]})) == "plain"
	_kept(object.union(_html, {"headers": always, "body": "none"})) == "plain"
	_kind(object.union(_html, {"status": 503})) == "plain"
	_kind(_html) == "not_grpc"
}

test_errors_on_the_way if {
	own := {"answer": "error", "type": "", "headers": []}
	_kind(object.union(own, {"status": 503})) == "plain"
	_kind(object.union(own, {"status": 404})) == "status"
	_kind(object.union(own, {"status": 503, "headers": [t.sent_always("grpc-status", "14")]})) == "mixed"
}

test_other_ends if {
	every answer in ["redirect", "missing", "no_file", "closed"] {
		_kind({"answer": answer}) == answer
	}
	_kind({"answer": "file", "type": "text/html"}) == "not_grpc"
	_kept({"answer": "file", "type": "text/html"}) == "plain"
	_not_known(t.with_page("=", {"answer": "file"})) == "error_page /e is a file of type application/grpc"
	_not_known(t.with_page("=", {"answer": "handler"})) == "error_page /e is made by a handler of its own"
}

# _passed_by: a page whose location has this handler.
_passed_by(handler, more) := object.union(document, {"servers": [object.union(
	document.servers[0],
	{"locations": [t.pass("/", {"error_page": 0}), t.location("/e", {"handler": handler})]},
)]}) if {
	document := t.with_page("=", object.union({"answer": "pass", "method": "POST"}, more))
}

test_pages_that_pass if {
	_kind_of(_passed_by("grpc_pass", {}), 502) == "passes"
	_kind_of(_passed_by("grpc_pass", {}), 504) == "passes"
	_kind_of(_passed_by("grpc_pass", {}), 503) == "fallback"
	_kind_of(_passed_by("grpc_pass", {"method": "GET"}), 503) == "passes"
	_not_known(_passed_by("proxy_pass", {})) == "error_page /e is made by proxy_pass"
}

# With grpc_intercept_errors the upstream has had the call.
test_pages_that_pass_what_the_upstream_refused if {
	intercepts := t.pass("/", {"directives": t.fields({"grpc_intercept_errors": t.flag(true)})})
	served := {"answer": "pass", "method": "POST", "location": "/"}
	_for(_plain_pass, 403, served).kind == "fallback"
	_for(intercepts, 403, served).kind == "passes"
}

test_what_is_not_known if {
	whole := t.with_page("=", {})
	incomplete := object.union(whole, {"error_page_lists": [object.union(whole.error_page_lists[0], {"complete": false})]})
	_not_known(incomplete) == "error_page /e may be added to by an include that was not read"
	_verdict(incomplete, 502).doubt.hint == "a page that returns 200 with default_type application/grpc and add_header grpc-status 14"
	_verdict(incomplete, 502).doubt.at == whole.error_page_lists[0].pages[0]
	_not_known(t.with_page("=", {"answer": "unknown", "why": "holds a variable"})) == "error_page /e holds a variable"
	_not_known(t.with_pages([t.error_page([502], "=", "/e")], [])) == "error_page /e was not followed"
	hidden := t.with_unread(t.with_page("=", {"answer": "unknown", "why": "x", "gap": 0}))
	_not_known(hidden) == "include conf.d/limits.conf was not read: no such file"
}

# A page for another list may be the same, but for recursive_error_pages.
test_which_page if {
	entries := [t.error_page([502], "=", "/e")]
	found := [
		t.followed("/e", "", {"answer": "closed"}),
		t.followed("/e", "=", {"recursive": true, "answer": "missing"}),
		t.followed("/e", "=", {}),
	]
	_kind_of(t.with_pages(entries, found), 502) == "good"
	recursive := t.pass("/", {"error_page": 0, "directives": t.fields({"recursive_error_pages": t.flag(true)})})
	_kind_of(t.with_pages_of(recursive, entries, found), 502) == "missing"
}

# Each status counts where nginx can answer with it, or where the page says grpc-status.
test_what_counts if {
	limited := t.pass("/", {"errors": {"statuses": [403], "any": false}})
	scripted := t.pass("/", {"errors": {"statuses": [], "any": true}})
	intercepts := t.pass("/", {"directives": t.fields({"grpc_intercept_errors": t.flag(true)})})
	every status in [400, 413, 500, 502, 504] {
		_for(_plain_pass, status, _html).counts
	}
	not _for(_plain_pass, 403, _html).counts
	_for(limited, 403, _html).counts
	not _for(limited, 404, _html).counts
	_for(scripted, 404, _html).counts
	_for(intercepts, 404, _html).counts
	_for(_plain_pass, 403, {}).counts
}

# Without a page clients are told UNKNOWN or INTERNAL: only OK is worse.
test_statuses_that_say_nothing if {
	every status in [400, 405, 413, 414, 415, 421, 495, 496, 497, 500, 501] {
		_for(_plain_pass, status, _html).kind == "plain"
		_for(_plain_pass, status, {"headers": [t.sent("grpc-status", "13")]}).kind == "plain"
		_for(_plain_pass, status, {}).kind == "good"
		_for(_plain_pass, status, {"headers": [t.sent("grpc-status", "0")]}).kind == "ok_status"
	}
	every status in [401, 403, 404, 429, 502, 503, 504] {
		_for(_plain_pass, status, _html).kind == "not_grpc"
	}
	document := t.with_pages([t.error_page([408, 418, 302], "=", "/e")], [t.followed("/e", "=", {})])
	pages.verdict[0][0] == {} with input as document
}

# An `if` with a return of its own meets errors too.
test_lists_that_count if {
	lists := [
		{"context": "location", "complete": true, "pages": []},
		{"context": "location", "complete": true, "pages": [t.error_page([502], "=", "@gone")]},
		{"context": "location", "complete": true, "pages": [t.error_page([502], "=", "@gone")]},
	]
	document := object.union(
		t.document(
			[t.server(
				[
					t.pass("/", {"error_page": 0}),
					t.location("/web", {"error_page": 1}),
					t.location("/if", {"error_page": 2, "errors": {"statuses": [403], "any": false}}),
				],
				{},
			)],
			[t.greeter],
		),
		{"error_page_lists": lists},
	)
	object.keys(pages.verdict[0]) == {0, 2} with input as document
}

# add_header says the type that nginx takes off a 204.
_204(headers) := _kind({"status": 204, "headers": headers})

test_204_with_a_type if {
	type := t.sent("content-type", "application/grpc")
	status := t.sent("grpc-status", "14")
	_204([status]) == "no_content"
	_204([status, t.sent("content-type", "text/plain")]) == "no_content"
	_204([type, status]) == "older_clients_204"
	_204([type]) == "no_status"
	_204([type, t.sent("grpc-status", "0")]) == "ok_status"

	# A 204 has no length of its own, and no body.
	_204([type, status, t.sent("content-length", "0")]) == "older_clients_204"
	_kind({"status": 204, "headers": [type, status], "body": "text"}) == "older_clients_204"
}
