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
	not _indexes_hold(location)
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

wrong contains "two locations have one id" if count(_locations) != count(_location_ids)

wrong contains concat(" ", ["upstream", upstream.name, "names a gap that is not there"]) if {
	some upstream in input.upstreams
	object.get(upstream, "gap", -1) >= count(input.gaps)
}

wrong contains concat(" ", ["server", server.name, "names a gap that is not there"]) if {
	some server in input.servers
	object.get(server, "gap", -1) >= count(input.gaps)
}

_indexes_hold(location) if {
	object.get(location, "grpc_set_header", -1) < count(input.header_lists)
	object.get(location, "add_header", -1) < count(input.header_lists)
	object.get(location, "proxy_set_header", -1) < count(input.header_lists)
	object.get(location, "error_page", -1) < count(input.error_page_lists)
	object.get(location, "gap", -1) < count(input.gaps)
}
