package nginx.grpc.rules.client_body_size_test

import data.nginx.grpc.rules.client_body_size
import data.nginx.grpc.testing as t

_with(settings) := t.one_location(t.pass_with(settings))

_size(text, bytes) := _with({"client_max_body_size": t.size(text, bytes)})

_default := _with({})

_none := _size("0", 0)

_four := _size("4m", 4194304)

_one := _size("1m", 1048576)

_chosen := _size("1048577", 1048577)

_byte := _size("1", 1)

_variable := _with({"client_max_body_size": t.variable("$s")})

_streaming := {"grpc": {"default": {"streaming": "client"}}}

test_largest_request if {
	found := client_body_size.findings with input as _default with data.nginx_grpc as {"largest_request": "3m"}
	t.faults(found) == {"requests here have up to 3m, and above 1m (default) nginx ends them with 413 (UNKNOWN)"}
	t.remedies(found) == {"client_max_body_size 3m;"}
	t.levels(found, "evidence") == {"deny"}
	t.is_clean(client_body_size.findings) with input as _four with data.nginx_grpc as {"largest_request": "4096k"}
	t.is_clean(client_body_size.findings) with input as _none with data.nginx_grpc as {"largest_request": "4096k"}
	count(client_body_size.findings) == 1 with input as _byte with data.nginx_grpc as {"largest_request": "4096k"}
}

test_streams if {
	found := client_body_size.findings with input as _default with data.nginx_grpc as _streaming
	t.faults(found) == {"a stream from the client is ended with 413 (UNKNOWN) after 1m (default) in all"}
	count(client_body_size.findings) == 1 with input as _one with data.nginx_grpc as _streaming
	t.is_clean(client_body_size.findings) with input as _four with data.nginx_grpc as _streaming
	t.is_clean(client_body_size.findings) with input as _none with data.nginx_grpc as _streaming
	t.is_clean(client_body_size.findings) with input as _chosen with data.nginx_grpc as _streaming
	count(client_body_size.findings) == 1 with input as _byte with data.nginx_grpc as _streaming
	count(client_body_size.findings) == 1 with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"streaming": "bidi"}}}
	t.is_clean(client_body_size.findings) with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"streaming": "server"}}}
}

# The largest request is the better measure.
test_largest_request_of_a_stream if {
	t.is_clean(client_body_size.findings) with input as _default
		with data.nginx_grpc as object.union(_streaming, {"largest_request": "1m"})
}

test_no_ground if {
	t.is_clean(client_body_size.findings) with input as _default
	t.is_clean(client_body_size.findings) with input as _variable
}

test_unknown if {
	t.reasons(client_body_size.findings) == {"client_max_body_size $s holds a variable"} with input as _variable with data.nginx_grpc as _streaming
	t.reasons(client_body_size.findings) == {"client_max_body_size $s holds a variable"} with input as _variable with data.nginx_grpc as {"largest_request": "1m"}
}

# Without a word of how large requests are, what no call fits, or hardly one.
test_bytes if {
	none := client_body_size.findings with input as _size("4", 4)
	t.faults(none) == {"client_max_body_size 4 lets no message through: five bytes go before each, and what is more gets 413 (UNKNOWN)"}
	t.levels(none, "evidence") == {"deny"}
	t.fixes(none) == {["unsafe", "set client_max_body_size 1m"]}
	every bytes in [5, 1023] {
		few := client_body_size.findings with input as _size(format_int(bytes, 10), bytes)
		t.faults(few) == {concat("", ["client_max_body_size ", format_int(bytes, 10), " is bytes: a call that sends more is ended with 413 (UNKNOWN)"])}
		t.levels(few, "evidence") == {"warn"}
	}
	count(client_body_size.findings) == 1 with input as _byte
	every bytes in [0, 1024] {
		t.is_clean(client_body_size.findings) with input as _size("1k", bytes)
	}
}
