package nginx.grpc.rules.keepalive_pool_test

import data.nginx.grpc.rules.keepalive_pool
import data.nginx.grpc.testing as t

_peers := [t.peer("10.0.0.1:50051", {}), t.peer("10.0.0.2:50051", {})]

_greeter(settings, peers) := t.document(
	[t.server([t.pass("/", {})], {})],
	[t.upstream("greeter", settings, peers)],
)

_alone := [t.peer("10.0.0.1:50051", {})]

_none := _greeter({}, _peers)

_none_alone := _greeter({}, _alone)

_short := _greeter({"keepalive_timeout": t.time("20s", 20000)}, _peers)

_as_long := _greeter({"keepalive_timeout": t.time("30s", 30000)}, _peers)

_pool_short := _greeter({"keepalive": t.number("8", 8), "keepalive_timeout": t.time("20s", 20000)}, _peers)

_pool := _greeter({"keepalive": t.number("8", 8)}, _peers)

_off := _greeter({"keepalive": t.number("0", 0)}, _peers)

_variable := _greeter({"keepalive": t.variable("$n")}, _peers)

_variable_timeout := _greeter({"keepalive_timeout": t.variable("$n")}, _peers)

_one_down := _greeter({"keepalive": t.number("0", 0)}, [t.peer("10.0.0.1:50051", {}), t.peer("10.0.0.2:50051", {"down": true})])

_literal(text, more) := t.one_location(t.pass("/", {"grpc_pass": text, "target": t.target(object.union({"text": text}, more))}))

_address := _literal("10.0.0.1:50051", {"scheme": "", "kind": "address", "host": "10.0.0.1", "port": 50051})

_placeholder := _literal("grpc://HOST:PORT", {"kind": "address", "host": "HOST", "port": 0})

_without_port := _literal("grpcs://10.0.0.1", {"scheme": "grpcs", "kind": "address", "host": "10.0.0.1", "port": 443})

_unix_with_tls := _literal("grpcs://unix:/run/greeter.sock", {"scheme": "grpcs", "kind": "unix"})

_unix := _literal("grpc://unix:/run/greeter.sock", {"kind": "unix"})

_constant := _literal("$backend", {
	"kind": "variable",
	"variables": [{"name": "$backend", "origin": "constant"}],
})

_by_variable := _literal("$backend", {
	"kind": "variable",
	"variables": [{"name": "$backend", "origin": "unknown"}],
})

_undefined := _literal("grpc://orders", {"kind": "undefined"})

_new := {"nginx_version": "1.30.3"}

_old := {"nginx_version": "1.22.1"}

_concurrency(number) := {"grpc": {"default": {"expected_concurrency": number}}, "workers": 2}

test_no_pool_before_1_29_7 if {
	found := keepalive_pool.findings with input as _none with data.nginx_grpc as _old
	t.faults(found) == {"there is no keepalive, so every call opens a connection of its own"}
	t.fixes(found) == {["unsafe", "set keepalive 32", "set keepalive_timeout 20s"]}
	{finding.fix.why | some finding in found} == {"assumed, for settings lack expected_concurrency and max_connection_idle or max_connection_age"}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"warn"}
}

test_default_pool_from_1_29_7 if {
	t.is_clean(keepalive_pool.findings) with input as _none with data.nginx_grpc as _new
}

test_no_version if {
	found := keepalive_pool.findings with input as _none
	t.faults(found) == {"there is no keepalive: no pool before nginx 1.29.7, and from then on one that keeps idle connections for 60s (default), while the server closes them after 30s (assumed)"}
	t.reasons(found) == set()
	count(t.faults(keepalive_pool.findings)) == 1 with input as _as_long
}

# With a short timeout the default pool would be right: now it depends on the version.
test_no_version_and_a_short_timeout if {
	found := keepalive_pool.findings with input as _short
	t.faults(found) == set()
	t.reasons(found) == {"upstream greeter has no keepalive, which is a pool from nginx 1.29.7 on, and nginx_version is not set"}
	count(t.reasons(keepalive_pool.findings)) == 1 with input as _variable_timeout
}

test_one_server_is_no_evidence if {
	found := keepalive_pool.findings with input as _none_alone with data.nginx_grpc as _old
	t.levels(found, "evidence") == {"off"}
	t.levels(keepalive_pool.findings, "evidence") == {"off"} with input as _one_down
}

test_pool if {
	t.is_clean(keepalive_pool.findings) with input as _pool
	t.is_clean(keepalive_pool.findings) with input as _pool_short
}

test_switched_off if {
	found := keepalive_pool.findings with input as _off
	t.faults(found) == {"keepalive 0 switches it off, so every call opens a connection of its own"}
	t.places(found) == {12}
}

test_too_small if {
	t.is_clean(keepalive_pool.findings) with input as _pool with data.nginx_grpc as _concurrency(16)
	found := keepalive_pool.findings with input as _pool with data.nginx_grpc as _concurrency(17)
	t.faults(found) == {"8 connections are kept for each of 2 workers, and 17 calls are expected at once: the others open a connection each"}
	t.levels(found, "evidence") == {"warn"}
	large := keepalive_pool.findings with input as _pool with data.nginx_grpc as _concurrency(100)
	t.fixes(large) == {["safe", "set keepalive 50"]}
}

_said(more) := object.union(_old, {"grpc": {"default": object.union({"expected_concurrency": 40}, more)}})

