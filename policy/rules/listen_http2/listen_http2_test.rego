package nginx.grpc.rules.listen_http2_test

import data.nginx.grpc.rules.listen_http2
import data.nginx.grpc.testing as t

_feature(name) := object.union(t.one_location(t.pass("/", {})), {"features": [object.union(t.line_of(19), {"name": name, "count": 3})]})

_listen := _feature("listen http2")

_limit := _feature("http2_max_requests")

_other := _feature("http2")

test_listen if {
	found := listen_http2.findings with input as _listen with data.nginx_grpc as {"nginx_version": "1.25.1"}
	t.faults(found) == {"listen http2 is deprecated from nginx 1.25.1 on, and settings say 1.25.1 (3 in this file)"}
	t.remedies(found) == {"http2 on;"}
	t.places(found) == {19}
	t.levels(found, "checklist") == {"warn"}
	t.is_clean(listen_http2.findings) with input as _listen with data.nginx_grpc as {"nginx_version": "1.25.0"}
}

test_limits if {
	count(listen_http2.findings) == 1 with input as _limit with data.nginx_grpc as {"nginx_version": "1.22.1"}
	t.is_clean(listen_http2.findings) with input as _limit with data.nginx_grpc as {"nginx_version": "1.19.6"}
}

_last_before := {"1.19.7": "1.19.6", "1.25.1": "1.25.0"}

test_each_on_both_sides_of_its_version if {
	cases := {
		"listen http2": ["1.25.1", "deprecated", "http2 on;"],
		"http2_max_requests": ["1.19.7", "ignored", "keepalive_requests"],
		"http2_max_field_size": ["1.19.7", "ignored", "large_client_header_buffers"],
		"http2_max_header_size": ["1.19.7", "ignored", "large_client_header_buffers"],
		"http2_idle_timeout": ["1.19.7", "ignored", "keepalive_timeout"],
		"http2_recv_timeout": ["1.19.7", "ignored", "client_header_timeout"],
		"http2_push": ["1.25.1", "ignored", "no line"],
		"http2_push_preload": ["1.25.1", "ignored", "no line"],
		"http2_max_concurrent_pushes": ["1.25.1", "ignored", "no line"],
	}
	every name, said in cases {
		found := listen_http2.findings with input as _feature(name) with data.nginx_grpc as {"nginx_version": said[0]}
		some message in t.faults(found)
		startswith(message, concat(" ", [name, "is", said[1], "from nginx", said[0], "on, and"]))
		t.remedies(found) == {said[2]}
		t.is_clean(listen_http2.findings) with input as _feature(name)
			with data.nginx_grpc as {"nginx_version": _last_before[said[0]]}
	}
}

test_silent_without_a_version if {
	t.is_clean(listen_http2.findings) with input as _listen
	t.is_clean(listen_http2.findings) with input as _other with data.nginx_grpc as {"nginx_version": "1.31.3"}
}
