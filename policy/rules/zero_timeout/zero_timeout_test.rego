package nginx.grpc.rules.zero_timeout_test

import data.nginx.grpc.rules.zero_timeout
import data.nginx.grpc.testing as t

_with(settings) := t.one_location(t.pass_with(settings))

_default := _with({})

_read := _with({"grpc_read_timeout": t.time("0", 0)})

_all := _with({
	"grpc_connect_timeout": t.time("0s", 0),
	"grpc_read_timeout": t.time("0", 0),
	"grpc_send_timeout": t.time("0ms", 0),
})

_small := _with({"grpc_read_timeout": t.time("1ms", 1)})

_variable := _with({"grpc_send_timeout": t.variable("$t")})

test_zero if {
	found := zero_timeout.findings with input as _read
	t.faults(found) == {"grpc_read_timeout 0 does not switch the timeout off: it is over at once, and calls get 504"}
	t.fixes(found) == {["unsafe", "set grpc_read_timeout 24h", "set client_body_timeout 24h"]}
	t.levels(found, "evidence") == {"deny"}
	t.remedies(zero_timeout.findings) == {
		"grpc_connect_timeout 5s;   # 5s is assumed",
		"grpc_read_timeout 24h;\nclient_body_timeout 24h;\n# 24h is assumed",
		"grpc_send_timeout 60s;   # 60s is nginx's default",
	} with input as _all
}

_of_server(directives) := t.document([t.server([t.pass("/", {})], {"directives": t.fields(directives)})], [t.greeter])

test_of_clients if {
	body := zero_timeout.findings with input as _with({"client_body_timeout": t.time("0", 0)})
	t.faults(body) == {"client_body_timeout 0 does not switch the timeout off: it is over at once, and calls get INTERNAL"}
	t.remedies(body) == {"client_body_timeout 60s;   # 60s is nginx's default"}
	send := zero_timeout.findings with input as _with({"send_timeout": t.time("0", 0)})
	t.faults(send) == {"send_timeout 0 does not switch the timeout off: it is over at once, and answers that wait for the client get INTERNAL"}
	t.remedies(send) == {"send_timeout 60s;   # 60s is nginx's default"}
	header := zero_timeout.findings with input as _of_server({"client_header_timeout": t.time("0", 0)})
	t.faults(header) == {"client_header_timeout 0 does not switch the timeout off: it is over at once, and connections are closed: calls get UNAVAILABLE"}
	t.remedies(header) == {"client_header_timeout 60s;   # 60s is nginx's default"}
	every found in [body, send, header] {
		t.levels(found, "evidence") == {"deny"}
	}
	t.is_clean(zero_timeout.findings) with input as _of_server({"client_header_timeout": t.time("1s", 1000)})
	t.is_clean(zero_timeout.findings) with input as _with({"client_body_timeout": t.time("1s", 1000), "send_timeout": t.time("1s", 1000)})
}

test_which_directive_it_is if {
	every directive in ["grpc_send_timeout", "client_body_timeout", "send_timeout"] {
		t.directives(zero_timeout.findings) == {directive} with input as _with({directive: t.time("0", 0)})
	}
	t.directives(zero_timeout.findings) == {"client_header_timeout"} with input as _of_server({"client_header_timeout": t.time("0", 0)})
}

_mixed := t.one_location(t.pass("/", {
	"mixed": true,
	"directives": t.fields({"client_body_timeout": t.time("0", 0)}),
}))

test_other_requests_of_the_location if {
	found := zero_timeout.findings with input as _mixed
	t.remedies(found) == {"client_body_timeout 60s;   # other requests of the location are given 60s for their bodies, too"}
}

_read_of_long_bodies := _with({
	"grpc_read_timeout": t.time("0", 0),
	"client_body_timeout": t.time("24h", 86400000),
})

test_bodies_that_may_take_long_already if {
	t.fixes(zero_timeout.findings) == {["unsafe", "set grpc_read_timeout 24h"]} with input as _read_of_long_bodies
}

test_not_zero if {
	t.is_clean(zero_timeout.findings) with input as _default
	t.is_clean(zero_timeout.findings) with input as _small
}

test_unknown if {
	t.reasons(zero_timeout.findings) == {"grpc_send_timeout $t holds a variable"} with input as _variable
}
