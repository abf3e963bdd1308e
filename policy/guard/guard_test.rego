package nginx.grpc.guard_test

import data.nginx.grpc.guard
import data.nginx.grpc.guard.document
import data.nginx.grpc.guard.kind
import data.nginx.grpc.guard.links
import data.nginx.grpc.testing as t

# whole: a document that has every field of the schema.
_whole := {
	"schema_version": 2,
	"source": {"kind": "manifest", "entry": "map.yaml", "context": "main", "files": ["map.yaml"]},
	"shard": {"number": 2, "last": true, "before": [{
		"number": 1,
		"entry": "map.yaml",
		"unknown": [{"id": "NG106", "reason": "a", "hint": "b", "file": "map.yaml", "line": 1, "key": ""}],
		"used": [0],
		"upstreams": ["greeter"],
	}]},
	"controller": "ingress-nginx",
	"complete": false,
	"gaps": [object.union(_line(1), {
		"kind": "include",
		"what": "a.conf",
		"reason": "no such file",
		"context": "http",
		"matters": true,
	})],
	"upstreams": [t.upstream_with("greeter", _upstream_settings, [_peer], {
		"gap": 0,
		"key": "nginx.conf",
		"balancer": object.union(_at(2), {"name": "least_conn", "after_keepalive": false}),
		"proxied": object.union(_at(7), {"text": "http://greeter", "server": "api.example", "location": "/api"}),
	})],
	"servers": [t.server([_location, _page], {
		"listens": [t.listen({"key": "nginx.conf"})],
		"directives": t.fields(_server_settings),
		"gap": 0,
		"key": "nginx.conf",
		"pages": [_followed],
		"returns": [_return],
	})],
	"other_handlers": [object.union(_line(5), {"fields": 8, "name": "stream", "why": "protocol", "passes": 2, "grpc_ports": [50051]})],
	"header_lists": [t.header_list("add_header", "http", [
		object.union(t.header("a", "b"), {"key": "nginx.conf"}),
		object.union(t.header("a", "$b"), {"sent": "c"}),
	])],
	"error_page_lists": [{
		"context": "server",
		"complete": true,
		"pages": [object.union(t.error_page([502], "=", "/e"), {"key": "nginx.conf"})],
	}],
	"features": [
		object.union(_line(3), {"name": "http2", "count": 2, "nearest": "http2"}),
		{"name": "zone", "count": 1, "file": "map.yaml", "line": 3},
	],
	"waivers": [object.union(_line(4), {
		"id": "NG205",
		"until": "2027-03-01",
		"owner": "payments",
		"reason": "a reason",
		"problem": "",
		"covers": 5,
	})],
	"objects": t.fields({"config_map": _owner, "ineffective": [_ineffective]}),
	"settings": {},
}

_owner := {"kind": "Ingress", "namespace": "shop", "name": "api"}

_ineffective := t.fields(object.union(_line(6), {
	"owner": _owner,
	"name": "a",
	"value": "b",
	"state": "refused",
	"becomes": "default",
	"nearest": "c",
	"grpc": true,
}))

_line(number) := {"file": "map.yaml", "line": number, "key": "nginx.conf"}

_at(number) := object.union(_line(number), {"column": 3})

_peer := t.peer("10.0.0.1:50051", {"max_fails": 3, "key": "nginx.conf"})

_keyed(setting) := object.union(setting, {"key": "nginx.conf"})

_upstream_settings := {
	"keepalive": _keyed(t.number("1", 1)),
	"keepalive_timeout": _keyed(t.time("1s", 1000)),
	"zone": _keyed(t.text("greeter 64k")),
}

_server_settings := {
	"http2": _keyed(t.flag(false)),
	"large_client_header_buffers": t.variable("$x"),
	"keepalive_timeout": object.union(t.variable("$x"), {"why": "gap"}),
}

_return := t.fields(object.union(_at(5), {"code": 404, "body": "none"}))

_named := t.fields(object.union(_at(6), {"name": "proxy_read_timeout", "value": "1s", "ms": 1000}))

_target := t.target({
	"key": "nginx.conf",
	"upstreams": ["greeter"],
	"variables": [{"name": "$a", "origin": "constant"}],
	"failures": [
		object.union(_line(9), {"text": "a", "problem": "no-port"}),
		object.union(_line(9), {"text": "", "problem": "empty", "key": "nginx.conf"}),
	],
})

