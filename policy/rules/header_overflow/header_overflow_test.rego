package nginx.grpc.rules.header_overflow_test

import data.nginx.grpc.rules.header_overflow
import data.nginx.grpc.testing as t

_server(settings) := t.document([t.server([t.pass("/", {})], {"directives": t.fields(settings)})], [t.greeter])

_ignore := {"ignore_invalid_headers": t.flag(false)}

_large := {"large_client_header_buffers": t.text("4 64k")}

_both := _server(object.union(_ignore, _large))

_ignore_only := _server(_ignore)

_large_only := _server(_large)

_default_size := _server(object.union(_ignore, {"large_client_header_buffers": t.text("8 8k")}))

_unknown_size := _server(object.union(_ignore, {"large_client_header_buffers": t.variable("4 $s")}))

_unknown_size_only := _server({"large_client_header_buffers": t.variable("4 $s")})

_a_byte_more := _server(object.union(_ignore, {"large_client_header_buffers": t.text("4 8193")}))

_unknown_ignore := _server(object.union(_large, {"ignore_invalid_headers": t.variable("$i")}))

_unknown_ignore_only := _server({"ignore_invalid_headers": t.variable("$i")})

_version(text) := {"nginx_version": text}

test_affected if {
	found := header_overflow.findings with input as _both with data.nginx_grpc as _version("1.30.2")
	t.faults(found) == {"a client can overflow a buffer of nginx 1.30.2 (CVE-2026-42055): ignore_invalid_headers is off and large_client_header_buffers 4 64k"}
	t.levels(found, "evidence") == {"deny"}
	count(t.faults(header_overflow.findings)) == 1 with input as _a_byte_more with data.nginx_grpc as _version("1.30.2")
}

test_versions if {
	every text in ["1.13.10", "1.22.1", "1.29.8", "1.30.2", "1.31.0", "1.31.1"] {
		count(t.faults(header_overflow.findings)) == 1 with input as _both with data.nginx_grpc as _version(text)
	}
	every text in ["1.13.9", "1.30.3", "1.30.4", "1.31.2", "1.32.0"] {
		t.is_clean(header_overflow.findings) with input as _both with data.nginx_grpc as _version(text)
	}
}

test_one_of_the_two_settings if {
	t.is_clean(header_overflow.findings) with input as _ignore_only with data.nginx_grpc as _version("1.30.2")
	t.is_clean(header_overflow.findings) with input as _large_only with data.nginx_grpc as _version("1.30.2")
	t.is_clean(header_overflow.findings) with input as _default_size with data.nginx_grpc as _version("1.30.2")
}

test_no_version if {
	found := header_overflow.findings with input as _both
	t.faults(found) == set()
	t.reasons(found) == {"headers of this size can overflow a buffer before nginx 1.30.3 and 1.31.2 (CVE-2026-42055), and nginx_version is not set"}
	t.is_clean(header_overflow.findings) with input as _ignore_only
	t.is_clean(header_overflow.findings) with input as _large_only
}

test_unknown if {
	t.reasons(header_overflow.findings) == {"large_client_header_buffers 4 $s holds a variable"} with input as _unknown_size with data.nginx_grpc as _version("1.30.2")
	t.reasons(header_overflow.findings) == {"ignore_invalid_headers $i holds a variable"} with input as _unknown_ignore
	t.is_clean(header_overflow.findings) with input as _unknown_ignore_only
	t.is_clean(header_overflow.findings) with input as _unknown_size with data.nginx_grpc as _version("1.30.3")
	t.is_clean(header_overflow.findings) with input as _unknown_size_only with data.nginx_grpc as _version("1.30.2")
}