# What the next rules would ask of the pool comes with it.
test_a_pool_at_once if {
	t.fixes(keepalive_pool.findings) == {["unsafe", "set keepalive 40", "set keepalive_timeout 20s"]} with input as _none with data.nginx_grpc as _said({})
	t.fixes(keepalive_pool.findings) == {["safe", "set keepalive 40", "set keepalive_timeout 40s"]} with input as _none with data.nginx_grpc as _said({"max_connection_idle": "60s"})
	t.fixes(keepalive_pool.findings) == {["safe", "set keepalive 40", "set keepalive_timeout 40s", "set keepalive_time 40s"]} with input as _none with data.nginx_grpc as _said({"max_connection_age": "60s"})
	t.fixes(keepalive_pool.findings) == {["safe", "set keepalive 40"]} with input as _none with data.nginx_grpc as _said({"max_connection_age": "2h"})
	t.fixes(keepalive_pool.findings) == {["safe", "set keepalive 40", "set keepalive_timeout 40s"]} with input as _none
		with data.nginx_grpc as object.union(_said({"max_connection_age": "60s"}), {"nginx_version": "1.19.9"})
	t.fixes(keepalive_pool.findings) == {["unsafe", "set keepalive 32"]} with input as _short with data.nginx_grpc as _old
}

_proxied := {"proxied": object.union(t.place, {"text": "http://greeter", "server": "api.example", "location": "/web"})}

_shared(settings) := t.document(
	[t.server([t.pass("/", {})], {})],
	[t.upstream_with("greeter", settings, _peers, _proxied)],
)

test_a_pool_for_grpc_and_the_web if {
	found := keepalive_pool.findings with input as _shared({})
	t.decisions(found) == {"an upstream block of its own for gRPC, with the servers of greeter, keepalive 32 and keepalive_timeout 20s: one pool for gRPC and for http://greeter would break both (NG218)"}
	t.decisions(keepalive_pool.findings) == t.decisions(found) with input as _shared({}) with data.nginx_grpc as {"nginx_version": "1.29.6"}
	off := _shared({"keepalive": t.number("0", 0)})
	t.fixes(keepalive_pool.findings) == {["unsafe", "set keepalive 32 local", "set keepalive_timeout 20s"]} with input as off with data.nginx_grpc as _new
}

test_a_pool_for_each_location_stays_one if {
	settings := object.union(_new, _concurrency(100))
	t.fixes(keepalive_pool.findings) == {["safe", "set keepalive 50 local"]} with input as _none with data.nginx_grpc as settings
	local := t.document(
		[t.server([t.pass("/", {})], {})],
		[t.upstream_with("greeter", {"keepalive": t.number("8 local", 8)}, _peers, {"keepalive_local": true})],
	)
	t.fixes(keepalive_pool.findings) == {["safe", "set keepalive 50 local"]} with input as local with data.nginx_grpc as settings
}

test_default_pool_too_small if {
	settings := object.union(_new, _concurrency(100))
	count(t.faults(keepalive_pool.findings)) == 1 with input as _none with data.nginx_grpc as settings
}

_block(scheme, address, names) := concat("", [
	"an upstream block with server ", address, "; keepalive 32; and keepalive_timeout 20s; and its name in grpc_pass ",
	scheme, "://NAME", names,
])

# nginx resolves what a block names once.
test_what_an_upstream_block_changes if {
	name := _literal("grpc://api.example:443", {"kind": "address", "host": "api.example", "port": 443, "host_is_name": true})
	t.decisions(keepalive_pool.findings) == {_block("grpc", "api.example:443", " (a host name is then resolved once, at the start)")} with input as name
	some why in t.decisions(keepalive_pool.findings) with input as _constant
	endswith(why, "NAME (what the variable can be is then said once)")
}

test_address if {
	found := keepalive_pool.findings with input as _address
	t.faults(found) == {"grpc_pass 10.0.0.1:50051 names an address, which has no pool: every call opens a connection of its own"}
	t.decisions(found) == {_block("grpc", "10.0.0.1:50051", "")}
	t.levels(found, "evidence") == {"off"}
	t.decisions(keepalive_pool.findings) == {_block("grpc", "HOST:PORT", "")} with input as _placeholder
	t.decisions(keepalive_pool.findings) == {_block("grpcs", "10.0.0.1:443", "")} with input as _without_port
	t.decisions(keepalive_pool.findings) == {_block("grpcs", "unix:/run/greeter.sock", "")} with input as _unix_with_tls
	count(t.faults(keepalive_pool.findings)) == 1 with input as _unix
	count(t.faults(keepalive_pool.findings)) == 1 with input as _constant
}

test_default_to_be_written if {
	found := keepalive_pool.findings with input as _none
		with data.nginx_grpc as object.union(_new, {"explicit": "required"})
	t.faults(found) == {"there is a pool only by the default of nginx 1.29.7 and later; settings ask for it in writing"}
	t.is_weak(found)
	t.fixes(found) == {["safe", "set keepalive 32 local"]}
	t.is_clean(keepalive_pool.findings) with input as _pool with data.nginx_grpc as {"explicit": "required"}
}

test_default_pool_of_the_right_size_to_be_written if {
	written := object.union(_new, {"explicit": "required"})
	enough := keepalive_pool.findings with input as _none with data.nginx_grpc as object.union(written, _concurrency(64))
	t.is_weak(enough)
	count(enough) == 1
	small := keepalive_pool.findings with input as _none with data.nginx_grpc as object.union(written, _concurrency(66))
	not t.is_weak(small)
	count(small) == 1
}

test_unknown if {
	t.reasons(keepalive_pool.findings) == {"keepalive $n holds a variable"} with input as _variable
	t.reasons(keepalive_pool.findings) == {"grpc_pass $backend leads to what is not seen"} with input as _by_variable
	t.reasons(keepalive_pool.findings) == {"grpc_pass grpc://orders names no upstream that is seen, and no port"} with input as _undefined
}
