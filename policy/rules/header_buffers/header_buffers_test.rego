package nginx.grpc.rules.header_buffers_test

import data.nginx.grpc.rules.header_buffers
import data.nginx.grpc.testing as t

_settings(version, said) := {"nginx_version": version, "grpc": {"default": said}}

_answers(bytes) := _settings("1.31.3", {"response_metadata": bytes})

_default := t.one_location(t.pass("/", {}))

_buffer(text, bytes) := t.one_location(t.pass_with({"grpc_buffer_size": t.size(text, bytes)}))

test_small_buffers_of_answers if {
	small := header_buffers.findings with input as _buffer("1k", 1024)
	t.faults(small) == {"grpc_buffer_size 1k is below nginx's default of 4k: an answer with more in its headers fails with 502 (UNAVAILABLE)"}
	t.levels(small, "evidence") == {"warn"}
	t.fixes(small) == {["safe", "set grpc_buffer_size 4k"]}
	tiny := header_buffers.findings with input as _buffer("127", 127)
	t.faults(tiny) == {"grpc_buffer_size 127 does not hold the headers of an answer: calls get 502 (UNAVAILABLE), at the latest those that fail"}
	t.levels(tiny, "evidence") == {"deny"}
	t.fixes(tiny) == {["safe", "set grpc_buffer_size 4k"]}
	every bytes in [128, 4095] {
		found := header_buffers.findings with input as _buffer("128", bytes)
		t.levels(found, "evidence") == {"warn"}
	}
	t.is_clean(header_buffers.findings) with input as _buffer("4k", 4096)
}

_most(number) := t.document(
	[t.server([t.pass("/", {})], {"directives": t.fields({"max_headers": t.number(format_int(number, 10), number)})})],
	[t.greeter],
)

test_number_of_headers if {
	none := header_buffers.findings with input as _most(3)
	t.faults(none) == {"max_headers 3 is less than the headers of a call without metadata: calls get 400 (INTERNAL)"}
	t.levels(none, "evidence") == {"deny"}
	t.fixes(none) == {["safe", "set max_headers 1000"]}
	every number in [4, 15] {
		few := header_buffers.findings with input as _most(number)
		t.faults(few) == {concat("", ["max_headers ", format_int(number, 10), " counts gRPC's own headers, too, four or five: a call with more metadata than is left gets 400 (INTERNAL)"])}
		t.levels(few, "evidence") == {"warn"}
	}
	t.is_clean(header_buffers.findings) with input as _most(16)
}

test_answers_that_do_not_fit if {
	found := header_buffers.findings with input as _default with data.nginx_grpc as _answers(4097)
	t.faults(found) == {"grpc_buffer_size 4k (default) refuses the 4097 bytes of headers or trailers that settings speak of (response_metadata): INTERNAL from nginx 1.31.3 on"}
	t.fixes(found) == {["safe", "set grpc_buffer_size 7k"]}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"deny"}
}

# In whole kilobytes, with not a byte less.
test_how_much_is_enough if {
	cases := {4480: "7k", 4481: "8k", 5120: "8k", 5121: "9k"}
	every bytes, enough in cases {
		found := header_buffers.findings with input as _default with data.nginx_grpc as _answers(bytes)
		t.fixes(found) == {["safe", concat(" ", ["set grpc_buffer_size", enough])]}
	}
}

# Settings know better than the default of 4k what an answer needs.
test_small_buffers_that_are_enough if {
	t.is_clean(header_buffers.findings) with input as _buffer("1k", 1024) with data.nginx_grpc as _answers(500)
}

test_answers_that_may_not_fit if {
	every bytes in [2561, 4096] {
		found := header_buffers.findings with input as _default with data.nginx_grpc as _answers(bytes)
		t.levels(found, "evidence") == {"warn"}
		t.is_weak(found)
		count(found) == 1
	}
	found := header_buffers.findings with input as _default with data.nginx_grpc as _answers(4000)
	t.faults(found) == {"grpc_buffer_size 4k (default) may refuse the 4000 bytes of headers or trailers that settings speak of (response_metadata): nginx counts a Huffman-coded value for up to 8/5 of its length"}
	t.fixes(found) == {["safe", "set grpc_buffer_size 7k"]}
	t.is_clean(header_buffers.findings) with input as _default with data.nginx_grpc as _answers(2560)
}

test_larger_buffer if {
	t.is_clean(header_buffers.findings) with input as _buffer("16k", 16384) with data.nginx_grpc as _answers(10240)
	found := header_buffers.findings with input as _buffer("1k", 1024) with data.nginx_grpc as _answers(2000)
	t.places(found) == {12}
}

test_older_nginx if {
	t.is_clean(header_buffers.findings) with input as _default
		with data.nginx_grpc as _settings("1.31.2", {"response_metadata": 100000})
	t.is_clean(header_buffers.findings) with input as t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))
		with data.nginx_grpc as _settings("1.31.2", {"response_metadata": 100000})
}

test_no_version if {
	said := {"grpc": {"default": {"response_metadata": 5000}}}
	found := header_buffers.findings with input as _default with data.nginx_grpc as said
	t.doubtful(found, "evidence") == {"deny"}
	t.reasons(found) == {"response headers and trailers have to fit grpc_buffer_size from nginx 1.31.3 on, and nginx_version is not set"}
	t.faults(found) == set()
	t.is_clean(header_buffers.findings) with input as _buffer("16k", 16384) with data.nginx_grpc as said
}

