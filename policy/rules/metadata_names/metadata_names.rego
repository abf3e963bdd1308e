# METADATA
# title: nginx drops metadata that clients send
# description: |
#   nginx drops request headers whose name holds an underscore, unless underscores_in_headers is on,
#   and those with a dot, unless ignore_invalid_headers is off (which lets underscores pass too). The
#   call goes on without the key, and only the info log says so.
# custom:
#   harm: some
#   id: NG303
#   levels: {checklist: warn, evidence: warn}
#   message: "metadata {names} never reaches the gRPC server: nginx drops names with an underscore or a dot"
#   directive: "{switch}"
#   fix:
#     applicability: unsafe
#     why: "every location of the server gets such headers"
#     edits: [{op: set, in: server, name: "{switch}", args: ["{to}"]}]
package nginx.grpc.rules.metadata_names

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], entry.subject, entry.server, values) if {
	some entry in calls.servers
	effective.value(entry.server, "ignore_invalid_headers") == true
	dropped := {key | some key in _keys[entry.number]; _is_dropped(entry.server, key)}
	count(dropped) > 0
	values := {"names": concat(", ", sort(dropped)), "switch": _switch(dropped)[0], "to": _switch(dropped)[1]}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in calls.servers
	some key in _keys[entry.number]
	regex.match(`[_.]`, key)
	some name in ["ignore_invalid_headers", "underscores_in_headers"]
	doubt := effective.doubt(entry.server, name)
}

# _keys that clients send to each server.
_keys := {number: keys |
	_ = settings.given.grpc
	some number in {call.number | some call in calls.passes}
	keys := {key |
		some name in _upstreams[number]
		some key in settings.for_upstream(name, "metadata")
	}
}

_upstreams := {number: names |
	some number, server in input.servers
	names := {name |
		some location in server.locations
		location.grpc.carries == "pass"
		some name in array.concat(location.target.upstreams, [""])
	}
}

_is_dropped(server, key) if {
	contains(key, ".")
} else if {
	contains(key, "_")
	effective.value(server, "underscores_in_headers") == false
}

_switch(dropped) := ["ignore_invalid_headers", "off"] if {
	some key in dropped
	contains(key, ".")
} else := ["underscores_in_headers", "on"]
