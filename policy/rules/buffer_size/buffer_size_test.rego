package nginx.grpc.rules.buffer_size_test

import data.nginx.grpc.rules.buffer_size
import data.nginx.grpc.testing as t

_with(settings) := t.one_location(t.pass_with(settings))

_default := _with({})

_large := _with({"grpc_buffer_size": t.size("1m", 1048576)})

_below := _with({"grpc_buffer_size": t.size("1023k", 1047552)})

_variable := _with({"grpc_buffer_size": t.variable("$s")})

test_large if {
	found := buffer_size.findings with input as _large
	t.faults(found) == {"grpc_buffer_size 1m is reserved for every call and limits no message"}
	t.levels(found, "evidence") == {"warn"}
}

test_small if {
	t.is_clean(buffer_size.findings) with input as _default
	t.is_clean(buffer_size.findings) with input as _below
}

test_unknown if {
	t.reasons(buffer_size.findings) == {"grpc_buffer_size $s holds a variable"} with input as _variable
}
