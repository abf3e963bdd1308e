package nginx.grpc.rules.grpc_web_untranslated_test

import data.nginx.grpc.rules.grpc_web_untranslated
import data.nginx.grpc.testing as t

_listed(location, list) := t.listed(t.one_location(location), [list])

_with(level, headers) := _listed(t.pass("/", {"add_header": 0}), t.header_list("add_header", level, headers))

_cors := [t.header("Access-Control-Allow-Origin", "*")]

_web_cors := [t.header("Access-Control-Expose-Headers", "grpc-status,grpc-message")]

_own_cors := _with("location", _cors)

_server_cors := _with("server", _cors)

_server_web := _with("server", _web_cors)

_others := _with("location", [t.header("grpc-status", "14"), t.header("X-Frame-Options", "DENY")])

_set := _listed(
	t.pass("/", {"grpc_set_header": 0}),
	t.header_list("grpc_set_header", "location", [t.header("X-Grpc-Web", "1")]),
)

_translated := t.listed(
	t.one_location(t.pass("/", {"add_header": 0, "directives": t.fields({"grpc_web": t.flag(true)})})),
	[t.header_list("add_header", "location", _cors)],
)

_if_cors := _with("if", _cors)

_other_names := _with("location", [
	t.header("X-Grpc-Web-Status", "grpc-status"),
	t.header("Expose-X-Grpc-Web", "grpc-status"),
])

_set_cors := _listed(
	t.pass("/", {"grpc_set_header": 0}),
	t.header_list("grpc_set_header", "location", _cors),
)

# Another number is no number of a list of headers.
_list_of_pages := object.union(
	_listed(t.pass("/", {"error_page": 0}), t.header_list("add_header", "location", _cors)),
	{"error_page_lists": [{"context": "location", "complete": true, "pages": [t.error_page([404], "", "/404")]}]},
)

_none := t.one_location(t.pass("/", {}))

_http := _listed(t.proxied("/", "no", {"add_header": 0}), t.header_list("add_header", "location", _cors))

_unread := t.with_unread(_listed(
	t.behind_gap(t.pass("/", {"add_header": 0})),
	t.header_list("add_header", "location", _cors),
))

test_cors_of_the_location if {
	found := grpc_web_untranslated.findings with input as _own_cors
	t.faults(found) == {"Access-Control-Allow-Origin is for browsers, which speak gRPC-Web; grpc_pass does not translate it"}
	t.levels(found, "evidence") == {"warn"}
	t.places(found) == {13}
	count(grpc_web_untranslated.findings) == 1 with input as _if_cors
}

test_words_of_grpc_web if {
	count(grpc_web_untranslated.findings) == 1 with input as _server_web
	count(grpc_web_untranslated.findings) == 1 with input as _set
}

test_no_browsers if {
	t.is_clean(grpc_web_untranslated.findings) with input as _server_cors
	t.is_clean(grpc_web_untranslated.findings) with input as _others
	t.is_clean(grpc_web_untranslated.findings) with input as _translated
	t.is_clean(grpc_web_untranslated.findings) with input as _none
	t.is_clean(grpc_web_untranslated.findings) with input as _other_names
	t.is_clean(grpc_web_untranslated.findings) with input as _set_cors
	t.is_clean(grpc_web_untranslated.findings) with input as _list_of_pages
	t.is_clean(grpc_web_untranslated.findings) with input as _http
}

# What is unread could switch a module on that hardly anybody has: CORS speaks louder.
test_unread_does_not_silence_it if {
	count(grpc_web_untranslated.findings) == 1 with input as _unread
}

_relabelled(value, more) := _listed(
	t.pass("/", object.union({"grpc_set_header": 0}, more)),
	t.header_list("grpc_set_header", "location", [t.header("X-A", "b"), t.header("content-type", value)]),
)

test_content_type if {
	found := grpc_web_untranslated.findings with input as _relabelled("application/grpc", {})
	t.faults(found) == {"grpc_set_header Content-Type calls whatever comes gRPC: a browser's gRPC-Web gets an answer that it can't read"}
	t.places(found) == {13}
	count(grpc_web_untranslated.findings) == 1 with input as _relabelled("$type", {})
	every value in ["$content_type", "$http_content_type", "application/json", ""] {
		t.is_clean(grpc_web_untranslated.findings) with input as _relabelled(value, {})
	}
	t.is_clean(grpc_web_untranslated.findings) with input as _relabelled("application/grpc", {"directives": t.fields({"grpc_web": t.flag(true)})})
	added := _listed(t.pass("/", {"add_header": 0}), t.header_list("add_header", "location", [t.header("Content-Type", "application/grpc")]))
	t.is_clean(grpc_web_untranslated.findings) with input as added
}

_answering(level, outer) := t.listed(
	t.locations([
		t.pass("/", object.union({"id": "outer"}, outer)),
		t.location("/", {"id": "inner", "modifier": "if", "parent": "outer", "name": "if ($request_method = OPTIONS)", "add_header": 0}),
	]),
	[t.header_list("add_header", level, _cors)],
)

test_answer_to_a_browser if {
	found := grpc_web_untranslated.findings with input as _answering("if", {})
	t.subjects(found) == {["api.example", "/", ""]}
	t.faults(found) == {"Access-Control-Allow-Origin is for browsers, which speak gRPC-Web; grpc_pass does not translate it"}
	t.is_clean(grpc_web_untranslated.findings) with input as _answering("location", {"grpc": {"carries": "no", "reasons": []}})
	t.is_clean(grpc_web_untranslated.findings) with input as _answering("server", {})
	inherited := grpc_web_untranslated.findings with input as _answering("location", {"add_header": 0})
	t.subjects(inherited) == {["api.example", "/", "greeter"]}
	t.is_clean(grpc_web_untranslated.findings) with input as _answering("if", {"directives": t.fields({"grpc_web": t.flag(true)})})
	t.is_clean(grpc_web_untranslated.findings) with input as _answering("if", {"grpc": {"carries": "no", "reasons": []}})
}
