package nginx.grpc.lib.streams_test

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.streams
import data.nginx.grpc.testing as t

_plain := t.one_location(t.pass("/", {}))

_said := t.one_location(t.pass_with({"client_body_timeout": t.time("10m", 600000)}))

_variable := t.one_location(t.pass_with({"client_body_timeout": t.variable("$t")}))

_web := t.one_location(t.pass_with({"grpc_web": t.flag(true)}))

_mixed := t.one_location(t.pass("/", {"mixed": true}))

_names(edits) := [edit.name | some edit in edits]

_edits := streams.silent(calls.passes[0], "5m", 300000)

_forms := streams.forms(calls.passes[0], _edits)

_kind(kind) := {"grpc": {"default": {"streaming": kind}}}

_both := ["grpc_read_timeout", "client_body_timeout"]

# What ends a stream of the client next is set at once.
test_both_ends if {
	_names(_edits) == _both with input as _plain
	_names(_edits) == ["grpc_read_timeout"] with input as _said
	_names(_edits) == ["grpc_read_timeout"] with input as _variable
}

test_who_streams if {
	_names(_edits) == _both with input as _plain with data.nginx_grpc as _kind("bidi")
	_names(_edits) == ["grpc_read_timeout"] with input as _plain with data.nginx_grpc as _kind("server")
	_names(_edits) == ["grpc_read_timeout"] with input as _web
}

test_other_requests_of_the_location if {
	_forms == [] with input as _plain
	_forms == ["mixed"] with input as _mixed
	_forms == [] with input as _mixed with data.nginx_grpc as _kind("none")
}
