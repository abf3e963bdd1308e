package nginx.grpc.rules.error_page_test

import data.nginx.grpc.rules.error_page
import data.nginx.grpc.testing as t

_none := t.one_location(t.pass("/", {}))

_good := t.with_page("=", {})

_harmful := t.with_page("=", {"status": 204})

_followed := t.followed("/e", "=", {})

_only_502 := t.with_pages([t.error_page([502], "=", "/e")], [_followed])

_without_504 := t.with_pages([t.error_page([502, 503], "=", "/e")], [_followed])

_html_504 := t.with_pages(
	[t.error_page([502, 503], "=", "/e"), t.error_page([504], "", "/50x.html")],
	[_followed, _file],
)

_file := t.followed("/50x.html", "", {"answer": "file", "type": "text/html", "kept": true, "status": 0, "headers": []})

# The list is the location's own, or was read where that is inherited from.
_good_behind_gap := t.with_unread(object.union(_good, {"servers": [t.server(
	[t.behind_gap(t.pass("/", {"error_page": 0}))],
	{"pages": [_followed]},
)]}))

_html := t.with_pages([t.error_page([502, 503, 504], "", "/50x.html")], [_file])

_passes := t.with_page("=", {"answer": "pass", "location": "/"})

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_variable := t.with_page("=", {"answer": "unknown", "why": "holds a variable"})

_named := t.one_location(t.pass("@e", {"modifier": "@"}))

_internal := t.one_location(t.pass("/e", {"internal": true}))

test_no_page if {
	found := error_page.findings with input as _none
	t.faults(found) == {"502, 503, 504 of nginx itself reach the client as HTML: there is no error_page for them"}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"off"}
	t.places(found) == {10}
	t.fixes(found) == {["safe", "add error_page 502 503 504 = /grpc_unavailable", "add location = /grpc_unavailable"]}
	{edit["in"].line | some finding in found; some edit in finding.fix.edits} == {1}
}

_page_words := ["internal ", "default_type application/grpc", "add_header grpc-status 14", "add_header grpc-message upstream unavailable", "return 200"]

test_the_page if {
	some finding in error_page.findings with input as _none
	[concat(" ", [inner.name, concat(" ", inner.args)]) | some inner in finding.fix.edits[1].block] == _page_words
}

_mixed(location, entries, pages, context) := object.union(
	t.document(
		[t.server(
			[location, t.location("/", {}), t.location("/50x.html", {"modifier": "="})],
			{"pages": pages},
		)],
		[t.greeter],
	),
	{"error_page_lists": [{"context": context, "complete": true, "pages": entries}]},
)

_web := [object.union(t.error_page([404], "", "/404.html"), {"line": 3}), t.error_page([500, 502, 503, 504], "", "/50x.html")]

# The web keeps its pages, and the location those that it had.
test_beside_a_web_site if {
	found := error_page.findings with input as _mixed(t.pass("/s/", {"error_page": 0}), _web, [_file], "server")
	t.fixes(found) == {[
		"safe",
		"add error_page 404 /404.html",
		"add error_page 500 /50x.html",
		"add error_page 502 503 504 = /grpc_unavailable",
		"add location = /grpc_unavailable",
	]}
	some finding in found
	[edit["in"].line | some edit in finding.fix.edits] == [10, 10, 10, 1]
}

test_in_its_own_list if {
	own := t.pass("/s/", {"error_page": 0, "own_error_page": true})
	t.fixes(error_page.findings) == {[
		"safe",
		"replace error_page error_page 500 /50x.html",
		"add error_page 502 503 504 = /grpc_unavailable",
		"add location = /grpc_unavailable",
	]} with input as _mixed(own, _web, [_file], "location")
	alone := [t.error_page([503, 504], "", "/50x.html"), object.union(t.error_page([502], "", "/50x.html"), {"line": 15})]
	t.fixes(error_page.findings) == {[
		"safe",
		"replace error_page error_page 502 503 504 = /grpc_unavailable",
		"remove error_page",
		"add location = /grpc_unavailable",
	]} with input as _mixed(own, alone, [_file], "location")
	one := [t.error_page([502], "", "/50x.html"), object.union(t.error_page([503, 504], "", "/50x.html"), {"line": 15})]
	t.fixes(error_page.findings) == {[
		"safe",
		"replace error_page error_page 502 503 504 = /grpc_unavailable",
		"remove error_page",
		"add location = /grpc_unavailable",
	]} with input as _mixed(own, one, [_file], "location")
}

# Of a server that carries nothing else the list is one for all.
test_in_the_server if {
	only := t.with_pages([t.error_page([502, 503, 504], "", "/50x.html")], [_file])
	alone := object.union(only, {"servers": [t.server([t.pass("/", {"error_page": 0}), t.page("/e", {"internal": true})], {"pages": [_file]})]})
	t.fixes(error_page.findings) == {[
		"safe",
		"replace error_page error_page 502 503 504 = /grpc_unavailable",
		"add location = /grpc_unavailable",
	]} with input as alone
	of_http := object.union(alone, {"error_page_lists": [{"context": "http", "complete": true, "pages": _web}]})
	t.fixes(error_page.findings) == {[
		"safe",
		"add error_page 404 /404.html",
		"add error_page 500 /50x.html",
		"add error_page 502 503 504 = /grpc_unavailable",
		"add location = /grpc_unavailable",
	]} with input as of_http
	own := object.union(of_http, {
		"servers": [t.server([t.pass("/", {"error_page": 0, "own_error_page": true})], {"pages": [_file]})],
		"error_page_lists": [{"context": "location", "complete": true, "pages": only.error_page_lists[0].pages}],
	})
	some finding in error_page.findings with input as own
	finding.fix.edits[0].at.line == 14
}

