package nginx.grpc.rules.no_status_test

import data.nginx.grpc.rules.no_status
import data.nginx.grpc.testing as t

_returning(code, more) := t.location("/old", object.union(
	{"handler": "return", "own_handler": true, "return": t.answer(code, "text")},
	more,
))

_beside_grpc(location) := t.locations([t.pass("/", {}), location])

test_code_of_grpc if {
	found := no_status.findings with input as _beside_grpc(_returning(12, {}))
	t.faults(found) == {"return 12 sends HTTP status 12, which is none: every call that comes here gets UNKNOWN, not gRPC's code 12"}
	t.fixes(found) == {["unsafe", "set default_type application/grpc", "add add_header grpc-status 12", "replace return return 200"]}
	t.places(found) == {15}
	t.subjects(found) == {["api.example", "/old", ""]}
	t.levels(found, "evidence") == {"deny"}
}

test_the_codes if {
	every code in [1, 16] {
		found := no_status.findings with input as _beside_grpc(_returning(code, {}))
		count(found) == 1
		every message in t.faults(found) {
			endswith(message, concat(" ", ["gRPC's code", format_int(code, 10)]))
		}
	}
	every code in [0, 17, 99] {
		found := no_status.findings with input as _beside_grpc(_returning(code, {}))
		t.fixes(found) == {["unsafe", "replace return return 404"]}
		count(t.faults(found)) == 1
	}
	t.is_clean(no_status.findings) with input as _beside_grpc(_returning(100, {}))
}

test_server if {
	server := t.server([t.pass("/", {})], {"returns": [t.answer(14, "none"), t.answer(404, "none")]})
	found := no_status.findings with input as t.document([server], [t.greeter])
	t.subjects(found) == {["api.example", "", ""]}
	count(found) == 1
	t.decisions(found) == {"HTTP status 200 of type application/grpc with the header grpc-status 14; return 404 is UNIMPLEMENTED as well"}
}

test_if if {
	found := no_status.findings with input as _beside_grpc(_returning(12, {"modifier": "if"}))
	t.fixes(found) == {["manual"]}
}

_refusing(speaks) := t.document([t.server([_returning(12, {})], {"listens": [t.listen({"speaks_http2": speaks})]})], [])

# A server that only refuses, as a default server does.
test_server_without_grpc if {
	every speaks in ["yes", "unknown"] {
		found := no_status.findings with input as _refusing(speaks)
		count(found) == 1
	}
	t.is_clean(no_status.findings) with input as _refusing("no")
}

# Calls come to a server whose listener nobody has looked at: NG201 speaks of that.
test_server_without_http2 if {
	server := t.server([t.pass("/", {}), _returning(12, {})], {"listens": [t.listen({"speaks_http2": "no"})]})
	found := no_status.findings with input as t.document([server], [t.greeter])
	count(found) == 1
}

test_pages if {
	t.is_clean(no_status.findings) with input as _beside_grpc(_returning(14, {"internal": true}))
	t.is_clean(no_status.findings) with input as _beside_grpc(_returning(14, {"modifier": "@"}))
	page := t.followed("/old", "=", {"location": "/old"})
	server := t.server([t.pass("/", {}), _returning(14, {})], {"pages": [page]})
	t.is_clean(no_status.findings) with input as t.document([server], [t.greeter])
}
