# METADATA
# title: Signs of browsers
# description: >-
#   Headers by which a location is meant for browsers. They speak gRPC-Web, mostly over HTTP/1.1.
package nginx.grpc.lib.browsers

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective

# numbers of the servers with such a header in a gRPC location.
numbers := {call.number |
	some call in calls.passes
	not effective.is_on(call.location, "grpc_web")
	_is_meant_for_them(call.location)
}

_is_meant_for_them(location) if {
	some name in ["add_header", "grpc_set_header"]
	headers[location[name]]
} else if {
	relabelling[location.grpc_set_header]
} else if _with_if[location.id]

# Made as a whole: of a set by `contains` OPA makes what is asked for, each time out of all locations.
_with_if := {location.parent |
	some server in input.servers
	some location in server.locations
	headers[location.add_header]
	input.header_lists[location.add_header].context == "if"
}

# relabelling: by list, the grpc_set_header that calls whatever comes gRPC. gRPC clients say
# application/grpc themselves.
relabelling := {index: headers[0] |
	some index, list in input.header_lists
	list.directive == "grpc_set_header"
	headers := [header |
		some header in list.headers
		lower(header.name) == "content-type"
		_says_grpc(header.value)
	]
}

# Another type is NG214's: grpc-go refuses it.
_says_grpc(value) if {
	regex.match(`^application/grpc([+;].*)?$`, value)
} else if {
	contains(value, "$")
	not _same[value]
}

_same := {"$content_type", "${content_type}", "$http_content_type", "${http_content_type}"}

# headers: by list, the first header that is for browsers.
headers := {index: found[0] |
	some index, list in input.header_lists
	found := [header | some header in list.headers; _is_for_browsers(list, header)]
}

# Words of gRPC-Web are plain; CORS at an outer context is there for other locations.
_is_for_browsers(list, header) if {
	regex.match(`^(access-control-.*|x-grpc-web|x-user-agent)$`, lower(header.name))
	some text in [header.name, header.value]
	regex.match(`x-grpc-web|x-user-agent|grpc-status`, lower(text))
} else if {
	list.directive == "add_header"
	list.context in {"location", "if"}
	startswith(lower(header.name), "access-control-allow-")
}
