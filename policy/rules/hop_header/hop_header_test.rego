package nginx.grpc.rules.hop_header_test

import data.nginx.grpc.rules.hop_header
import data.nginx.grpc.testing as t

_list(headers) := t.header_list("grpc_set_header", "http", headers)

_with(headers) := t.listed(t.one_location(t.pass("/", {"grpc_set_header": 0})), [_list(headers)])

_connection := _with([t.header("Host", "$host"), t.header("connection", "upgrade")])

_connection_empty := _with([t.header("Connection", "")])

_te_empty := _with([t.header("TE", "")])

_te := _with([t.header("te", "trailers")])

_variable := _with([t.header("Connection", "$connection_upgrade")])

_none := t.one_location(t.pass("/", {}))

_incomplete := t.listed(
	t.one_location(t.pass("/", {"grpc_set_header": 0})),
	[object.union(_list([]), {"complete": false})],
)

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_read_behind_gap := t.with_unread(t.listed(
	t.one_location(t.behind_gap(t.pass("/", {"grpc_set_header": 0}))),
	[_list([t.header("Host", "$host")])],
))

_incomplete_unread := t.with_unread(t.listed(
	t.one_location(t.behind_gap(t.pass("/", {"grpc_set_header": 0}))),
	[object.union(_list([]), {"complete": false})],
))

# The list of another directive is another matter.
_proxied := t.listed(
	t.one_location(t.pass("/", {"proxy_set_header": 0})),
	[t.header_list("proxy_set_header", "location", [t.header("Connection", "upgrade")])],
)

test_connection if {
	found := hop_header.findings with input as _connection
	t.faults(found) == {"grpc_set_header connection \"upgrade\" makes grpc-go servers refuse every call"}
	t.places(found) == {13}
	t.levels(found, "evidence") == {"deny"}
	t.reasons(found) == set()
}

test_te if {
	t.faults(hop_header.findings) == {"grpc_set_header TE \"\" makes C-core servers refuse every call"} with input as _te_empty
	t.is_clean(hop_header.findings) with input as _te
}

test_harmless if {
	t.is_clean(hop_header.findings) with input as _connection_empty
	t.is_clean(hop_header.findings) with input as _none
	t.is_clean(hop_header.findings) with input as _proxied
}