# _arrival: all that is ever said of one, at once.
_arrival := t.fields({
	"answer": "no",
	"stop": t.stopped({"key": "nginx.conf"}).stop,
	"doubt": t.stopped({"kind": "asked_file", "key": "nginx.conf"}).stop,
	"kept": t.stopped({"key": "nginx.conf"}).stop,
	"lost": t.fields(object.union(_line(9), {"name": "a", "column": 1, "key": "nginx.conf"})),
})

_location := t.pass("/", {
	"key": "nginx.conf",
	"modifier": "if",
	"condition": {"text": "$a = b", "variable": "$a", "operator": "=", "value": "b"},
	"target": _target,
	"proxy_target": _target,
	"return": _return,
	"arrival": _arrival,
	"health_check": object.union(_at(8), {"type": "grpc"}),
	"rewrites": true,
	"reads_body_first": object.union(_at(8), {"name": "mirror", "value": "/m"}),
	"limit_conn": object.union(_at(8), {"value": "a 1", "number": 1}),
	"answer_filter": object.union(_at(8), {"name": "sub_filter", "value": "a b", "effect": "text"}),
	"directives": t.fields({"client_max_body_size": _keyed(t.size("1m", 1048576))}),
	"grpc_set_header": 0,
	"add_header": 0,
	"add_trailer": 0,
	"proxy_set_header": 0,
	"error_page": 0,
	"errors": {"statuses": [403], "any": false},
	"proxy_directives": [_named],
	"gap": 0,
	"owner": _owner,
})

_page := t.location("/e", {})

_followed := t.followed("/e", "=", {
	"location": "/e",
	"headers": [object.union(t.sent("grpc-status", "14"), {"key": "nginx.conf"})],
	"gap": 0,
	"key": "nginx.conf",
})

test_whole if {
	guard.passed with input as _whole
	document.wrong == set() with input as _whole
	links.wrong == set() with input as _whole
}

# _placed: where the objects stand that have a file and a line; in a ConfigMap they have a key, too.
# What other shards came to has one always.
_placed(document_) := [path |
	walk(document_, [path, node])
	path[0] != "shard"
	node.file
	node.line
]

_with_keys(document_, key) := json.patch(plain, patches) if {
	plain := _without_keys(document_)
	patches := [patch |
		some path in _placed(document_)
		patch := {"op": "add", "path": array.concat(path, ["key"]), "value": key}
	]
}

_without_keys(document_) := json.patch(document_, patches) if {
	patches := [patch |
		some path in _placed(document_)
		object.get(document_, path, {}).key
		patch := {"op": "remove", "path": array.concat(path, ["key"])}
	]
}

_each_setting := _with_settings(object.union(_setting_of, {"fields": 6}))

# `fields` counts the key of those objects that have it.
_counted(document_) := json.patch(document_, patches) if {
	patches := [patch |
		walk(document_, [path, node])
		node.fields
		patch := {"op": "replace", "path": array.concat(path, ["fields"]), "value": count(node)}
	]
}

test_arrives if {
	document.ok with input as _put_in_location("arrival", t.arrives("yes"))
}

test_with_keys_and_without if {
	every plain in [_whole, _each_setting] {
		document.wrong == set() with input as _counted(_without_keys(plain))
		document.ok with input as _counted(_without_keys(plain))
		document.wrong == set() with input as _counted(_with_keys(plain, "nginx.conf"))
		document.ok with input as _counted(_with_keys(plain, "nginx.conf"))
		mistyped := _counted(_with_keys(plain, 1))
		not document.ok with input as mistyped
	}
}

# Each key by itself.
test_no_key_is_mistyped if {
	keyed := _counted(_with_keys(_each_setting, "nginx.conf"))
	every path in _placed(keyed) {
		not document.ok with input as json.patch(keyed, [{"op": "replace", "path": array.concat(path, ["key"]), "value": 1}])
	}
}

# Every object of the schema, replaced by what is no object, and by one with nothing right in it.
_objects_of_rest(value) := {
	"source": _put(_whole, "source", value),
	"shard": _put(_whole, "shard", value),
	"shard.before[0]": object.union(_whole, {"shard": _put(_whole.shard, "before", [value])}),
	"shard.before[0].unknown[0]": object.union(_whole, {"shard": _put(_whole.shard, "before", [_put(_whole.shard.before[0], "unknown", [value])])}),
	"gaps[0]": _put(_whole, "gaps", [value]),
	"other_handlers[0]": _put(_whole, "other_handlers", [value]),
	"header_lists[0]": _put(_whole, "header_lists", [value]),
	"header_lists[0].headers[0]": object.union(_whole, {"header_lists": [_put(_whole.header_lists[0], "headers", [value])]}),
	"error_page_lists[0]": _put(_whole, "error_page_lists", [value]),
	"error_page_lists[0].pages[0]": object.union(_whole, {"error_page_lists": [_put(_whole.error_page_lists[0], "pages", [value])]}),
	"features[0]": _put(_whole, "features", [value]),
	"waivers[0]": _put(_whole, "waivers", [value]),
	"objects": _put(_whole, "objects", value),
	"objects.config_map": _put(_whole, "objects", _put(_whole.objects, "config_map", value)),
	"objects.ineffective[0]": _put(_whole, "objects", _put(_whole.objects, "ineffective", [value])),
	"objects.ineffective[0].owner": _put(_whole, "objects", _put(_whole.objects, "ineffective", [_put(_ineffective, "owner", value)])),
}

