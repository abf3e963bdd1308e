package nginx.grpc.rules.unreachable_pass_test

import data.nginx.grpc.rules.unreachable_pass
import data.nginx.grpc.testing as t

_stopped(more) := t.one_location(t.pass("/", {"arrival": t.stopped(more)}))

_return := _stopped({})

_own := t.one_location(t.pass("/", {"arrival": t.stopped({}), "return": t.answer(404, "none")}))

_if := _stopped({"condition": "$request_method = POST"})

_methods := _stopped({"kind": "methods", "text": "limit_except GET HEAD", "code": 403})

_unused := t.one_location(t.pass("@g", {"arrival": t.stopped({"kind": "unused", "text": "location @g"})}))

_arrives := t.one_location(t.pass("/", {"arrival": t.arrives("yes")}))

_depends := t.one_location(t.pass("/", {"arrival": t.arrives("unknown")}))

_handler := t.one_location(t.location("/", {
	"handler": "stub_status",
	"own_handler": true,
	"arrival": t.stopped({"kind": "handler", "text": "stub_status", "code": 0}),
}))

_files := t.one_location(t.location("/", {"arrival": t.stopped({"kind": "files", "text": "location /"})}))

test_return if {
	found := unreachable_pass.findings with input as _return
	t.faults(found) == {"return 404 answers every call: none reaches the server"}
	t.places(found) == {15}
	t.decisions(found) == {"take return 404 away, or put it into an if that calls do not meet: if ($request_method != POST) { ... }"}
	t.fixes(unreachable_pass.findings) == {["unsafe", "remove return"]} with input as _own
	t.levels(found, "evidence") == {"deny"}
}

test_condition if {
	found := unreachable_pass.findings with input as _if
	t.faults(found) == {"if ($request_method = POST) { return 404; } answers every call: none reaches the server"}
}

test_variants if {
	found := unreachable_pass.findings with input as _methods
	t.faults(found) == {"limit_except GET HEAD keeps POST from grpc_pass, and every gRPC call is a POST"}
	t.fixes(found) == {["unsafe", "replace limit_except limit_except GET HEAD POST"]}
	t.remedies(found) == {"limit_except GET HEAD POST { ... }   # POST is let in"}
	t.faults(unreachable_pass.findings) == {"nothing leads calls to @g: its grpc_pass is never used"} with input as _unused
}

test_what_the_client_sees if {
	files := unreachable_pass.findings with input as _stopped({"kind": "try_files", "text": "try_files $uri =404"})
	t.faults(files) == {"try_files $uri =404 answers every call with 404: no file has the name of a gRPC method"}
	access := unreachable_pass.findings with input as _stopped({"kind": "access", "text": "deny all", "code": 403})
	t.faults(access) == {"deny all refuses every call with 403: none reaches the server"}
}

test_what_it_is_about if {
	found := unreachable_pass.findings with input as _return
	t.subjects(found) == {["api.example", "/", ""]}
	t.directives(found) == {"return"}
	{finding.variant | some finding in found} == {""}
	{finding.variant | some finding in unreachable_pass.findings} == {"own"} with input as _own
	t.directives(unreachable_pass.findings) == {"limit_except"} with input as _methods
}

test_another_handler if {
	t.faults(unreachable_pass.findings) == {"stub_status is the handler of these calls: no grpc_pass is reached"} with input as _handler
	t.is_clean(unreachable_pass.findings) with input as _files
}

_of_an_if := t.document(
	[t.server(
		[
			_returning,
			t.pass("/", {"id": "/ if", "parent": "/", "modifier": "if"}),
		],
		{},
	)],
	[t.greeter],
)

_returning := t.location("/", {
	"handler": "return",
	"own_handler": true,
	"arrival": t.stopped({}),
	"return": t.answer(404, "none"),
})

# Calls to the location itself are none of grpc_pass's (NG207).
test_no_grpc_pass_of_its_own if {
	nested := t.pass("/a/", {"id": "/a/", "parent": "/"})
	t.is_clean(unreachable_pass.findings) with input as t.locations([_returning, nested])
	http := t.proxied("/", "no", {"id": "/ if", "parent": "/", "modifier": "if"})
	t.is_clean(unreachable_pass.findings) with input as t.locations([_returning, http])
}

test_a_handler_in_an_if if {
	found := unreachable_pass.findings with input as _of_an_if
	t.faults(found) == {"return 404 answers every call: none reaches the server"}
	t.fixes(found) == {["manual"]}
}

_doubted(kind, text) := t.one_location(t.pass("/", {"arrival": t.fields({
	"answer": "unknown",
	"doubt": t.stopped({"kind": kind, "text": text}).stop,
})}))

test_values if {
	found := unreachable_pass.findings with input as _stopped({"kind": "values", "text": "if $b", "condition": "$b", "code": 500})
	t.faults(found) == {"if ($b) is in effect for every call and has no grpc_pass: nginx answers with 500 (no upstream configuration)"}
}

_lost := t.one_location(t.pass("/", {"arrival": t.fields({
	"answer": "yes",
	"lost": t.fields(object.union(t.at(7), {"name": "api.x"})),
})}))

test_lost if {
	found := unreachable_pass.findings with input as _lost
	t.faults(found) == {"calls by the name api.x go to another server, which has it on the same sockets and passes none on"}
	t.places(found) == {7}
	t.levels(found, "evidence") == {"warn"}
}

test_doubts if {
	files := unreachable_pass.findings with input as _doubted("asked_file", "location = /auth")
	t.faults(files) == set()
	t.reasons(files) == {"auth_request is answered from files of location = /auth, which are not seen: without one each call gets 500"}
	t.hints(files) == {"a location whose proxy_pass or return decides"}
	gets := unreachable_pass.findings with input as _doubted("asked_get", "grpc_pass grpc://g")
	t.reasons(gets) == {"auth_request goes on as a GET by grpc_pass grpc://g, which a gRPC server refuses: each call gets 500 then"}
	t.hints(gets) == {"a location whose proxy_pass or return decides"}
	slashes := unreachable_pass.findings with input as _doubted("slashes", "rewrite ^/a(.*)$ /$1 break")
	t.reasons(slashes) == {"rewrite ^/a(.*)$ /$1 break leaves // before the path: no gRPC server has such a method, and each call gets UNIMPLEMENTED"}
	t.hints(slashes) == {"one slash: rewrite ^/prefix/(.*)$ /$1 break"}
	links := unreachable_pass.findings with input as _doubted("linked", "secure_link_secret x")
	t.reasons(links) == {"secure_link_secret x wants a hash in the path, and the path of a call is that of its method"}
	t.hints(links) == {"auth_request, or a certificate that clients have"}
}

test_arrives if {
	t.is_clean(unreachable_pass.findings) with input as _arrives
	t.is_clean(unreachable_pass.findings) with input as _depends
}

_replaced(handler, answer) := t.one_location(t.location("/", {
	"handler": handler,
	"own_handler": true,
	"replaced_grpc_pass": true,
	"arrival": t.arrives(answer),
}))

test_code_in_its_place if {
	found := unreachable_pass.findings with input as _replaced("content_by_lua_block", "unknown")
	t.faults(found) == set()
	t.reasons(found) == {"content_by_lua_block takes the place of grpc_pass in location /, and what it does is not seen"}
	t.hints(found) == {"grpc_pass alone in the location that calls come to"}
	t.is_clean(unreachable_pass.findings) with input as _replaced("proxy_pass", "unknown")
	t.is_clean(unreachable_pass.findings) with input as _replaced("proxy_pass", "yes")
	t.is_clean(unreachable_pass.findings) with input as _replaced("perl", "yes")
}
