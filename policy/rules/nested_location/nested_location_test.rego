package nginx.grpc.rules.nested_location_test

import data.nginx.grpc.rules.nested_location
import data.nginx.grpc.testing as t

_nested(more) := t.locations([t.pass("/", {}), t.location("/watch", object.union({"parent": "/"}, more))])

_static := _nested({"arrival": t.stopped({"kind": "files", "text": "location /watch"})})

_own := t.locations([t.pass("/", {}), t.pass("/watch", {"parent": "/"})])

_answered := _nested({"handler": "return", "own_handler": true, "return": t.answer(404, "none")})

_files := _nested({"own_handler": true, "arrival": t.stopped({"kind": "files", "text": "location /watch"})})

_refused := _nested({"arrival": t.stopped({"kind": "access", "text": "deny all", "code": 403})})

_sent_on := _nested({"arrival": t.arrives("yes")})

_if := _nested({"modifier": "if"})

_in_http := t.locations([t.location("/", {}), t.location("/watch", {"parent": "/"})])

_unread := t.with_unread(t.locations([
	t.pass("/", {}),
	t.behind_gap(t.location("/watch", {"parent": "/", "handler": "unknown"})),
]))

test_no_handler if {
	found := nested_location.findings with input as _static
	t.faults(found) == {"calls that match here get 404 (UNIMPLEMENTED): grpc_pass is not inherited from location /"}
	t.fixes(found) == {["safe", "set grpc_pass grpc://greeter"]}
	t.subjects(found) == {["api.example", "/watch", ""]}
}

_outer(target) := t.locations([
	t.pass("/", {"target": target}),
	t.location("/watch", {"parent": "/", "arrival": t.stopped({"kind": "files", "text": "location /watch"})}),
])

test_scheme_is_said if {
	plain := t.target({"text": "greeter", "scheme": "", "upstreams": ["greeter"]})
	t.fixes(nested_location.findings) == {["safe", "set grpc_pass grpc://greeter"]} with input as _outer(plain)
	variable := t.to_variable("$backend", "unknown", {})
	t.fixes(nested_location.findings) == {["safe", "set grpc_pass $backend"]} with input as _outer(variable)
	dialect := t.target({"text": "grpcs://greeter", "scheme": "grpcs", "options": "override"})
	t.fixes(nested_location.findings) == {["safe", "set grpc_pass grpcs://greeter override"]} with input as _outer(dialect)
}

test_handlers if {
	t.is_clean(nested_location.findings) with input as _own
	t.is_clean(nested_location.findings) with input as _answered
	t.is_clean(nested_location.findings) with input as _files
	t.is_clean(nested_location.findings) with input as _refused
	t.is_clean(nested_location.findings) with input as _sent_on
	t.is_clean(nested_location.findings) with input as _if
	t.is_clean(nested_location.findings) with input as _in_http
}

test_unknown if {
	t.reasons(nested_location.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
	t.faults(nested_location.findings) == set() with input as _unread
}
