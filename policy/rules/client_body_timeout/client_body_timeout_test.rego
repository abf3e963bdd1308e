package nginx.grpc.rules.client_body_timeout_test

import data.nginx.grpc.rules.client_body_timeout
import data.nginx.grpc.testing as t

_with(settings) := t.one_location(t.pass_with(settings))

_read := {"grpc_read_timeout": t.time("1h", 3600000)}

_default := _with({})

_read_said := _with(_read)

_both := _with(object.union(_read, {"client_body_timeout": t.time("1h", 3600000)}))

_body(text, ms) := _with({"client_body_timeout": t.time(text, ms)})

_five_minutes := _body("5m", 300000)

_variable := _with(object.union(_read, {"client_body_timeout": t.variable("$t")}))

_streaming(kind) := {"grpc": {"default": {"streaming": kind}}}

_silent(kind, silence) := {"grpc": {"default": {"streaming": kind, "longest_silence": silence}}}

test_read_timeout_by_intent if {
	found := client_body_timeout.findings with input as _read_said
	t.faults(found) == {"grpc_read_timeout is 1h, but a client or bidi stream that is silent for 60s (default) is ended by client_body_timeout"}
	t.remedies(found) == {"client_body_timeout 1h;"}
	t.levels(found, "checklist") == {"warn"}
	t.is_clean(client_body_timeout.findings) with input as _default
	t.is_clean(client_body_timeout.findings) with input as _both
	t.is_clean(client_body_timeout.findings) with input as _body("10s", 10000)
}

# A client that streams to such a location all the same can be said in the settings.
test_grpc_web_has_no_streams_of_clients if {
	web := _with(object.union(_read, {"grpc_web": t.flag(true)}))
	t.is_clean(client_body_timeout.findings) with input as web
	count(client_body_timeout.findings) == 1 with input as web with data.nginx_grpc as _streaming("bidi")
}

test_streaming_given if {
	every kind in ["client", "bidi"] {
		found := client_body_timeout.findings with input as _read_said with data.nginx_grpc as _streaming(kind)
		t.levels(found, "evidence") == {"deny"}
		t.faults(found) == {"a client or bidi stream that is silent for 60s (default) is ended by client_body_timeout; streams here are silent for up to 1h"}
	}
	every kind in ["none", "server"] {
		t.is_clean(client_body_timeout.findings) with input as _read_said with data.nginx_grpc as _streaming(kind)
	}
}

test_silence_given if {
	count(client_body_timeout.findings) == 1 with input as _default with data.nginx_grpc as _silent("bidi", "61s")
	t.is_clean(client_body_timeout.findings) with input as _default with data.nginx_grpc as _silent("bidi", "60s")
	t.is_clean(client_body_timeout.findings) with input as _five_minutes with data.nginx_grpc as _silent("client", "300s")
}

# Without a word on who streams, the silence may be the servers'.
test_silence_of_servers if {
	t.is_clean(client_body_timeout.findings) with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"longest_silence": "10m"}}}
}

test_unknown if {
	t.reasons(client_body_timeout.findings) == {"client_body_timeout $t holds a variable"} with input as _variable
	t.is_clean(client_body_timeout.findings) with input as _with({"client_body_timeout": t.variable("$t")})
}

_reading(text, ms) := t.one_location(t.pass_with({
	"grpc_read_timeout": t.time(text, ms),
	"client_body_timeout": t.time("5m", 300000),
}))

# 315s against 5m was meant to be as long.
test_nearly_as_long if {
	t.is_clean(client_body_timeout.findings) with input as _reading("315", 315000)
	found := client_body_timeout.findings with input as _reading("334", 334000)
	count(found) == 1
	given := client_body_timeout.findings with input as _reading("315", 315000)
		with data.nginx_grpc as {"grpc": {"default": {"streaming": "bidi", "longest_silence": "301s"}}}
	count(given) == 1
}
