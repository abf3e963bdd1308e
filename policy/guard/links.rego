# METADATA
# title: Links within a document
# description: >-
#   What a document refers to must be in it. A rule that follows a dangling reference would
#   find nothing, and finding nothing is a pass.
package nginx.grpc.guard.links

# Looked up by key: `in` goes through the whole set in WebAssembly.
_upstream_names := {upstream.name | some upstream in input.upstreams}

_location_ids := {location.id | some location in _locations}

_locations := [location | some server in input.servers; some location in server.locations]

wrong contains concat(" ", [location.id, "names a list, page or gap that is not there"]) if {
	some location in _locations
	_dangles(location)
}

wrong contains concat(" ", [location.id, "carries gRPC without a target"]) if {
	some location in _locations
	location.grpc.carries == "pass"
	not location.target
}

wrong contains concat(" ", [location.id, "has proxy_pass as its handler without a target"]) if {
	some location in _locations
	location.handler == "proxy_pass"
	location.grpc.carries != "no"
	not location.proxy_target
}

wrong contains concat(" ", ["upstream", name, "is named and not there"]) if {
	some location in _locations
	some name in object.get(location, ["target", "upstreams"], [])
	not _upstream_names[name]
}

wrong contains concat(" ", [location.id, "leads to an upstream that it does not name"]) if {
	some location in _locations
	location.target.kind == "upstream"
	location.target.upstreams == []
}

wrong contains concat(" ", [location.id, "stands in a location that is not there"]) if {
	some location in _locations
	location.parent != ""
	not _location_ids[location.parent]
}

wrong contains concat(" ", ["page", page.uri, "is served by a location that is not there"]) if {
	some server in input.servers
	some page in server.pages
	page.location != ""
	not _location_ids[page.location]
}

wrong contains concat(" ", ["page", page.uri, "names a gap that is not there"]) if {
	some server in input.servers
	some page in server.pages
	page.gap >= _gaps
}

wrong contains "two locations have one id" if count(_locations) != count(_location_ids)

wrong contains concat(" ", ["upstream", upstream.name, "names a gap that is not there"]) if {
	some upstream in input.upstreams
	upstream.gap >= _gaps
}

wrong contains concat(" ", ["server", server.name, "names a gap that is not there"]) if {
	some server in input.servers
	server.gap >= _gaps
}

_dangles(location) if {
	location.grpc_set_header >= _header_lists
} else if {
	location.add_header >= _header_lists
} else if {
	location.add_trailer >= _header_lists
} else if {
	location.proxy_set_header >= _header_lists
} else if {
	location.error_page >= _error_page_lists
} else if {
	location.gap >= _gaps
}

_header_lists := count(input.header_lists)

_error_page_lists := count(input.error_page_lists)

_gaps := count(input.gaps)
