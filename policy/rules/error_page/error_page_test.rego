package nginx.grpc.rules.error_page_test

import data.nginx.grpc.rules.error_page
import data.nginx.grpc.testing as t

_status := [t.header("grpc-status", "14")]

_none := t.one_location(t.pass("/", {}))

_good := t.with_headers(t.with_page("=", t.grpc_page("/e", {"add_header": 0})), _status)

_harmful := t.with_headers(
	t.with_page("=", t.grpc_page("/e", {"add_header": 0, "return": t.answer(204, "none")})),
	_status,
)

_only_502 := t.with_headers(
	t.with_pages([t.error_page([502], "=", "/e")], [t.grpc_page("/e", {"add_header": 0})]),
	_status,
)

_good_page := t.grpc_page("/e", {"add_header": 0})

_without_504 := t.with_headers(t.with_pages([t.error_page([502, 503], "=", "/e")], [_good_page]), _status)

_html_504 := t.with_headers(
	t.with_pages(
		[t.error_page([502, 503], "=", "/e"), t.error_page([504], "", "/50x.html")],
		[_good_page, t.location("/50x.html", {})],
	),
	_status,
)

# The list is the location's own, or was read where that is inherited from.
_good_behind_gap := t.with_unread(object.union(_good, {"servers": [t.server(
	[t.behind_gap(t.pass("/", {"error_page": 0})), _good_page],
	{"pages": _good.servers[0].pages},
)]}))

_html := t.with_page("", t.location("/50x.html", {}))

_fallback := t.with_page("=", t.pass("@e", {"modifier": "@"}))

_same_target := t.with_page("=", t.pass("/e", {"internal": true}))

_other_target := t.with_page("=", t.pass("/e", {"internal": true, "grpc_pass": "grpc://10.0.0.9:50051", "target": t.to_address("10.0.0.9", 50051)}))

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_variable := t.with_pages([t.error_page([502, 503, 504], "=", "/e/$host")], [])

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

test_fallbacks if {
	t.is_clean(error_page.findings) with input as _fallback
	t.is_clean(error_page.findings) with input as _other_target
}

test_a_page_at_the_same_dead_server if {
	count(t.faults(error_page.findings)) == 1 with input as _same_target
}

test_unknown if {
	t.reasons(error_page.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
	t.faults(error_page.findings) == set() with input as _unread
	found := error_page.findings with input as _variable
	t.reasons(found) == {"error_page /e/$host holds a variable"}
	t.faults(found) == set()
}

_part(context, others) := t.part(t.document([t.server(array.concat([t.behind_gap(t.pass("/", {}))], others), {})], [t.greeter]), context)

# A page in an unseen http{} is a location here.
test_a_part_without_a_page if {
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [])
	t.reasons(error_page.findings) == set() with input as _part("http", [])
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [t.location("/old", {"handler": "return", "return": t.answer(301, "text")})])
	count(t.faults(error_page.findings)) == 1 with input as _part("http", [t.location("/a", {})])
}

test_a_part_with_what_may_be_a_page if {
	every page in [t.grpc_page("/e", {}), t.location("/e", {"internal": true}), t.location("@e", {"modifier": "@"}), t.location("/e", {"handler": "return", "return": t.answer(204, "none")})] {
		t.reasons(error_page.findings) == {"http is not seen: the text is a server"} with input as _part("http", [page])
		t.faults(error_page.findings) == set() with input as _part("http", [page])
	}
	t.reasons(error_page.findings) == {"http is not seen: the text is a server"} with input as _part("server", [])
}
