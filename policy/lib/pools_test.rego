package nginx.grpc.lib.pools_test

import data.nginx.grpc.lib.pools
import data.nginx.grpc.testing as t

_upstream(settings, more) := t.upstream_with("greeter", settings, [], more)

_silent := _upstream({}, {})

_lua := object.union(t.at(4), {"name": "balancer_by_lua_block", "after_keepalive": false})

_least_conn := object.union(_lua, {"name": "least_conn"})

_last_without := {"nginx_version": "1.29.6"}

_first_with := {"nginx_version": "1.29.7"}

test_said if {
	keepalive := t.number("1", 1)
	pools.state(_upstream({"keepalive": keepalive}, {})) == {"kind": "said", "size": 1, "at": keepalive}
	pools.state(_upstream({"keepalive": keepalive}, {"balancer": _lua})).kind == "said"
}

test_switched_off if {
	keepalive := t.number("0", 0)
	pools.state(_upstream({"keepalive": keepalive}, {})) == {
		"kind": "none",
		"why": "keepalive 0 switches it off",
		"at": keepalive,
	} with data.nginx_grpc as _first_with
}

test_by_version if {
	pools.state(_silent) == {"kind": "none", "why": "there is no keepalive", "at": _silent} with data.nginx_grpc as _last_without
	pools.state(_silent) == {"kind": "default", "size": 32, "at": _silent} with data.nginx_grpc as _first_with
	pools.state(_silent) == {"kind": "either", "at": _silent}
}

test_unknown if {
	variable := pools.state(_upstream({"keepalive": t.variable("$n")}, {}))
	variable.kind == "unknown"
	variable.doubt.reason == "keepalive $n holds a variable"
	pools.state(_upstream({}, {"balancer": _lua})) == {"kind": "unknown", "doubt": {
		"at": _lua,
		"reason": "the connections of upstream greeter are in the hands of Lua",
		"hint": "look at what balancer_by_lua does with idle connections",
	}}
	pools.state(_upstream({}, {"balancer": _least_conn})).kind == "either"
}

test_doubt_of_the_version if {
	pools.doubt_of_version(_silent) == {
		"at": _silent,
		"reason": "upstream greeter has no keepalive, which is a pool from nginx 1.29.7 on, and nginx_version is not set",
		"hint": "nginx_version: \"1.30.3\"   # in the settings: the version that runs this",
	}
}
