package nginx.grpc.rules.client_connection_age_test

import data.nginx.grpc.rules.client_connection_age
import data.nginx.grpc.testing as t

_listening(directives) := t.document([t.server([t.pass("/", {})], {"directives": t.fields(directives)})], [t.greeter])

_requests(number) := _listening({"keepalive_requests": t.number(format_int(number, 10), number)})

_busy := {"grpc": {"default": {"expected_concurrency": 50}}}

test_few if {
	found := client_connection_age.findings with input as _requests(100)
	t.faults(found) == {"client connections end after 100 calls: calls that are on their way then get UNAVAILABLE, in clients that do not retry"}
	t.fixes(found) == {["safe", "set keepalive_requests 1000000"]}
	t.places(found) == {12}
	t.subjects(found) == {["api.example", "", ""]}
	t.levels(found, "evidence") == {"warn"}
	last := client_connection_age.findings with input as _requests(999)
	count(last) == 1
}

test_first_call if {
	every case in [
		["keepalive_requests", t.number("0", 0)], ["keepalive_requests", t.number("1", 1)],
		["keepalive_timeout", t.time("0", 0)], ["keepalive_time", t.time("0", 0)],
	] {
		found := client_connection_age.findings with input as _listening({case[0]: case[1]})
		t.faults(found) == {concat("", [
			"client connections end after the first call (", case[0], " ", case[1].value,
			"): of calls at once most get UNAVAILABLE, in clients that do not retry",
		])}
		t.levels(found, "evidence") == {"deny"}
		count(t.fixes(found)) == 1
	}
	count(client_connection_age.findings) == 1 with input as _requests(1) with data.nginx_grpc as _busy
	count(client_connection_age.findings) == 1 with input as _requests(2)
	every directives in [{"keepalive_timeout": t.time("1ms", 1)}, {"keepalive_time": t.time("1s", 1000)}] {
		t.is_clean(client_connection_age.findings) with input as _listening(directives)
	}
}

test_calls_at_a_time if {
	closed := client_connection_age.findings with input as _listening({"http2_max_concurrent_streams": t.number("0", 0)})
	t.faults(closed) == {"http2_max_concurrent_streams 0 lets no call in: clients wait until their deadline"}
	t.levels(closed, "evidence") == {"deny"}
	t.fixes(closed) == {["safe", "set http2_max_concurrent_streams 128"]}
	one := client_connection_age.findings with input as _listening({"http2_max_concurrent_streams": t.number("1", 1)})
	t.faults(one) == {"http2_max_concurrent_streams 1 lets one call at a time through a connection: behind a stream all others wait"}
	t.levels(one, "evidence") == {"warn"}
	t.is_clean(client_connection_age.findings) with input as _listening({"http2_max_concurrent_streams": t.number("2", 2)})
}

test_enough if {
	t.is_clean(client_connection_age.findings) with input as _requests(1000)
	t.is_clean(client_connection_age.findings) with input as _listening({})
	t.is_clean(client_connection_age.findings) with input as _requests(1001) with data.nginx_grpc as _busy
}

test_expected_concurrency if {
	found := client_connection_age.findings with input as _listening({}) with data.nginx_grpc as _busy
	t.faults(found) == {"client connections end after 1000 (default) calls, and 50 are expected at once: those on their way then get UNAVAILABLE, in clients that do not retry"}
	said := client_connection_age.findings with input as _requests(1000) with data.nginx_grpc as _busy
	count(said) == 1
}

# The most of the upstreams behind it.
test_several_upstreams if {
	both := t.pass("/", {"target": t.to_variable("grpc://$up", "constant", {"upstreams": ["greeter", "orders", "idle"]})})
	said := {"grpc": {"upstreams": {"greeter": {"expected_concurrency": 5}, "orders": {"expected_concurrency": 70}}}}
	found := client_connection_age.findings with input as t.document([t.server([both], {})], []) with data.nginx_grpc as said
	every message in t.faults(found) {
		contains(message, "and 70 are expected at once")
	}
	count(found) == 1
}

test_not_known if {
	found := client_connection_age.findings with input as _listening({"keepalive_requests": t.variable("$n")})
	t.reasons(found) == {"keepalive_requests $n holds a variable"}
	hidden := t.part(t.document([t.behind_gap(t.server([t.pass("/", {})], {}))], [t.greeter]), "http")
	t.is_clean(client_connection_age.findings) with input as hidden
	asked := client_connection_age.findings with input as hidden with data.nginx_grpc as _busy
	count(t.reasons(asked)) == 1
}