_objects_of_upstreams(value) := {
	"upstreams[0]": _put(_whole, "upstreams", [value]),
	"upstreams[0].balancer": object.union(_whole, {"upstreams": [_put(_whole.upstreams[0], "balancer", value)]}),
	"upstreams[0].proxied": object.union(_whole, {"upstreams": [_put(_whole.upstreams[0], "proxied", value)]}),
	"upstreams[0].directives": object.union(_whole, {"upstreams": [_put(_whole.upstreams[0], "directives", value)]}),
	"upstreams[0].servers[0]": object.union(_whole, {"upstreams": [_put(_whole.upstreams[0], "servers", [value])]}),
}

_objects_of_servers(value) := {
	"servers[0]": _put(_whole, "servers", [value]),
	"servers[0].listens[0]": _put_in_server("listens", [value]),
	"servers[0].directives": _put_in_server("directives", value),
	"servers[0].returns[0]": _put_in_server("returns", [value]),
	"servers[0].pages[0]": _put_in_server("pages", [value]),
	"servers[0].pages[0].headers[0]": _put_in_server("pages", [_put(_followed, "headers", [value])]),
}

_objects_of_locations(value) := {
	"servers[0].locations[0]": _put_in_server("locations", [value, _page]),
	"servers[0].locations[0].condition": _put_in_location("condition", value),
	"servers[0].locations[0].errors": _put_in_location("errors", value),
	"servers[0].locations[0].grpc": _put_in_location("grpc", value),
	"servers[0].locations[0].target": _put_in_location("target", value),
	"servers[0].locations[0].target.variables[0]": _with_location({"target": _put(_target, "variables", [value])}),
	"servers[0].locations[0].target.failures[0]": _with_location({"target": _put(_target, "failures", [value])}),
	"servers[0].locations[0].arrival": _put_in_location("arrival", value),
	"servers[0].locations[0].arrival.stop": _put_in_location("arrival", _put(t.stopped({}), "stop", value)),
	"servers[0].locations[0].arrival.doubt": _put_in_location("arrival", _put(_arrival, "doubt", value)),
	"servers[0].locations[0].arrival.kept": _put_in_location("arrival", _put(_arrival, "kept", value)),
	"servers[0].locations[0].arrival.lost": _put_in_location("arrival", _put(_arrival, "lost", value)),
	"servers[0].locations[0].return": _put_in_location("return", value),
	"servers[0].locations[0].owner": _put_in_location("owner", value),
	"servers[0].locations[0].reads_body_first": _put_in_location("reads_body_first", value),
	"servers[0].locations[0].answer_filter": _put_in_location("answer_filter", value),
	"servers[0].locations[0].limit_conn": _put_in_location("limit_conn", value),
	"servers[0].locations[0].health_check": _put_in_location("health_check", value),
	"servers[0].locations[0].directives": _put_in_location("directives", value),
	"servers[0].locations[0].proxy_directives[0]": _put_in_location("proxy_directives", [value]),
}

_put(object_, key, value) := object.union(object.remove(object_, [key]), {key: value})

_put_in_server(key, value) := object.union(_whole, {"servers": [_put(_whole.servers[0], key, value)]})

_put_in_location(key, value) := _with_server({"locations": [_put(_location, key, value), _page]})

_with_server(more) := object.union(_whole, {"servers": [object.union(_whole.servers[0], more)]})

_with_location(more) := _with_server({"locations": [object.union(_location, more), _page]})

_with_settings(settings) := _with_server({"locations": [
	object.union(object.remove(_location, ["directives"]), {"directives": settings}),
	_page,
]})

_all_named(inputs) if {
	every path, input_ in inputs {
		concat(".", [path, "(no object)"]) in document.wrong with input as input_
	}
}

