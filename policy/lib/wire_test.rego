package nginx.grpc.lib.wire_test

import data.nginx.grpc.lib.wire
import data.nginx.grpc.testing as t

_full := [
	"binary_remote_addr", "connection", "host", "hostname", "msec", "nginx_version", "pid",
	"remote_addr", "request_id", "request_method", "request_uri", "scheme",
	"server_addr", "server_protocol", "time_iso8601", "time_local", "uri",
]

# What nginx gives a value for every call, and what a client may leave out.
test_what_is_surely_sent if {
	every name in _full {
		wire.surely_sent(t.header("x", concat("", ["$", name])))
		wire.surely_sent(t.header("x", concat("", ["$arg_a${", name, "}"])))
	}
	every value in ["$arg_a", "$http_a$cookie_b", "${remote_user}", "$proxy_host", "$remote_port", "$server_port", ""] {
		not wire.surely_sent(t.header("x", value))
	}
	wire.surely_sent(t.header("x", "$arg_a;"))
}

test_a_clients_own if {
	every case in [["x-a", "$http_x_a"], ["X-A", "${http_x_a}"], ["Content-Type", "$content_type"], ["content-type", "${content_type}"]] {
		wire.own(t.header(case[0], case[1]))
	}
	every case in [
		["x-a", "http_x_a"], ["x-a", "$http_x_a~"], ["x-a", "$http_x_a}"], ["x-a", "${http_x_a"], ["x-a", "{$http_x_a"], ["x-a", "$http_x_b"], ["x-a", "$content_type"],
		["content-type", "a$content_type"], ["content-type", "$content_type_of"],
	] {
		not wire.own(t.header(case[0], case[1]))
	}
}
