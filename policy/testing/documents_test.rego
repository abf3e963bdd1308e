# METADATA
# title: Documents for tests
# description: >-
#   Builds whole documents out of the few things that a test is about. Every argument called `more`
#   is merged over what is built.
package nginx.grpc.testing

# document of servers and upstreams.
document(servers, upstreams) := {
	"schema_version": 2,
	"source": {"kind": "file", "entry": "nginx.conf", "context": "main", "files": ["nginx.conf"]},
	"controller": "",
	"complete": true,
	"gaps": [],
	"upstreams": upstreams,
	"servers": servers,
	"header_lists": [],
	"error_page_lists": [],
	"other_handlers": [],
	"features": [],
	"waivers": [],
	"objects": fields({"config_map": {"kind": "", "namespace": "", "name": ""}, "ineffective": []}),
}

# one_location: a document of one server with these locations, and the upstream `greeter`.
one_location(location_) := document([server([location_], {})], [greeter])

locations(locations_) := document([server(locations_, {})], [greeter])

greeter := upstream("greeter", {"keepalive": number("32", 32), "keepalive_timeout": time("20s", 20000)}, [
	peer("10.0.0.1:50051", {}),
	peer("10.0.0.2:50051", {}),
])

# fields counts the fields of an object, as the bridge does.
fields(object_) := object.union(object_, {"fields": count(object_) + 1})

place := {"file": "nginx.conf", "line": 1, "column": 1}

at(line) := object.union(line_of(line), {"column": 5})

# line_of what no edit is made at.
line_of(line) := {"file": "nginx.conf", "line": line}

server(locations_, more) := fields(object.union(
	object.union(place, {
		"name": "api.example",
		"names": ["api.example"],
		"listens": [listen({})],
		"directives": fields({}),
		"locations": locations_,
		"pages": [],
		"returns": [],
	}),
	more,
))

listen(more) := fields(object.union(
	object.union(place, {
		"address": "443",
		"args": ["443", "ssl", "http2"],
		"socket": "*:443",
		"port": 443,
		"implicit": false,
		"ssl": true,
		"http2_parameter": true,
		"quic": false,
		"default_server": true,
		"default": 0,
		"speaks_http2": "yes",
		"mixed": false,
	}),
	more,
))

# location with no gRPC and no handler.
location(path, more) := fields(object.union(
	object.union(at(10), {
		"id": path,
		"parent": "",
		"modifier": "",
		"path": path,
		"name": path,
		"internal": false,
		"grpc": {"carries": "no", "reasons": []},
		"handler": "static",
		"own_handler": false,
		"mixed": true,
		"grpc_pass": "",
		"proxy_pass": "",
		"directives": fields({}),
		"proxy_directives": [],
	}),
	more,
))

# pass: a location with grpc_pass, by default to grpc://greeter.
pass(path, more) := location(path, object.union(
	{
		"grpc": {"carries": "pass", "reasons": ["grpc_pass"]},
		"handler": "grpc_pass",
		"own_handler": true,
		"mixed": false,
		"grpc_pass": "grpc://greeter",
		"target": to_upstream("greeter"),
	},
	more,
))

# stopped: an arrival, by default stopped by `return 404`.
stopped(more) := fields({"answer": "no", "stop": fields(object.union(
	object.union(at(15), {"kind": "return", "text": "return 404", "code": 404, "condition": ""}),
	more,
))})

# arrives: an arrival that nothing stops for sure: yes or unknown.
arrives(answer) := fields({"answer": answer})

# pass_with: a location with grpc_pass to grpc://greeter and these settings.
pass_with(settings_) := pass("/pkg.Service/", {"directives": fields(settings_)})

# proxied: a location with proxy_pass.
proxied(path, carries, more) := location(path, object.union(
	{
		"grpc": {"carries": carries, "reasons": ["path of a gRPC service"]},
		"handler": "proxy_pass",
		"own_handler": true,
		"proxy_pass": "http://greeter",
		"proxy_target": object.union(to_upstream("greeter"), {"text": "http://greeter", "scheme": "http"}),
	},
	more,
))

target(more) := fields(object.union(
	object.union(at(11), {
		"text": "grpc://greeter",
		"options": "",
		"scheme": "grpc",
		"scheme_known": true,
		"kind": "upstream",
		"upstreams": [],
		"host": "",
		"port": 0,
		"bypasses": [],
		"host_is_name": false,
		"variables": [],
		"client_chooses": "no",
		"failures": [],
		"context": "location",
	}),
	more,
))

to_upstream(name) := target({"text": concat("", ["grpc://", name]), "upstreams": [name]})

to_address(host, port) := target({
	"text": concat("", ["grpc://", host, ":", format_int(port, 10)]),
	"kind": "address",
	"host": host,
	"port": port,
})

to_variable(name, origin, more) := target(object.union(
	{
		"text": name,
		"scheme": "",
		"scheme_known": false,
		"kind": "variable",
		"variables": [{"name": concat("", ["$", split(name, "$")[1]]), "origin": origin}],
	},
	more,
))