_all_noticed(inputs) if {
	every path, input_ in inputs {
		some wrong in document.wrong with input as input_
		startswith(wrong, path)
	}
}

# No word of a document is taken for a field that is not there.
test_words_are_no_objects if {
	_all_named(_objects_of_locations("(absent)"))
	_all_named(_objects_of_upstreams("set()"))
	"servers[0].locations[0].limit_conn.number" in document.wrong with input as _put_in_location("limit_conn", object.union(
		_location.limit_conn,
		{"number": "(absent)"},
	))
}

test_no_objects_rest if _all_named(_objects_of_rest(1))

test_empty_objects_rest if _all_noticed(_objects_of_rest({}))

test_no_objects_upstreams if _all_named(_objects_of_upstreams(1))

test_empty_objects_upstreams if _all_noticed(_objects_of_upstreams({}))

test_no_objects_servers if _all_named(_objects_of_servers(1))

test_empty_objects_servers if _all_noticed(_objects_of_servers({}))

test_no_objects_locations if _all_named(_objects_of_locations(1))

test_empty_objects_locations if _all_noticed(_objects_of_locations({}))

test_wrong_is_not_passed if {
	not guard.passed with input as _objects_of_rest(1)["gaps[0]"]
	not guard.passed with input as _objects_of_locations({})["servers[0].locations[0]"]
	not guard.passed with input as _with_location({"error_page": 1})
}

test_settings_of_each_kind if {
	settings := {
		"grpc_read_timeout": "ms",
		"grpc_buffer_size": "bytes",
		"grpc_next_upstream_tries": "number",
		"grpc_ssl_verify": "on",
		"grpc_ssl_name": "value",
	}
	every name, field in settings {
		mistyped := _with_settings({"fields": 2, name: object.union(_setting_of[name], {field: [1]})})
		document.wrong == {concat(".", ["servers[0].locations[0].directives", name, field])} with input as mistyped
		scalar := _with_settings({"fields": 2, name: 1})
		document.wrong == {concat(".", ["servers[0].locations[0].directives", name, "(no object)"])} with input as scalar
	}
}

_setting_of := {
	"grpc_read_timeout": t.time("1s", 1000),
	"grpc_buffer_size": t.size("4k", 4096),
	"grpc_next_upstream_tries": t.number("1", 1),
	"grpc_ssl_verify": t.flag(true),
	"grpc_ssl_name": t.text("a"),
}

test_settings_that_are_not_known if {
	every name, _ in _setting_of {
		document.ok with input as _with_settings({"fields": 2, name: t.variable("$x")})
		document.ok with input as _with_settings({"fields": 2, name: object.union(_setting_of[name], {"why": "gap"})})
		document.ok with input as _with_settings({"fields": 2, name: _keyed(object.union(t.variable("$x"), {"why": "gap"}))})
		not document.ok with input as _with_settings({"fields": 2, name: object.union(t.variable("$x"), {"why": "other"})})
	}
}

# A reading and "unresolved" exclude each other, and one of them is there.
test_reading_or_unresolved if {
	neither := _with_settings({"fields": 2, "grpc_read_timeout": t.text("1s")})
	document.wrong == {"servers[0].locations[0].directives.grpc_read_timeout.ms"} with input as neither
	both := _with_settings({"fields": 2, "grpc_read_timeout": object.union(t.time("1s", 1000), {"unresolved": true})})
	document.wrong == {"servers[0].locations[0].directives.grpc_read_timeout.ms"} with input as both
	denied := _with_settings({"fields": 2, "grpc_ssl_name": object.union(t.text("a"), {"unresolved": false})})
	document.wrong == {"servers[0].locations[0].directives.grpc_ssl_name.unresolved"} with input as denied
}

test_lost_fields_are_counted if {
	lost := _with_settings({"fields": 3, "grpc_ssl_name": t.text("a")})
	document.wrong == {"servers[0].locations[0].directives.fields"} with input as lost
}

test_missing_is_as_bad_as_wrong if {
	document.wrong == {"servers"} with input as object.remove(_whole, ["servers"])
	document.wrong == {"servers[0].listens"} with input as _with_server({"listens": []})
	document.wrong == {"source.files"} with input as object.union(_whole, {"source": {"files": [1]}})
	document.wrong == {"(no object)"} with input as []
}

test_numbers if {
	every line in [0, -1, 1.5, "1", null] {
		input_ := object.union(_whole, {"features": [object.union(_whole.features[0], {"line": line})]})
		document.wrong == {"features[0].line"} with input as input_
	}
	every code in [299, 600, "502"] {
		pages := [object.union(t.error_page([502], "=", "/e"), {"codes": [code]})]
		input_ := object.union(_whole, {"error_page_lists": [object.union(_whole.error_page_lists[0], {"pages": pages})]})
		document.wrong == {"error_page_lists[0].pages[0].codes"} with input as input_
	}
}

