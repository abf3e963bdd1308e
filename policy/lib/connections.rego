# METADATA
# title: Client connections
# description: >-
#   Which server's directives hold for a client's connection: over TLS those of the server that its
#   name has chosen, over plaintext those of the socket's default server, for the connection is there
#   before the first call has named a server.
package nginx.grpc.lib.connections

import data.nginx.grpc.lib.calls

# servers whose directives hold for connections with gRPC, each with the upstreams behind it.
servers := [entry |
	some number, server in input.servers
	_held[number]
	entry := {
		"server": server,
		"subject": {"server": server.name, "location": "", "upstream": "", "node": server, "nodes": {"server": server}},
		"names": object.get(_upstreams, number, set()),
	}
]

_upstreams[holder] contains name if {
	some call in calls.targets
	some holder in _holders[call.number]
	some name in calls.names(call)
}

_held := {holder | some holders in _holders; some holder in holders}

# By the number of a server that calls come to.
_holders := {entry.number: holders |
	some entry in calls.servers
	holders := {holder |
		some listen in entry.server.listens
		listen.speaks_http2 != "no"
		holder := _holder(entry.number, listen)
	}
}

_holder(number, listen) := number if {
	listen.ssl
} else := _defaults[listen.socket]

_defaults := {socket: min(numbers) | some socket, numbers in _said_default}

_said_default[listen.socket] contains number if {
	some number, server in input.servers
	some listen in server.listens
	listen.default_server
}
