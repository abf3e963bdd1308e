# METADATA
# title: Headers on the wire
# description: >-
#   What grpc-go and C-core take for a header of HTTP/2 or metadata of gRPC, seen on nginx 1.22.1 and
#   1.31.3. nginx itself sends whatever name and value a configuration says.
package nginx.grpc.lib.wire

# refuses_name: whose ends refuse a header of this name: gRPC (both), grpc-go or C-core.
refuses_name(name) := server if {
	# Most names are plain, and one look is enough.
	not regex.match(`^[0-9A-Za-z._-]+$`, name)
	server := _refuses_mark(name)
}

_refuses_mark(name) := "grpc-go" if {
	lower(name) == ":scheme"
} else := "gRPC" if {
	not regex.match("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$", name)
} else := "C-core"

# refuses_value: whose ends refuse this value of any header, or of one whose name ends in -bin.
refuses_value(name, value) := "grpc-go" if {
	regex.match(`[\x00-\x08\x0a-\x1f\x7f]`, value)
} else := server if {
	endswith(lower(name), "-bin")
	server := _refuses_binary(value)
}

# Of a padding that is there in part, and of bits that no byte has, one side alone takes notice.
_refuses_binary(value) := "gRPC" if {
	not regex.match(`^([0-9A-Za-z+/]{4})*([0-9A-Za-z+/]{2}={0,2}|[0-9A-Za-z+/]{3}=?)?$`, value)
} else := "grpc-go" if {
	regex.match(`^([0-9A-Za-z+/]{4})*[0-9A-Za-z+/]{2}=$`, value)
} else := "C-core" if {
	not regex.match(`^([0-9A-Za-z+/]{4})*([0-9A-Za-z+/][AQgw](==)?|[0-9A-Za-z+/]{2}[AEIMQUYcgkosw048]=?)?$`, value)
}

# sent: what a gRPC client's call is given by a header; undefined where that is not known.
sent(header) := header.sent if {
	header.sent
} else := header.value if {
	contains(header.value, "$") == false
}

# surely_sent: whether something is sent, whatever is not known of its value.
surely_sent(header) if {
	sent(header) != ""
} else if {
	not header.sent
	_keeps_text(header.value)
}

_keeps_text(value) if {
	not regex.match(`^(\$(\{\w+\}|\w+))*$`, value)
} else if {
	some match in regex.find_all_string_submatch_n(`\$\{?(\w+)`, value, -1)
	_never_empty[lower(match[1])]
}

_never_empty := {
	"binary_remote_addr", "connection", "host", "hostname", "msec", "nginx_version", "pid",
	"remote_addr", "request_id", "request_method", "request_uri", "scheme",
	"server_addr", "server_protocol", "time_iso8601", "time_local", "uri",
}

# own: whether it sends what the client itself says in that header.
own(header) if {
	variable := regex.find_all_string_submatch_n(`^\$(\{(\w+)\}|(\w+))$`, header.value, 1)[0]
	lower(concat("", [variable[2], variable[3]])) == concat("", ["http_", replace(lower(header.name), "-", "_")])
} else if {
	lower(header.name) == "content-type"
	regex.match(`^\$(\{content_type\}|content_type)$`, header.value)
}

# shown: the value for a reader, and where it comes from.
shown(header) := concat("", ["\"", header.value, "\""]) if {
	not header.sent
} else := concat("", ["\"", header.sent, "\" (", header.value, " where no client says more)"])
