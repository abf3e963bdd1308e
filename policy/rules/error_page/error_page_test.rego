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