# Only where nothing else meets the statuses it stands in the server.
test_in_the_server_or_not if {
	takes_all := t.pass("/", {})
	_lines([takes_all], []) == {1}
	_lines([takes_all, t.page("/ok", {})], []) == {1}
	_lines([takes_all, t.page("/gone", {"return": _returned(503)})], []) == {10}
	_lines([takes_all], [_returned(502)]) == {10}
	_lines([t.pass("/s/", {})], []) == {1}
	_lines([t.pass("/s/", {"errors": {"statuses": [503], "any": false}})], []) == {10}
}

_lines(locations, returns) := {finding.fix.edits[0]["in"].line | some finding in found} if {
	found := error_page.findings with input as t.document([t.server(locations, {"returns": returns})], [t.greeter])
}

_returned(code) := t.fields(object.union(t.place, {"code": code, "body": "none"}))

# What the location around gets, the one inside inherits.
test_in_the_location_around if {
	nested := t.document(
		[t.server([t.pass("/", {"line": 8}), t.pass("/in", {"parent": "/"}), t.location("/web", {})], {})],
		[t.greeter],
	)
	found := error_page.findings with input as nested
	count(found) == 2
	{finding.fix.edits[0]["in"].line | some finding in found} == {8}
}

test_a_good_page_is_used_again if {
	t.fixes(error_page.findings) == {["safe", "add error_page 503 504 = /e"]} with input as _mixed(
		t.pass("/s/", {"error_page": 0, "own_error_page": true}),
		[t.error_page([502], "=", "/e")], [_followed], "location",
	)
}

_with_exact(more) := t.document(
	[t.server([t.pass("/", {}), t.page("/grpc_unavailable", object.union({"modifier": "="}, more))], {})],
	[t.greeter],
)

test_a_path_that_is_taken if {
	ours := _with_exact({"internal": true, "directives": t.fields({"default_type": t.text("application/grpc")})})
	t.fixes(error_page.findings) == {["safe", "add error_page 502 503 504 = /grpc_unavailable"]} with input as ours
	t.fixes(error_page.findings) == {[
		"safe",
		"add error_page 502 503 504 = /grpc_unavailable_2",
		"add location = /grpc_unavailable_2",
	]} with input as _with_exact({})
}

test_good_page if {
	t.is_clean(error_page.findings) with input as _good
	t.is_clean(error_page.findings) with input as _good_behind_gap
}

# NG110 speaks of a page that does harm.
test_harmful_page_is_a_page if {
	t.is_clean(error_page.findings) with input as _harmful
	t.is_clean(error_page.findings) with input as _passes
}

test_some_statuses_are_a_warning if {
	found := error_page.findings with input as _only_502
	t.faults(found) == {"503, 504 of nginx itself reach the client as HTML: there is no error_page for them"}
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
	t.places(found) == {14}
	count(error_page.findings) == 1 with input as _without_504
	t.faults(error_page.findings) == {"504 of nginx itself reach the client as HTML: error_page /50x.html is no page for gRPC"} with input as _html_504
}

test_html_page if {
	found := error_page.findings with input as _html
	t.faults(found) == {"502, 503, 504 of nginx itself reach the client as HTML: error_page /50x.html is no page for gRPC"}
	t.levels(found, "checklist") == {"deny"}
}

# What is itself an error page gets none when it fails.
test_pages_of_pages if {
	t.is_clean(error_page.findings) with input as _named
	t.is_clean(error_page.findings) with input as _internal
}

test_unknown if {
	t.reasons(error_page.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
	t.faults(error_page.findings) == set() with input as _unread
	found := error_page.findings with input as _variable
	t.reasons(found) == {"error_page /e holds a variable"}
	t.faults(found) == set()
}

_part(context, others) := t.part(t.document([t.server(array.concat([t.behind_gap(t.pass("/", {}))], others), {})], [t.greeter]), context)

# A page in an unseen http{} is a location here.
test_a_part_without_a_page if {
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [])
	t.reasons(error_page.findings) == set() with input as _part("http", [])
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [t.location("/old", {"handler": "return", "return": t.answer(301, "text")})])
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [t.location("= /robots.txt", {"handler": "return", "return": t.answer(204, "none")})])
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [t.location("/a", {})])
}

test_a_part_with_what_may_be_a_page if {
	every page in [t.page("/e", {"internal": true}), t.location("/e", {"internal": true}), t.location("@e", {"modifier": "@"}), t.location("/e", {"handler": "return", "return": t.answer(204, "none"), "directives": t.fields({"default_type": t.text("application/grpc")})})] {
		t.reasons(error_page.findings) == {"http is not seen: the text is a server"} with input as _part("http", [page])
		t.faults(error_page.findings) == set() with input as _part("http", [page])
	}
	t.reasons(error_page.findings) == {"http is not seen: the text is a server"} with input as _part("server", [])
}
