package nginx.grpc.lib.pages_test

import data.nginx.grpc.lib.pages
import data.nginx.grpc.testing as t

_status := [t.header("grpc-status", "14")]

_served(response, page) := t.with_headers(t.with_page(response, page), _status)

_page(more) := t.grpc_page("/e", object.union({"add_header": 0}, more))

_answered(response, code, body) := _served(response, _page({"return": t.answer(code, body)}))

_typed(type) := _served("=", _page({"directives": t.fields({"default_type": t.text(type)})}))

_at(path, more) := _served("=", t.grpc_page(path, object.union({"add_header": 0}, more)))

_verdict(document, status) := verdict if {
	verdict := pages.verdict[0][0][status] with input as document
}

_kind(document) := _verdict(document, 502).kind

# _not_known: the reason why it is not.
_not_known(document) := verdict.doubt.reason if {
	verdict := _verdict(document, 502)
	verdict.kind == "unknown"
}

_listed(entry, found) := object.union(
	t.document([t.server([t.pass("/", {"error_page": 0})], {"pages": found})], [t.greeter]),
	{"error_page_lists": [{"context": "server", "complete": true, "pages": [entry]}]},
)

_file(uri) := {"uri": uri, "location": "", "found": "no"}

test_every_status_that_is_retried if {
	document := t.with_headers(
		t.with_pages([t.error_page([404, 429, 500, 502, 503, 504], "=", "/e")], [_page({})]),
		_status,
	)
	{status | some status, verdict in pages.verdict[0][0]; verdict.kind == "good"} == {429, 502, 503, 504} with input as document
}

# nginx adds headers to these alone, unless `always` is said.
test_statuses_that_get_their_headers if {
	every response in ["=201", "=206", "=301", "=302", "=303", "=304", "=307", "=308"] {
		_kind(_served(response, _page({}))) == "status"
	}
	every response in ["=202", "=205", "=207", "=300", "=305", "=306", "=309", "=400", "=500"] {
		_kind(_served(response, _page({}))) == "headers_lost"
	}
	_kind(_served("=204", _page({}))) == "no_content"
	every response in ["=", "=0", "=00", "=200", "=0200"] {
		_kind(_served(response, _page({}))) == "good"
	}
}

test_lists_of_locations_without_grpc if {
	document := object.union(
		t.document(
			[t.server([t.pass("/", {"error_page": 0}), t.location("/web", {"error_page": 1})], {})],
			[t.greeter],
		),
		{"error_page_lists": [
			{"context": "location", "complete": true, "pages": []},
			{"context": "location", "complete": true, "pages": [t.error_page([502], "=", "@gone")]},
		]},
	)
	object.keys(pages.verdict[0]) == {0} with input as document
}

test_who_serves_it if {
	_kind(_served("=", t.pass("/e", {}))) == "passes"
	_verdict(_served("=", t.pass("/e", {})), 502).location.id == "/e"
	_kind(_listed(t.error_page([502], "=", "@e"), [_file("@e")])) == "missing"
	_kind(_listed(t.error_page([502], "=", "/e"), [_file("/e")])) == "not_grpc"
	_kind(_listed(t.error_page([502], "", "/e"), [_file("/e")])) == "plain"
	_not_known(_listed(t.error_page([502], "=", "/e"), [])) == "error_page /e is served by a location that is not seen"
	_not_known(_served("=", t.proxied("/e", "no", {}))) == "error_page /e is made by proxy_pass"
	unread := t.with_unread(_served("=", t.behind_gap(t.location("/e", {"handler": "unknown"}))))
	_not_known(unread) == "include conf.d/limits.conf was not read: no such file"
}

test_redirects if {
	_kind(_listed(t.error_page([502], "", "https://status.example/"), [])) == "redirect"
	_kind(_listed(t.error_page([502], "", "http://status.example/"), [])) == "redirect"
	uri := "/to/https://status.example"
	_kind(_listed(t.error_page([502], "=", uri), [_file(uri)])) == "not_grpc"
}

test_lists_that_are_not_known if {
	whole := _served("=", _page({}))
	incomplete := object.union(whole, {"error_page_lists": [object.union(whole.error_page_lists[0], {"complete": false})]})
	_not_known(incomplete) == "error_page /e may be added to by an include that was not read"
	_not_known(_listed(t.error_page([502], "=", "/e/$host"), [])) == "error_page /e/$host holds a variable"
	_verdict(incomplete, 502).doubt.hint == "a page that returns 200 with default_type application/grpc and add_header grpc-status 14"
	_verdict(incomplete, 502).doubt.at == whole.error_page_lists[0].pages[0]
}

