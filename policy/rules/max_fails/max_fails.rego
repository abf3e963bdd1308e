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
#   item: 0
#   levels: {checklist: warn, evidence: warn}
#   message: "{fails} (a reset, an expired deadline) within fail_timeout put one of {servers} servers out (10s by default); with all of them out, every call gets 502"
#   remedy: "server {address} max_fails=0;   # each of them, beside a zone"
#   evidence: docs/rules/NG205.md
package nginx.grpc.rules.max_fails

import data.nginx.grpc.lib.calls
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
		"servers": format_int(count(servers), 10),
		"address": counted[0].address,
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in calls.upstreams
	not entry.upstream.servers_known
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

_failures(least) := "one event" if {
	least == 1
} else := concat(" ", [format_int(least, 10), "events"])