test_unknown if {
	found := hop_header.findings with input as _variable
	t.reasons(found) == {"grpc_set_header Connection $connection_upgrade may be empty or not"}
	t.hints(found) == {"remove grpc_set_header Connection"}
	t.faults(found) == set()
	t.is_clean(hop_header.findings) with input as _read_behind_gap
	t.reasons(hop_header.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
	t.reasons(hop_header.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _incomplete_unread
	t.reasons(hop_header.findings) == {"something was not read"} with input as _incomplete
}

_mapped(name, sent) := t.listed(
	t.one_location(t.pass("/", {"grpc_set_header": 0})),
	[t.header_list("grpc_set_header", "location", [object.union(t.header(name, "$c"), {"sent": sent})])],
)

# A variable that hangs on a header that no gRPC client sends.
test_what_a_call_is_given if {
	found := hop_header.findings with input as _mapped("Connection", "close")
	t.faults(found) == {"grpc_set_header Connection \"close\" ($c where no client says more) makes grpc-go servers refuse every call"}
	t.is_clean(hop_header.findings) with input as _mapped("Connection", "")
	empty := hop_header.findings with input as _mapped("TE", "")
	count(t.faults(empty)) == 1
	t.is_clean(hop_header.findings) with input as _mapped("TE", "trailers")
}

_said(name, value) := _with([t.header("x-a", "b"), t.header(name, value)])

# [name, value, who refuses it]
_refused := [
	[":path", "/x", "gRPC"], [":authority", "$host", "gRPC"], [":scheme", "https", "grpc-go"],
	["x y", "b", "gRPC"], ["", "b", "gRPC"], ["x:", "b$a", "gRPC"], ["x!y", "b", "C-core"],
	["Host", "", "gRPC"], ["te", "gzip", "C-core"], ["TE", "Trailers", "C-core"],
	["Content-Type", "", "grpc-go"], ["content-type", "application/json", "grpc-go"],
	["Content-Type", "application/grpc-web", "grpc-go"], ["Content-Type", "APPLICATION/GRPC", "grpc-go"], ["Content-Type", "x-application/grpc", "grpc-go"],
	["grpc-timeout", "5s", "gRPC"], ["Grpc-Timeout", "5", "gRPC"], ["grpc-timeout", "123456789S", "gRPC"], ["grpc-timeout", "5Sx", "gRPC"],
	["grpc-encoding", "gzip", "grpc-go"], ["grpc-previous-rpc-attempts", "x", "C-core"],
	["x-a-bin", "!!!", "gRPC"], ["x-a-bin", "hello", "gRPC"], ["x-a-Bin", "YQ==,YQ==", "gRPC"],
	["x-a-bin", "YQ=", "grpc-go"], ["x-a-bin", "YR==", "C-core"], ["x-a-bin", "-_-_", "gRPC"],
	["x-b", "a\nb", "grpc-go"], ["x-b", "\u007f", "grpc-go"], ["connection", "a$b", "grpc-go"],
	["Connection", "${remote_addr}", "grpc-go"],
]

test_refused if {
	every case in _refused {
		found := hop_header.findings with input as _said(case[0], case[1])
		message := concat("", ["grpc_set_header ", case[0], " \"", case[1], "\" makes ", case[2], " servers refuse every call"])
		t.faults(found) == {message}
		t.levels(found, "evidence") == {"deny"}
		t.reasons(found) == set()
	}
}

_passed := [
	["x.y_z", "é \tb"], [":path", ""], ["x y", ""], ["Host", "$http_x$host"], ["Host", "a"], ["host", "a.example:80"],
	["Content-Type", "application/grpc"], ["Content-Type", "application/grpc+proto"], ["Content-Type", "application/grpc;a=b"],
	["Content-Type", "$content_type"], ["Content-Type", "${http_content_type}"], ["grpc-timeout", ""],
	["grpc-timeout", "$http_grpc_timeout"], ["grpc-encoding", "$http_grpc_encoding"], ["grpc-accept-encoding", "gzip"],
	["x-a-bin", ""], ["x-a-bin", "identity"], ["x-a-bin", "00M"], ["x-a-bin", "YQ"], ["x-a-bin", "YQ=="], ["x-a-bin", "YWE="], ["x-a-bin", "YWE"], ["x-a-bin", "+/+/"],
	["x-a-bin", "$http_x_a_bin"], ["content-length", ""], ["Keep-Alive", ""], ["Upgrade", "$http_x"],
	["grpc-previous-rpc-attempts", "1"], ["User-Agent", ""], ["grpc-status", "13"],
]

test_passed if {
	every case in _passed {
		t.is_clean(hop_header.findings) with input as _said(case[0], case[1])
	}
}

_not_known := {
	["Host", "$server_name"], ["TE", "$a"], ["Content-Type", "$a"], ["grpc-timeout", "${a}S"], ["grpc-encoding", "$a"],
	["x-a-bin", "$a"], [":path", "$a"], ["x!y", "${a}$b"],
}

# Of these a variable is mostly what no client sends.
test_seldom_sent if {
	every name in ["content-length", "grpc-previous-rpc-attempts", "Keep-Alive", "proxy-connection", "transfer-encoding", "upgrade"] {
		t.is_clean(hop_header.findings) with input as _said(name, "$a")
	}
}

test_why_it_is_not_known if {
	every name in ["host", "TE", "connection"] {
		found := hop_header.findings with input as _said(name, "$a")
		t.reasons(found) == {concat("", ["grpc_set_header ", name, " $a may be empty or not"])}
	}
}

test_not_known if {
	every case in _not_known {
		found := hop_header.findings with input as _said(case[0], case[1])
		t.faults(found) == set()
		count(t.reasons(found)) == 1
	}
	found := hop_header.findings with input as _said("x-a-bin", "$a")
	t.reasons(found) == {"grpc_set_header x-a-bin $a is not known before a call comes"}
}

test_host_of_ingress_nginx if {
	t.is_clean(hop_header.findings) with input as object.union(_said("Host", "$best_http_host"), {"controller": "ingress-nginx"})
	count(hop_header.findings) == 1 with input as _said("Host", "$best_http_host")
}

# What is taken away by one line and said by another is sent.
test_said_twice if {
	every value in ["trailers", "$http_te"] {
		t.is_clean(hop_header.findings) with input as _with([t.header("TE", ""), t.header("te", value)])
	}
	count(hop_header.findings) == 2 with input as _with([t.header("TE", ""), object.union(t.header("te", ""), {"line": 14})])
	twice := hop_header.findings with input as _with([t.header("Host", "a"), object.union(t.header("host", "$host"), {"line": 14})])
	t.faults(twice) == {"grpc_set_header host \"$host\" makes gRPC servers refuse every call"}
	t.is_clean(hop_header.findings) with input as _with([t.header("Host", "a"), t.header("Host", "")])
	perhaps := hop_header.findings with input as _with([t.header("Host", "$server_name"), t.header("Host", "a")])
	t.faults(perhaps) == set()
	hosts := [t.header("Host", "a"), object.union(t.header("host", "b"), {"line": 14})]
	beside := hop_header.findings with input as _with(array.concat(hosts, [t.header("te", "trailers"), t.header("Host", "$server_name")]))
	t.faults(beside) == {"grpc_set_header host \"b\" makes gRPC servers refuse every call"}
	t.is_clean(hop_header.findings) with input as _with([t.header("x", "a"), t.header("x", "b")])
}

test_deadline if {
	every value in ["0S", "000H", "0n", "99u", "99999n"] {
		over := hop_header.findings with input as _said("grpc-timeout", value)
		t.faults(over) == {concat("", ["grpc_set_header grpc-timeout \"", value, "\" leaves no call any time: DEADLINE_EXCEEDED"])}
		t.levels(over, "evidence") == {"deny"}
	}
	every value in ["5S", "100u", "100000n", "10H"] {
		other := hop_header.findings with input as _said("grpc-timeout", value)
		t.faults(other) == {concat("", ["grpc_set_header grpc-timeout \"", value, "\" takes the place of the client's deadline: the server ends every call then, streams too"])}
		t.levels(other, "evidence") == {"warn"}
	}
}

test_compression if {
	every value in ["", "identity"] {
		found := hop_header.findings with input as _said("grpc-encoding", value)
		t.faults(found) == {concat("", ["grpc_set_header grpc-encoding \"", value, "\" hides how a client has compressed its messages: those calls end with INTERNAL"])}
		t.levels(found, "evidence") == {"deny"}
	}
}

# [name, value, since when]
_strict := [
	["Keep-Alive", "5", "from 1.31.0 "], ["proxy-connection", "close", "from 1.31.0 "], ["Transfer-Encoding", "chunked", "from 1.31.0 "],
	["Upgrade", "h2c", "from 1.31.0 "], ["Content-Length", "5", ""], ["Host", "a b", ""], ["Host", "a/b", ""],
]

test_strict if {
	every case in _strict {
		found := hop_header.findings with input as _said(case[0], case[1])
		t.faults(found) == {concat("", ["with grpc_set_header ", case[0], " \"", case[1], "\" a call is malformed: nginx ", case[2], "refuses it, and so may whatever stands between (grpc-go and C-core do not)"])}
		t.levels(found, "evidence") == {"warn"}
	}
}

# Alone in its list, a header becomes one that says what nginx or the client does.
test_instead if {
	every case in [
		["TE", "", "TE trailers"], ["Host", "", "Host $host"], ["Content-Type", "text/plain", "Content-Type $content_type"],
		["grpc-timeout", "0S", "grpc-timeout $http_grpc_timeout"], ["x-a-bin", "!", "x-a-bin \"\""],
	] {
		some found in hop_header.findings with input as _with([t.header(case[0], case[1])])
		found.remedy == concat("", ["grpc_set_header ", case[2], ";"])
	}
	some found in hop_header.findings with input as _said("TE", "")
	found.remedy == "remove grpc_set_header (line 13)"
}

_input(directive, name, value) := t.listed(
	t.one_location(t.pass("/", {directive: 0})),
	[t.header_list(directive, "server", [t.header(name, value)])],
)

test_type_of_headers_more if {
	found := hop_header.findings with input as _input("more_set_input_headers", "content-type", "text/html")
	t.faults(found) == {"more_set_input_headers Content-Type makes grpc-go servers refuse every call"}
	t.decisions(found) == {"take Content-Type out of more_set_input_headers"}
	cleared := hop_header.findings with input as _input("more_clear_input_headers", "Content-Type", "")
	t.faults(cleared) == {"more_clear_input_headers Content-Type makes grpc-go servers refuse every call"}
	every header in [["Content-Type", "application/grpc"], ["Content-Type", "$a"], ["X-A", "b"]] {
		t.is_clean(hop_header.findings) with input as _input("more_set_input_headers", header[0], header[1])
	}
}