test_nobody_says if {
	t.is_clean(header_buffers.findings) with input as _default with data.nginx_grpc as {"nginx_version": "1.31.3"}
	t.is_clean(header_buffers.findings) with input as _default
}

test_unknown_buffer if {
	document := t.one_location(t.pass_with({"grpc_buffer_size": t.variable("$b")}))
	found := header_buffers.findings with input as document with data.nginx_grpc as _answers(5000)
	t.reasons(found) == {"grpc_buffer_size $b holds a variable"}
}

_listening(directives) := t.document([t.server([t.pass("/", {})], {"directives": t.fields(directives)})], [t.greeter])

_buffers(text) := _listening({"large_client_header_buffers": t.text(text)})

test_below_the_default if {
	found := header_buffers.findings with input as _buffers("4 4k")
	t.faults(found) == {"large_client_header_buffers 4 4k is below nginx's default of 8k: metadata above 4k closes the client's connection"}
	t.fixes(found) == {["safe", "set large_client_header_buffers 4 8k"]}
	t.places(found) == {12}
	t.levels(found, "evidence") == {"warn"}
	every text in ["4 8k", "2 8192", "8 64k"] {
		t.is_clean(header_buffers.findings) with input as _buffers(text)
	}
	smaller := header_buffers.findings with input as _buffers("2 8191")
	count(smaller) == 1
	t.is_clean(header_buffers.findings) with input as _listening({})
}

_requests(bytes) := {"grpc": {"default": {"request_metadata": bytes}}}

test_metadata_that_does_not_fit if {
	found := header_buffers.findings with input as _listening({}) with data.nginx_grpc as _requests(8193)
	t.faults(found) == {"large_client_header_buffers 4 8k (default) closes the connection of a client that sends 8193 bytes of metadata (request_metadata)"}
	t.levels(found, "evidence") == {"deny"}
	t.fixes(found) == {["safe", "set large_client_header_buffers 4 13k"]}
	t.is_clean(header_buffers.findings) with input as _listening({}) with data.nginx_grpc as _requests(8192)
	small := header_buffers.findings with input as _buffers("4 1k") with data.nginx_grpc as _requests(2000)
	t.levels(small, "evidence") == {"deny"}
	enough := header_buffers.findings with input as _buffers("4 1k") with data.nginx_grpc as _requests(1024)
	t.levels(enough, "evidence") == {"warn"}
}

test_buffers_not_known if {
	variable := _listening({"large_client_header_buffers": t.variable("4 $b")})
	found := header_buffers.findings with input as variable
	t.reasons(found) == {"large_client_header_buffers 4 $b holds a variable"}
	hidden := t.part(t.document([t.behind_gap(t.server([t.pass("/", {})], {}))], [t.greeter]), "http")
	t.is_clean(header_buffers.findings) with input as hidden
	asked := header_buffers.findings with input as hidden with data.nginx_grpc as _requests(1)
	count(asked) == 1
	count(t.reasons(asked)) == 1
}

_first(bytes, listen) := t.document(
	[t.server([t.pass("/", {})], {
		"listens": [t.listen(listen)],
		"directives": t.fields({"client_header_buffer_size": t.size(format_int(bytes, 10), bytes)}),
	})],
	[t.greeter],
)

test_beginning_of_http2 if {
	found := header_buffers.findings with input as _first(23, {"ssl": false}) with data.nginx_grpc as _settings("1.25.1", {})
	t.faults(found) == {"client_header_buffer_size 23 does not hold the 24 bytes that HTTP/2 begins with: from nginx 1.25.1 on no client can make a call on a plaintext socket of this server"}
	t.levels(found, "evidence") == {"deny"}
	t.fixes(found) == {["safe", "set client_header_buffer_size 1k"]}
	unset := header_buffers.findings with input as _first(23, {"ssl": false})
	t.faults(unset) == set()
	t.doubtful(unset, "evidence") == {"deny"}
	t.reasons(unset) == {"client_header_buffer_size has to hold the beginning of HTTP/2 from nginx 1.25.1 on, and nginx_version is not set"}
}

_beside_tls(plaintext) := t.document(
	[t.server([t.pass("/", {})], {
		"listens": [t.listen({}), t.listen(object.union({"ssl": false, "socket": "*:80"}, plaintext))],
		"directives": t.fields({"client_header_buffer_size": t.size("23", 23)}),
	})],
	[t.greeter],
)

# The plaintext socket's default server reads them, if it speaks HTTP/2 at all.
test_beginning_of_http2_beside_tls if {
	new := _settings("1.25.1", {})
	count(header_buffers.findings) == 1 with input as _beside_tls({}) with data.nginx_grpc as new
	every plaintext in [{"default_server": false}, {"speaks_http2": "no"}] {
		t.is_clean(header_buffers.findings) with input as _beside_tls(plaintext) with data.nginx_grpc as new
	}
}

test_no_beginning_of_http2 if {
	new := _settings("1.25.1", {})
	t.is_clean(header_buffers.findings) with input as _first(23, {"ssl": false}) with data.nginx_grpc as _settings("1.25.0", {})
	t.is_clean(header_buffers.findings) with input as _first(24, {"ssl": false}) with data.nginx_grpc as new
	t.is_clean(header_buffers.findings) with input as _first(23, {}) with data.nginx_grpc as new
	t.is_clean(header_buffers.findings) with input as _first(23, {"ssl": false, "speaks_http2": "no"}) with data.nginx_grpc as new
	t.is_clean(header_buffers.findings) with input as _first(23, {"ssl": false, "default_server": false}) with data.nginx_grpc as new
}