upstream(name, settings_, peers) := upstream_with(name, settings_, peers, {})

upstream_with(name, settings_, peers, more) := fields(object.union(
	object.union(at(2), {
		"name": name,
		"keepalive_timeout": object.get(settings_, ["keepalive_timeout", "value"], ""),
		"directives": fields(settings_),
		"keepalive_local": false,
		"servers": peers,
		"servers_known": true,
		"active_check": false,
		"duplicate": false,
	}),
	more,
))

peer(address, more) := fields(object.union(
	object.union(at(3), {
		"address": address,
		"args": [address],
		"host": split(address, ":")[0],
		"port": to_number(split(address, ":")[1]),
		"host_is_name": false,
		"backup": false,
		"down": false,
		"resolve": false,
		"unresolved": false,
	}),
	more,
))

setting(value, more) := object.union(
	object.union(line_of(12), {"value": value, "context": "location"}),
	more,
)

time(text, ms) := setting(text, {"ms": ms})

size(text, bytes) := setting(text, {"bytes": bytes})

number(text, value) := setting(text, {"number": value})

flag(on) := setting({true: "on", false: "off"}[on], {"on": on})

text(value) := setting(value, {})

variable(value) := setting(value, {"unresolved": true, "why": "variable"})

# unread: a gap of an include, and what makes a node depend on it.
unread := {"gaps": [object.union(line_of(5), {
	"kind": "include",
	"what": "conf.d/limits.conf",
	"reason": "no such file",
	"context": "http",
	"matters": true,
})]}

fragment := {
	"gaps": [object.union(line_of(1), {
		"kind": "context",
		"what": "http",
		"reason": "the text is a server",
		"context": "http",
		"matters": true,
	})],
	"complete": false,
}

# part: a document of which the rest of `context` is not seen, and the nodes depend on it.
part(document_, context) := object.union(document_, {
	"gaps": [object.union(fragment.gaps[0], {"context": context})],
	"complete": false,
})

# listed: a document with these header lists.
listed(document_, lists) := object.union(document_, {"header_lists": lists})

header_list(directive, context, headers) := {
	"directive": directive,
	"context": context,
	"complete": true,
	"headers": headers,
}

header(name, value) := object.union(at(13), {"name": name, "value": value, "always": false})

error_page(codes, response, uri) := object.union(at(14), {
	"codes": codes,
	"response": response,
	"uri": uri,
	"unresolved": contains(uri, "$"),
})

# behind_gap: a node that depends on what was not read.
behind_gap(node) := fields(object.union(object.remove(node, ["fields"]), {"gap": 0}))

# without_its gap and everything else said: a document with an unread include.
with_unread(document_) := object.union(document_, object.union(unread, {"complete": false}))

answer(code, body) := fields(object.union(at(15), {"code": code, "body": body}))

# page: a location that returns 200.
page(path, more) := location(path, object.union(
	{"handler": "return", "own_handler": true, "return": answer(200, "none")},
	more,
))

# followed: what became of an error page, by default one that does all right.
followed(uri, response, more) := fields(object.union(
	object.union(at(15), {
		"uri": uri,
		"response": response,
		"recursive": false,
		"answer": "page",
		"location": "",
		"kept": false,
		"status": 200,
		"method": "GET",
		"type": "application/grpc",
		"body": "none",
		"headers": [sent("grpc-status", "14")],
		"why": "",
	}),
	more,
))

# sent: a header that a page adds.
sent(name, value) := object.union(at(16), {"name": name, "value": value, "always": false, "trailer": false})

sent_always(name, value) := object.union(sent(name, value), {"always": true})

trailer(name, value) := object.union(sent(name, value), {"trailer": true})

# with_pages: one server with a gRPC location whose error pages are `entries`, and what became of
# them.
with_pages(entries, pages) := with_pages_of(pass("/", {"error_page": 0}), entries, pages)

# with_pages_of: the same for this location.
with_pages_of(location_, entries, pages) := object.union(
	document([server([location_, location("/e", {}), location("@e", {"modifier": "@"})], {"pages": pages})], [greeter]),
	{"error_page_lists": [{"context": "server", "complete": true, "pages": entries}]},
)

# with_page: the same for one page /e of 502, 503 and 504.
with_page(response, more) := with_pages(
	[error_page([502, 503, 504], response, "/e")],
	[followed("/e", response, object.union({"location": "/e"}, more))],
)

# saying: a document with one thing that an Ingress says in vain.
saying(name, value, state, more) := object.union(document([], []), {
	"controller": "ingress-nginx",
	"objects": fields({
		"config_map": {"kind": "", "namespace": "", "name": ""},
		"ineffective": [fields(object.union(
			{
				"owner": {"kind": "Ingress", "namespace": "shop", "name": "api"},
				"name": name,
				"value": value,
				"state": state,
				"becomes": "",
				"nearest": "",
				"grpc": true,
				"file": "ingress.yaml",
				"line": 8,
				"key": name,
			},
			more,
		))],
	}),
})
