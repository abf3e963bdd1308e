package nginx.grpc.rules.body_read_first_test

import data.nginx.grpc.rules.body_read_first
import data.nginx.grpc.testing as t

_reading(name, value) := t.one_location(t.pass("/", {"reads_body_first": object.union(t.at(7), {"name": name, "value": value})}))

_streaming(kind) := {"grpc": {"default": {"streaming": kind}}}

test_mirror if {
	found := body_read_first.findings with input as _reading("mirror", "/copy")
	t.faults(found) == {"mirror /copy makes nginx read the whole request first: a bidi call whose client waits for an answer hangs until its deadline"}
	t.fixes(found) == {["unsafe", "set mirror_request_body off"]}
	t.places(found) == {7}
	t.levels(found, "evidence") == {"warn"}
}

test_bidi if {
	found := body_read_first.findings with input as _reading("mirror", "/copy") with data.nginx_grpc as _streaming("bidi")
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"deny"}
}

test_other_streams if {
	every kind in ["none", "server", "client"] {
		t.is_clean(body_read_first.findings) with input as _reading("mirror", "/copy")
			with data.nginx_grpc as _streaming(kind)
	}
}

# One of the upstreams that a call may lead to.
test_one_of_several if {
	both := t.to_variable("grpc://$up", "constant", {"upstreams": ["greeter", "chat"]})
	document := t.one_location(t.pass("/", {
		"target": both,
		"reads_body_first": object.union(t.at(7), {"name": "mirror", "value": "/copy"}),
	}))
	said := {"grpc": {"upstreams": {"greeter": {"streaming": "none"}, "chat": {"streaming": "bidi"}}}}
	found := body_read_first.findings with input as document with data.nginx_grpc as said
	t.levels(found, "evidence") == {"deny"}
}

test_modsecurity if {
	found := body_read_first.findings with input as _reading("modsecurity", "on")
	t.decisions(found) == {"modsecurity off where bidi calls come: it reads all of a request, whatever its rules say"}
	every message in t.faults(found) {
		startswith(message, "modsecurity on makes")
	}
}

test_lua if {
	found := body_read_first.findings with input as _reading("access_by_lua_block", "")
	t.decisions(found) == {"lua_need_request_body off, and no ngx.req.read_body(), where bidi calls come"}
	every message in t.faults(found) {
		startswith(message, "access_by_lua_block makes")
	}
}

test_nothing if {
	t.is_clean(body_read_first.findings) with input as t.one_location(t.pass("/", {}))
}
