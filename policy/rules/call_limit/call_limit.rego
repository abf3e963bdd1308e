# METADATA
# title: More calls at once than nginx lets through
# description: |
#   nginx has one connection to a server for each call, so max_conns is the most calls at once: the next
#   finds no live upstream and gets 502 (UNAVAILABLE). Without `zone` each worker counts for itself.
#   limit_conn counts each call as a connection as well, for HTTP/2 has many on one: of what shares a
#   key, mostly a client's address, all beyond the number get 503. How many calls there are is said by
#   expected_concurrency in the settings; without it neither is judged.
# custom:
#   harm: some
#   id: NG308
#   levels: {checklist: deny, evidence: deny}
#   message: "the servers of upstream {name} take {most} calls at once (max_conns{counted}), and settings expect {need}: the others get 502"
#   directive: max_conns
#   fix: {applicability: manual, why: "max_conns of {need} in all, or none; or more servers"}
#   variants:
#     clients:
#       when: limit_conn counts the calls
#       levels: {checklist: warn, evidence: warn}
#       message: "{what} lets {most} calls at once through of whoever shares a key, and settings expect {need} in all: the others get 503"
#       directive: limit_conn
#       fix: {applicability: manual, why: "a larger number, where so many calls come from one address: a proxy's, say"}
package nginx.grpc.rules.call_limit

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], entry.subject, entry.upstream, values) if {
	some entry in calls.upstreams
	need := settings.for_upstream(entry.upstream.name, "expected_concurrency")
	most := _most(entry.upstream)
	most < need
	values := {
		"name": entry.upstream.name,
		"most": format_int(most, 10),
		"counted": _counted(entry.upstream),
		"need": format_int(need, 10),
	}
}

findings contains rule.fault(about, ["clients"], call.subject, limit, values) if {
	some call in calls.passes
	need := settings.largest(calls.names(call), "expected_concurrency")
	limit := call.location.limit_conn
	limit.number < need
	values := {
		"what": concat(" ", ["limit_conn", limit.value]),
		"most": format_int(limit.number, 10),
		"need": format_int(need, 10),
	}
}

# _most calls at once, in all workers. A name may be several addresses.
_most(upstream) := sum(numbers) * _counters(upstream) if {
	upstream.servers_known
	not effective.hidden(upstream)
	servers := calls.usable(upstream)
	every server in servers {
		server.host_is_name == false
		_limit(server) > 0
	}
	numbers := [_limit(server) | some server in servers]
	count(numbers) > 0
}

_limit(server) := number if {
	some argument in server.args
	startswith(argument, "max_conns=")
	number := units.integer(trim_prefix(argument, "max_conns="))
}

_counters(upstream) := 1 if {
	upstream.directives.zone
} else := settings.workers

_counted(upstream) := "" if {
	_counters(upstream) == 1
} else := concat("", [" of ", format_int(settings.workers, 10), " workers"])
