package nginx.grpc.rules.grpc_pass_test

import data.nginx.grpc.rules.grpc_pass
import data.nginx.grpc.testing as t

_greeter := "/helloworld.Greeter/"

_proxied := t.one_location(t.proxied(_greeter, "strong", {}))

_weak := t.one_location(t.proxied("/grpc/", "weak", {}))

_with_settings(settings) := t.proxied(_greeter, "strong", {"directives": t.fields(settings)})

_http_1_1 := t.one_location(_with_settings({"proxy_http_version": t.text("1.1")}))

_http_2 := t.one_location(_with_settings({"proxy_http_version": t.text("2")}))

_http_2_with_trailers := t.one_location(_with_settings({
	"proxy_http_version": t.text("2"),
	"proxy_pass_trailers": t.flag(true),
}))

_trailers_in_variable := t.one_location(_with_settings({
	"proxy_http_version": t.text("2"),
	"proxy_pass_trailers": t.variable("$on"),
}))

_unread := t.with_unread(t.one_location(t.behind_gap(t.proxied(_greeter, "strong", {}))))

_unread_http_1_1 := t.with_unread(t.one_location(t.behind_gap(_with_settings({"proxy_http_version": t.text("1.1")}))))

_fastcgi := t.one_location(t.location(_greeter, {
	"grpc": {"carries": "strong", "reasons": ["path of a gRPC service"]},
	"handler": "fastcgi_pass",
	"own_handler": true,
}))

_answered := t.one_location(t.location(_greeter, {
	"grpc": {"carries": "strong", "reasons": ["path of a gRPC service"]},
	"handler": "return",
	"own_handler": true,
	"return": t.answer(404, "none"),
}))

_passed := t.one_location(t.pass(_greeter, {}))

_fastcgi_beside_http_2 := t.one_location(object.union(_fastcgi.servers[0].locations[0], {"directives": t.fields({
	"proxy_http_version": t.text("2"),
	"proxy_pass_trailers": t.flag(true),
})}))

_version_in_variable := t.one_location(_with_settings({
	"proxy_http_version": t.variable("$version"),
	"proxy_pass_trailers": t.flag(true),
}))

_two_signs := t.one_location(t.proxied("/", "strong", {"grpc": {
	"carries": "strong",
	"reasons": ["path of a gRPC service", "port 50051"],
}}))

_none := t.one_location(t.proxied("/", "no", {}))

_to(target) := t.one_location(t.proxied(_greeter, "strong", {"proxy_target": target}))

_to_address := _to(t.fields(object.union(object.remove(t.to_address("10.0.0.1", 443), ["fields"]), {"scheme": "https", "text": "https://10.0.0.1"})))

_to_unix := _to(t.target({"kind": "unix", "text": "http://unix:/run/greeter.sock:"}))

_to_variable := _to(t.to_variable("http://$backend", "unknown", {}))

test_proxy_pass if {
	found := grpc_pass.findings with input as _proxied
	t.faults(found) == {"calls come here (path of a gRPC service) and go out by proxy_pass http://greeter: every one fails with UNKNOWN or INTERNAL"}
	t.fixes(found) == {["unsafe", "replace proxy_pass grpc_pass grpc://greeter"]}
	t.levels(found, "evidence") == {"deny"}
	t.places(found) == {11}
	[two] = [message | some message in t.faults(grpc_pass.findings)] with input as _two_signs
	contains(two, "(path of a gRPC service; port 50051)")
}

test_weak_signs_are_a_warning if {
	found := grpc_pass.findings with input as _weak
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
	t.decisions(found) == {"if gRPC calls come here: grpc_pass in place of proxy_pass"}
}

test_other_versions_of_http if {
	count(grpc_pass.findings) == 1 with input as _http_1_1
	count(grpc_pass.findings) == 1 with input as _http_2
	t.is_clean(grpc_pass.findings) with input as _http_2_with_trailers
}

test_http_2_by_version if {
	t.is_clean(grpc_pass.findings) with input as _http_2_with_trailers with data.nginx_grpc as {"nginx_version": "1.29.4"}
	count(grpc_pass.findings) == 1 with input as _http_2_with_trailers with data.nginx_grpc as {"nginx_version": "1.29.3"}
}

