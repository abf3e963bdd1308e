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