test_dangling if {
	every field in ["grpc_set_header", "add_header", "add_trailer", "proxy_set_header", "error_page", "gap"] {
		input_ := _with_location({field: 1})
		links.wrong == {"/ names a list, page or gap that is not there"} with input as input_
	}
}

test_links if {
	cases := {
		"/ stands in a location that is not there": _with_location({"parent": "/nowhere"}),
		"upstream other is named and not there": _with_location({"target": object.union(_target, {"upstreams": ["other"]})}),
		"/ leads to an upstream that it does not name": _with_location({"target": object.union(_target, {"upstreams": []})}),
		"two locations have one id": _with_server({"locations": [_location, object.union(_page, {"id": "/"})], "pages": []}),
		"page /e is served by a location that is not there": _with_server({"locations": [_location]}),
		"page /e names a gap that is not there": _put_in_server("pages", [_put(_followed, "gap", 1)]),
		"server api.example names a gap that is not there": _with_server({"gap": 1}),
		"upstream greeter names a gap that is not there": object.union(_whole, {"upstreams": [object.union(_whole.upstreams[0], {"gap": 1})]}),
		"/ carries gRPC without a target": _with_server({"locations": [object.remove(_location, ["target"]), _page]}),
		"/ has proxy_pass as its handler without a target": _with_server({"locations": [
			object.union(object.remove(_location, ["proxy_target"]), {"handler": "proxy_pass"}),
			_page,
		]}),
	}
	every problem, input_ in cases {
		links.wrong == {problem} with input as input_
	}
}

_what(input_) := words if {
	words := guard.what with input as input_
}

test_what_it_is_instead if {
	guard.what == "the input is missing"
	_what(null) == "the input is null, not a document"
	_what(false) == "the input is true or false, not a document"
	_what(1) == "the input is a number, not a document"
	_what("server {}") == "the input is a text, not a document"
	_what([]) == "the input is an empty list"
	_what([1]) == "the input is a list, not a document"
	_what({"directives": []}) == "the input is raw nginx directives, as conftest's own nginx parser gives them"
	_what({"config": []}) == "the input is the output of crossplane"
	_what({"contents": 1}) == "the input is conftest's --combine"
	_what({}) == "the input has no schema_version"
	_what({"schema_version": 11}) == "the document has schema_version 11, and this policy reads 2"
	_what({"schema_version": "1"}) == "the document has schema_version in another spelling, and this policy reads 2"
}

test_what_is_wrong_in_a_document if {
	three := object.union(object.remove(_whole, ["complete"]), {"gaps": {}, "waivers": 1})
	_what(three) == "the document is not as its schema says: complete, gaps, waivers"
	four := object.union(three, {"schema_typo": 1})
	_what(four) == "the document is not as its schema says: complete, gaps, schema_typo and 1 more"
	_what(object.union(four, {"features": 1})) == "the document is not as its schema says: complete, features, gaps and 2 more"
	_what(_with_location({"error_page": 9})) == "the document does not hold together: / names a list, page or gap that is not there"
}

test_place if {
	guard.place == {"file": "map.yaml", "line": 1} with input as _whole
	guard.place == {"file": "input", "line": 1} with input as {}
	guard.place == {"file": "input", "line": 1} with input as {"source": {"entry": 7}}
}

test_limits_of_numbers if {
	kind.between(300, 300, 599)
	kind.between(599, 300, 599)
	not kind.between(299, 300, 599)
	not kind.between(600, 300, 599)
	not kind.between(300.5, 300, 599)
	kind.natural(0)
	kind.positive(1)
	every number in [-1, 0.5, "1", null] {
		not kind.natural(number)
	}
	every number in [0, 1.5, "1", null] {
		not kind.positive(number)
	}
}

# What is no gRPC may be without what gRPC needs.
test_what_holds_together if {
	every document_ in [
		t.one_location(t.location("/web", {"handler": "proxy_pass", "proxy_pass": "http://web"})),
		t.one_location(t.pass("/", {"target": t.to_address("10.0.0.1", 50051)})),
		t.locations([t.pass("/", {}), t.location("/in", {"parent": "/"})]),
		t.document([t.server([], {"pages": [t.followed("/e", "=", {})]})], []),
	] {
		guard.passed with input as document_
	}
}
