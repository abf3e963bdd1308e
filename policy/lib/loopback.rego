# METADATA
# title: The machine itself
# description: Whether a call stays on the machine that nginx runs on.
package nginx.grpc.lib.loopback

# stays: every place that the location's grpc_pass leads to is a unix socket or a loopback address.
stays(location) if {
	location.target.kind == "unix"
} else if {
	location.target.kind == "address"
	_is_loopback(location.target.host)
} else if {
	count(location.target.upstreams) > 0
	every name in location.target.upstreams {
		_of_this_machine[name]
	}
}

_of_this_machine := {upstream.name |
	some upstream in input.upstreams
	upstream.servers_known
	count(upstream.servers) > 0
	every server in upstream.servers {
		_is_loopback(server.host)
	}
}

# A unix socket has no host.
_is_loopback(host) if {
	lower(host) in {"", "localhost", "localhost.localdomain", "ip6-localhost", "[::1]"}
} else if {
	regex.match(`^127\.[0-9]+\.[0-9]+\.[0-9]+$`, host)
}