test_answers if {
	_kind(_answered("=", 200, "none")) == "good"
	_kind(_answered("=", 200, "text")) == "body"
	_kind(_answered("=", 204, "none")) == "no_content"
	_not_known(_answered("=", 200, "variable")) == "error_page /e has a body with a variable"
}

# `return` with such a code and no text is an error of its own, which nginx answers with its HTML.
test_own_errors if {
	every body in ["none", "empty"] {
		_kind(_answered("=", 503, body)) == "plain"
		_kind(_answered("", 404, body)) == "status"
	}
	_kind(_answered("=", 400, "none")) == "status"
	_kind(_answered("=", 399, "none")) == "headers_lost"
	_kind(_answered("", 503, "text")) == "body"
}

test_types if {
	every type in ["application/grpc", "Application/gRPC", "application/grpc+proto", "application/grpc;charset=utf-8"] {
		_kind(_typed(type)) == "good"
	}
	every type in ["application/grpc-web", "x-application/grpc", "text/html"] {
		_kind(_typed(type)) == "not_grpc"
	}
	_kind(_served("", _page({"directives": t.fields({"default_type": t.text("text/html")})}))) == "plain"
	variable := _served("=", _page({"directives": t.fields({"default_type": t.variable("$t")})}))
	_not_known(variable) == "default_type $t holds a variable"
	static := t.with_page("=", t.location("/e", {"directives": t.fields({"default_type": t.variable("$t")})}))
	_not_known(static) == "default_type $t holds a variable"
	_not_known(t.with_page("=", t.location("/e", {"directives": t.fields({"default_type": t.text("application/grpc")})}))) == "error_page /e is a file of type application/grpc"
}

test_extensions if {
	_kind(_at("/e.html", {})) == "not_grpc"
	_kind(_at("/v1.x/e.HTML", {})) == "not_grpc"
	_kind(_at("/e.html/e", {})) == "good"
	_kind(_at("/e.unheard-of", {})) == "good"
	_kind(_at("@e.html", {"modifier": "@"})) == "good"
	_kind(_at("/e.html", {"types_declared": true})) == "good"
	_kind(_at("/e.html", {"types": ["txt text/plain", "html application/grpc"]})) == "good"
	_kind(_at("/e.txt", {"types": ["txt text/plain", "html application/grpc"]})) == "not_grpc"
	_kind(_at("/e.html", {"types": ["txt text/plain"]})) == "good"
}

test_headers if {
	always := t.with_headers(t.with_page("", _page({})), [t.always("grpc-status", "14")])
	_kind(always) == "older_clients"
	_kind(t.with_headers(t.with_page("=", _page({})), [t.header("grpc-message", "down")])) == "no_status"
	_kind(t.with_headers(t.with_page("=", _page({})), [t.header("Grpc-Status", "0")])) == "ok_status"
	unread := t.with_unread(t.with_page("=", t.behind_gap(t.grpc_page("/e", {}))))
	_not_known(unread) == "include conf.d/limits.conf was not read: no such file"
	listed := _served("=", _page({}))
	incomplete := object.union(listed, {"header_lists": [object.union(listed.header_lists[0], {"complete": false})]})
	_not_known(incomplete) == "error_page /e may have headers from an include that was not read"
}

test_trailers if {
	trailers := t.header_list("add_trailer", "location", [t.always("grpc-status", "14")])
	only := t.with_page("=", t.grpc_page("/e", {"add_trailer": 0}))
	_kind(t.listed(only, [trailers])) == "good"
	both := t.with_page("=", _page({"add_trailer": 1}))
	headers := t.header_list("add_header", "http", [t.header("x-served-by", "a")])
	_kind(t.listed(both, [headers, trailers])) == "good"
	_kind(t.listed(both, [trailers, headers])) == "good"
	_kind(t.listed(both, [headers, headers])) == "no_status"
	sent := t.with_page("=", t.grpc_page("/e", {"grpc_set_header": 0}))
	_kind(t.listed(sent, [trailers])) == "no_status"
	unread := "error_page /e may have headers from an include that was not read"
	_not_known(t.listed(both, [headers, object.union(trailers, {"complete": false})])) == unread
}
