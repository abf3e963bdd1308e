# METADATA
# title: Edits of error pages
# description: >-
#   Gives gRPC locations pages that their clients take for an answer, and leaves what is there for the
#   web as it is: error_page stands in the location then, and with it all that it had inherited.
package nginx.grpc.lib.page_edits

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.fix

# of_location: the edits by which the statuses of a gRPC location lead elsewhere. `wanted` is a page
# {"uri", "response"} by status.
of_location(number, location, wanted) := array.concat(kept, new) if {
	block := _block(number, location, wanted)
	kept := [edit | some entry in block.entries; edit := _kept(block, entry, wanted)]
	replaced := {_led(wanted, entry.codes) | some entry in block.entries; _becomes(block, entry, wanted)}
	new := [fix.adding(block.node, "error_page", _args(codes, led), []) |
		some led in sort({led | some led in wanted})
		codes := [status | some status in sort(object.keys(wanted)); wanted[status] == led]
		not replaced[codes]
	]
}

# page: where a page of our own is, or can be, that says this code.
page(number, code) := {"uri": _path(number, code), "response": "="}

# for_pages: the edits that make those of these codes that are not there.
for_pages(number, codes) := [edit |
	some code in sort(codes)
	path := _path(number, code)
	not _ours[number][path]
	edit := fix.adding(input.servers[number], "location", ["=", path], [
		{"name": "internal", "args": []},
		{"name": "default_type", "args": ["application/grpc"]},
		{"name": "add_header", "args": ["grpc-status", code]},
		{"name": "add_header", "args": ["grpc-message", _pages[code].words]},
		{"name": "return", "args": ["200"]},
	])
]

# carries_grpc_alone: nothing else of the server can meet one of these statuses.
carries_grpc_alone(number, statuses) if {
	not _serves_more[number]
	every status in statuses {
		not _met_elsewhere[number][status]
	}
}

# _serves_more: asked once a server, for a call asks it for each of thousands.
_serves_more contains number if {
	some number, server in input.servers
	some location in server.locations
	not _is_of_grpc(location)
	location.handler != "return"
}

_is_of_grpc(location) if {
	location.grpc.carries == "pass"
} else if location.internal

# _met_elsewhere: the statuses of returns, and those of a request for which there is no location.
_met_elsewhere[number] contains returned.code if {
	some number, server in input.servers
	some returned in server.returns
}

_met_elsewhere[number] contains location.return.code if {
	some number, server in input.servers
	some location in server.locations
	location.handler == "return"
	not _is_of_grpc(location)
}

_met_elsewhere[number] contains status if {
	some number, server in input.servers
	not _takes_all(server)
	some status in (_of_files | {status | some location in server.locations; some status in location.errors.statuses})
}

# _of_files: what nginx may answer where it looks for a file.
_of_files := {400, 403, 404, 405, 413, 414, 416, 500}

_takes_all(server) if {
	some location in server.locations
	location.path == "/"
	location.modifier in {"", "^~"}
}

# _block: the node that gets the error_page, and what of the list in effect is its own or inherited.
_block(number, location, wanted) := {"node": input.servers[number], "own": own, "entries": entries} if {
	carries_grpc_alone(number, object.keys(wanted))
	list := object.get(_lists, _index(location), {"context": "", "pages": []})
	list.context in {"", "http", "server"}
	own := list.context == "server"
	entries := list.pages
} else := {"node": node, "own": own, "entries": entries} if {
	node := _outermost(location)
	own := object.get(node, "own_error_page", false)
	entries := object.get(_lists, _index(location), {"pages": []}).pages
}

_lists := {index: list | some index, list in input.error_page_lists}

_index(location) := object.get(location, "error_page", -1)

# What a gRPC location around has in effect, this one inherits.
_outermost(location) := _around(_around(_around(location)))

_around(location) := outer if {
	not location.own_error_page
	outer := calls.location_by_id[location.parent]
	outer.grpc.carries == "pass"
} else := location

# _kept: what becomes of an entry.
_kept(block, entry, wanted) := edit if {
	block.own
	edit := _changed(block, entry, wanted)
} else := fix.adding(block.node, "error_page", _args(rest, entry), []) if {
	not block.own
	rest := _rest(entry, wanted)
	count(rest) > 0
}

_changed(block, entry, wanted) := fix.replacing(entry, "error_page", "error_page", _args(_led(wanted, entry.codes), new)) if {
	new := _becomes(block, entry, wanted)
} else := fix.removing(entry, "error_page") if {
	_rest(entry, wanted) == []
} else := fix.replacing(entry, "error_page", "error_page", _args(_rest(entry, wanted), entry)) if {
	_rest(entry, wanted) != entry.codes
}

# _becomes: the page that an entry leads to from now on, where that is all it is for.
_becomes(block, entry, wanted) := new if {
	block.own
	new := wanted[entry.codes[0]]
	every status in entry.codes {
		wanted[status] == new
	}
	entry == [one | some one in block.entries; wanted[one.codes[0]] == new; _rest(one, wanted) == []][0]
}

_led(wanted, codes) := [status | some status in sort(object.keys(wanted)); wanted[status] == wanted[codes[0]]]

_rest(entry, wanted) := [status | some status in entry.codes; not wanted[status]]

_args(codes, page) := array.concat(
	[format_int(status, 10) | some status in codes],
	[word | some word in [page.response, page.uri]; word != ""],
)

_pages := {
	"7": {"path": "/grpc_permission_denied", "words": "not allowed"},
	"12": {"path": "/grpc_unimplemented", "words": "no such method"},
	"13": {"path": "/grpc_internal", "words": "internal error"},
	"14": {"path": "/grpc_unavailable", "words": "upstream unavailable"},
	"16": {"path": "/grpc_unauthenticated", "words": "not authenticated"},
}

_path(number, code) := [path |
	some behind in ["", "_2", "_3", "_4", "_5"]
	path := concat("", [_pages[code].path, behind])
	_is_free(number, path)
][0]

_is_free(number, path) if {
	_ours[number][path]
} else if {
	not _taken[number][path]
}

# _taken: the paths of each server that have a location of their own.
_taken[number] contains location.path if {
	some number, server in input.servers
	some location in server.locations
	location.modifier == "="
}

# _ours: those that are such a page already.
_ours[number] contains location.path if {
	some number, server in input.servers
	some location in server.locations
	location.modifier == "="
	location.internal
	location.return.code == 200
	location.return.body == "none"
	location.directives.default_type.value == "application/grpc"
}
