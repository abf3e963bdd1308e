package nginx.grpc.rules.unreachable_pass_test

import data.nginx.grpc.rules.unreachable_pass
import data.nginx.grpc.testing as t

_limit(methods, denies) := {"limit_except": object.union(t.at(17), {"methods": methods, "denies": denies})}

_plain := t.one_location(t.pass("/", {}))

_returned := t.one_location(t.pass("/", {"return": t.answer(404, "none")}))

_if := t.locations([
	t.location("/", {"handler": "proxy_pass", "proxy_target": t.to_upstream("greeter")}),
	t.pass("if", {"parent": "/", "modifier": "if", "return": t.answer(404, "none")}),
])

_server := t.document([t.server([t.pass("/", {})], {"return": t.answer(301, "text")})], [t.greeter])

_get := t.one_location(t.pass("/", _limit(["GET", "HEAD"], true)))

_get_allowed := t.one_location(t.pass("/", _limit(["GET"], false)))

_post := t.one_location(t.pass("/", _limit(["GET", "POST"], true)))

test_return if {
	found := unreachable_pass.findings with input as _returned
	t.faults(found) == {"return 404 stands beside grpc_pass and wins: no call reaches the server"}
	t.places(found) == {15}
	t.levels(found, "evidence") == {"deny"}
}

test_return_in_an_if if {
	t.is_clean(unreachable_pass.findings) with input as _if
}

test_return_in_the_server if {
	found := unreachable_pass.findings with input as _server
	t.faults(found) == {"return 301 in the server answers every request: no call reaches a location"}
	t.remedies(found) == {"location / { return 301; }"}
}

test_methods if {
	t.faults(unreachable_pass.findings) == {"limit_except lets GET HEAD through and refuses POST, which every gRPC call is"} with input as _get
	t.is_clean(unreachable_pass.findings) with input as _get_allowed
	t.is_clean(unreachable_pass.findings) with input as _post
}

test_nothing_in_the_way if {
	t.is_clean(unreachable_pass.findings) with input as _plain
}
