package nginx.grpc.rules.prefix_not_stripped_test

import data.nginx.grpc.rules.prefix_not_stripped
import data.nginx.grpc.testing as t

_under(path) := t.one_location(t.pass(path, {}))

_told(path) := t.faults(found) if found := prefix_not_stripped.findings with input as _under(path)

_fixes(path) := t.fixes(found) if found := prefix_not_stripped.findings with input as _under(path)

test_prefix if {
	found := prefix_not_stripped.findings with input as _under("/api/")
	t.faults(found) == {"calls under /api/ go on with it, and no gRPC method's path begins so: UNIMPLEMENTED"}
	t.fixes(found) == {["unsafe", "add rewrite ^/api(/.*)$ $1 break"]}
	t.places(found) == {10}
	t.levels(found, "evidence") == {"warn"}
}

# What is before the service is taken away, and only that.
test_what_is_stripped if {
	_fixes("/api/v1/") == {["unsafe", "add rewrite ^/api/v1(/.*)$ $1 break"]}
	_fixes("/api/pkg.Service/") == {["unsafe", "add rewrite ^/api(/.*)$ $1 break"]}
	_fixes("/api/pkg.Service/v1/") == {["unsafe", "add rewrite ^/api(/.*)$ $1 break"]}
	_fixes("/api/Greeter/Hello") == {["unsafe", "add rewrite ^/api(/.*)$ $1 break"]}
	_fixes("/API/v1/") == {["unsafe", "add rewrite ^/API/v1(/.*)$ $1 break"]}
	_fixes("/a+b/") == {["unsafe", `add rewrite ^/a\+b(/.*)$ $1 break`]}
	_fixes("/-x/") == {["unsafe", "add rewrite ^/-x(/.*)$ $1 break"]}
}

# What the path of a method may begin with.
test_paths_of_methods if {
	every path in ["/", "/pkg.", "/pkg.Service/", "/pkg.Service/Method/", "/Greeter/", "/api", "/api.v1", "pkg/x/"] {
		_told(path) == set()
	}
}

test_how_it_matches if {
	found := prefix_not_stripped.findings with input as t.one_location(t.pass("/api/", {"modifier": "^~"}))
	count(found) == 1
	every modifier in ["=", "~", "~*", "@", "if"] {
		t.is_clean(prefix_not_stripped.findings) with input as t.one_location(t.pass("/api/", {"modifier": modifier}))
	}
}

test_rewrite if {
	t.is_clean(prefix_not_stripped.findings) with input as t.one_location(t.pass("/api/", {"rewrites": true}))
}

_mounted(prefixes) := {"grpc": {"upstreams": {"greeter": {"path_prefixes": prefixes}}}}

test_mounted if {
	t.is_clean(prefix_not_stripped.findings) with input as _under("/api/v1/")
		with data.nginx_grpc as _mounted(["/other/", "/api/"])
	found := prefix_not_stripped.findings with input as _under("/api/")
		with data.nginx_grpc as _mounted(["/other/"])
	count(found) == 1
}
