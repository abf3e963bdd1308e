# METADATA
# title: A few failures take a good server out
# description: |
#   With two or more servers nginx takes one out for fail_timeout (10s) after max_fails failures, 1 by
#   default. What counts as a failure is also a reset of one stale connection and a client's expired
#   deadline, which a grpc-go server answers with RST_STREAM. Two such events, and two healthy servers
#   are out: every call gets 502, "no live upstreams". With max_fails=0 only the calls that meet the
#   event fail. A single server is never taken out.
# custom:
#   harm: some
#   id: NG205
#   levels: {checklist: warn, evidence: warn}
#   message: "{fails} (a reset, an expired deadline) within fail_timeout ({window}) {verb} one of {servers} servers out for as long; with all of them out, every call gets 502"
#   directive: server
#   fix:
#     applicability: unsafe
#     why: "a server that is gone without refusing then costs each call that is sent to it grpc_connect_timeout"
package nginx.grpc.rules.max_fails

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

# From here on it takes more than a burst of resets.
_well_above := 10

findings contains rule.fault(about, [], entry.subject, counted[0], values) if {
	some entry in calls.upstreams
	servers := calls.usable(entry.upstream)
	count(servers) > 1
	counted := [server | some server in servers; _is_small(server)]
	values := {
		"fails": _failures(min([_max_fails(server) | some server in counted])),
		"verb": _verb(min([_max_fails(server) | some server in counted])),
		"servers": format_int(count(servers), 10),
		"window": concat(" or ", sort({_window(server) | some server in counted})),
		"edits": [fix.replacing(server, "server", "server", _never_out(server)) | some server in counted],
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in calls.upstreams
	not entry.upstream.servers_known
	not calls.of_a_service(entry.upstream)
	doubt := {
		"at": entry.upstream,
		"reason": concat("", ["the servers of upstream ", entry.upstream.name, " come from elsewhere"]),
		"hint": "look at where the servers come from",
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in calls.upstreams
	some server in calls.usable(entry.upstream)
	server.unresolved
	doubt := {
		"at": server,
		"reason": concat("", ["server ", server.address, " has a parameter that can't be read"]),
		"hint": concat("", ["server ", server.address, " max_fails=0;"]),
	}
}

_is_small(server) if {
	not server.unresolved
	_max_fails(server) > 0
	_max_fails(server) < _well_above
}

_max_fails(server) := object.get(server, "max_fails", 1)

_window(server) := trim_prefix(said, "fail_timeout=") if {
	said := [arg | some arg in server.args; startswith(arg, "fail_timeout=")][0]
} else := "10s by default"

_never_out(server) := [_zero(arg) | some arg in server.args] if {
	server.max_fails
} else := array.concat(server.args, ["max_fails=0"])

_zero(arg) := "max_fails=0" if {
	startswith(arg, "max_fails=")
} else := arg

_failures(least) := "one event" if {
	least == 1
} else := concat(" ", [format_int(least, 10), "events"])

_verb(least) := "puts" if {
	least == 1
} else := "put"