test_unknown if {
	t.reasons(grpc_pass.findings) == {"proxy_pass_trailers $on holds a variable"} with input as _trailers_in_variable
	t.reasons(grpc_pass.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
	t.faults(grpc_pass.findings) == set() with input as _unread
	t.reasons(grpc_pass.findings) == {"proxy_http_version $version holds a variable"} with input as _version_in_variable
}

test_no_exception_that_could_be_hidden if {
	count(t.faults(grpc_pass.findings)) == 1 with input as _unread_http_1_1
	t.reasons(grpc_pass.findings) == set() with input as _unread_http_1_1
	count(t.faults(grpc_pass.findings)) == 1 with input as _unread with data.nginx_grpc as {"nginx_version": "1.28.0"}
}

test_other_handlers if {
	found := grpc_pass.findings with input as _fastcgi
	t.decisions(found) == {"grpc_pass in place of fastcgi_pass, with the upstream or address of the gRPC server"}
	t.places(found) == {10}
	t.is_clean(grpc_pass.findings) with input as _answered
	count(t.faults(grpc_pass.findings)) == 1 with input as _fastcgi_beside_http_2
}

test_nothing_to_say if {
	t.is_clean(grpc_pass.findings) with input as _passed
	t.is_clean(grpc_pass.findings) with input as _none
}

_edit(target) := {["unsafe", concat("", ["replace proxy_pass grpc_pass ", target])]}

test_edit_says_the_target if {
	t.fixes(grpc_pass.findings) == _edit("grpcs://10.0.0.1:443") with input as _to_address
	t.fixes(grpc_pass.findings) == _edit("grpc://unix:/run/greeter.sock") with input as _to_unix
	t.fixes(grpc_pass.findings) == _edit("grpc://$backend") with input as _to_variable
	t.fixes(grpc_pass.findings) == _edit("grpc://$backend:50051") with input as _to(t.to_variable("http://$backend:50051", "unknown", {}))
}

# proxy_pass with the path of its own location changes none.
test_path if {
	same := _to(t.target({"text": "http://greeter/helloworld.Greeter/"}))
	t.fixes(grpc_pass.findings) == _edit("grpc://greeter") with input as same
	every text in ["http://greeter/", "http://greeter/v1", "http://unix:/run/greeter.sock:/x", "http://$backend/x"] {
		t.fixes(grpc_pass.findings) == {["manual"]} with input as _to(t.target({"text": text}))
	}
	t.decisions(grpc_pass.findings) == {"grpc_pass to http://greeter with the path as gRPC clients say it; if the server has another, rewrite ... break beside it"} with input as _to(t.target({"text": "http://greeter/v1"}))
}

test_a_target_that_is_none_for_grpc_pass if {
	every text in ["http://$backend$request_uri", "$scheme://greeter", "http://greeter$uri", "ftp://greeter"] {
		t.fixes(grpc_pass.findings) == {["manual"]} with input as _to(t.target({"text": text}))
	}
}

test_grpc_pass_stands_there_already if {
	other := t.one_location(t.proxied(_greeter, "strong", {"replaced_grpc_pass": true, "proxy_target": t.target({"text": "http://greeter/v1"})}))
	t.fixes(grpc_pass.findings) == {["unsafe", "remove proxy_pass"]} with input as other
	document := t.one_location(t.proxied(_greeter, "strong", {"replaced_grpc_pass": true}))
	t.fixes(grpc_pass.findings) == {["unsafe", "remove proxy_pass"]} with input as document
}

_part_of(context, directives) := t.part(t.one_location(t.behind_gap(_with_settings(directives))), context)

_unless := "unless what is not seen says both proxy_http_version 2 and proxy_pass_trailers on (1.29.4)"

test_a_part_that_says_neither_is_a_fault if {
	every context in ["http", "server", "location"] {
		some message in t.faults(grpc_pass.findings) with input as _part_of(context, {})
		endswith(message, _unless)
		t.reasons(grpc_pass.findings) == set() with input as _part_of(context, {})
		t.levels(grpc_pass.findings, "evidence") == {"deny"} with input as _part_of(context, {})
	}
}

# Nothing would change it.
test_a_part_for_an_old_version if {
	found := grpc_pass.findings with input as _part_of("http", {}) with data.nginx_grpc as {"nginx_version": "1.28.0"}
	t.faults(found) == {"calls come here (path of a gRPC service) and go out by proxy_pass http://greeter: every one fails with UNKNOWN or INTERNAL"}
}

# The one asks for the other, wherever that is.
test_a_part_that_says_one_of_them_is_not_known if {
	t.reasons(grpc_pass.findings) == {"http is not seen: the text is a server"} with input as _part_of("http", {"proxy_http_version": t.text("2")})
	t.reasons(grpc_pass.findings) == {"http is not seen: the text is a server"} with input as _part_of("http", {"proxy_pass_trailers": t.flag(true)})
	t.faults(grpc_pass.findings) == set() with input as _part_of("http", {"proxy_http_version": t.text("2")})
	t.faults(grpc_pass.findings) == set() with input as _part_of("http", {"proxy_pass_trailers": t.flag(true)})
}

test_weak_signs_in_a_part if {
	found := grpc_pass.findings with input as t.part(t.one_location(t.behind_gap(t.proxied("/grpc/", "weak", {}))), "http")
	count(t.faults(found)) == 1
	t.is_weak(found)
	every message in t.faults(found) {
		startswith(message, "this may be gRPC")
	}
}

test_another_handler_in_a_part if {
	part := t.part(t.one_location(t.behind_gap(_fastcgi.servers[0].locations[0])), "http")
	some message in t.faults(grpc_pass.findings) with input as part
	endswith(message, "with UNKNOWN or INTERNAL")
}

# A scheme that the proxy module does not take, whatever HTTP it speaks.
test_a_scheme_of_grpc if {
	found := grpc_pass.findings with input as _to(t.target({"text": "grpc://greeter", "scheme": "grpc"}))
	t.faults(found) == {"proxy_pass http://greeter says a scheme of gRPC: nginx refuses to start, or answers 500 where a variable holds it"}
	t.fixes(found) == _edit("grpc://greeter")
	t.levels(found, "evidence") == {"deny"}
	other := grpc_pass.findings with input as _to(t.target({"text": "GRPCS://greeter", "scheme": "grpcs"}))
	t.fixes(other) == _edit("grpcs://greeter")
	variable := _to(t.to_variable("$backend", "constant", {"scheme": "grpcs"}))
	held := grpc_pass.findings with input as variable
	{finding.variant | some finding in held} == {"refused"}
	http_2 := t.one_location(t.proxied(_greeter, "strong", {
		"proxy_target": t.target({"text": "grpc://greeter", "scheme": "grpc"}),
		"directives": t.fields({"proxy_http_version": t.text("2"), "proxy_pass_trailers": t.flag(true)}),
	}))
	count(t.faults(grpc_pass.findings)) == 1 with input as http_2
}
