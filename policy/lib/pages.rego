# METADATA
# title: Error pages
# description: >-
#   What a client sees of the error page of a status: the final status, the content type, the body
#   and whether grpc-status is sent. Judged once for each server and list of pages.
package nginx.grpc.lib.pages

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.mime_types
import data.nginx.grpc.lib.units

# Statuses that a client without a page takes for UNAVAILABLE, and retries.
retried := {429, 502, 503, 504}

# Statuses for which add_header and add_trailer add without `always`.
_added := {200, 201, 204, 206, 301, 302, 303, 304, 307, 308}

# verdict[server number][list index][status]: {"kind", "entry", "page"}. Kinds: good; plain (as if
# there were no page: HTML with the status kept); passes (to gRPC, with "location"); unknown (with
# "doubt"); else the name of the harm. A status without a page has no entry.
verdict := {number: lists |
	some number, used in _used
	lists := {index: statuses |
		some index in used
		statuses := {status: verdict |
			some status in retried
			verdict := _verdict(number, input.error_page_lists[index], status)
		}
	}
}

# _used: the lists in effect where calls come, by server.
_used := {number: used |
	some number in {call.number | some call in calls.passes}
	used := {location.error_page |
		some location in input.servers[number].locations
		location.grpc.carries == "pass"
	}
}

_pages := {number: pages |
	some number, _ in _used
	pages := {page.uri: page | some page in input.servers[number].pages}
}

_verdict(number, list, status) := object.union({"entry": entry, "page": page}, judged) if {
	entry := [entry | some entry in list.pages; status in entry.codes][0]
	page := _page(number, entry)
	judged := _judge(list, entry, page, status)
}

# _served: the locations of the pages, with what they send; once for each, however many lists and
# statuses lead there.
_served := {number: served |
	some number, pages in _pages
	served := {uri: {"location": location, "type": _type(uri, location), "headers": _headers(location)} |
		some uri, page in pages
		location := calls.location_by_id[page.location]
	}
}

# _page that serves the entry: its location, or why there is none.
_page(number, entry) := page if {
	page := _served[number][entry.uri]
} else := {"found": page.found} if {
	page := _pages[number][entry.uri]
} else := {"found": "unknown"}

_judge(list, entry, page, status) := {"kind": "unknown", "doubt": _doubt(entry, "may be added to by an include that was not read")} if {
	not list.complete
} else := {"kind": "unknown", "doubt": _doubt(entry, "holds a variable")} if {
	entry.unresolved
} else := {"kind": "redirect"} if {
	regex.match(`^https?://`, entry.uri)
} else := {"kind": "missing"} if {
	startswith(entry.uri, "@")
	page.found == "no"
} else := _file(entry, "text/html", status) if {
	page.found == "no"
} else := {"kind": "unknown", "doubt": _doubt(entry, "is served by a location that is not seen")} if {
	page.found == "unknown"
} else := {"kind": "passes", "location": page.location} if {
	page.location.grpc.carries == "pass"
} else := {"kind": "unknown", "doubt": effective.gap_doubt(page.location)} if {
	page.location.handler == "unknown"
} else := _returned(entry, page, status) if {
	page.location.handler == "return"
} else := _file(entry, page.type, status) if {
	page.location.handler == "static"
} else := {"kind": "unknown", "doubt": _doubt(entry, concat(" ", ["is made by", page.location.handler]))}

# _file: a file has a body, so it is never a gRPC page. Whether it is there is not known.
_file(entry, type, status) := {"kind": "unknown", "doubt": type} if {
	is_object(type)
} else := {"kind": "unknown", "doubt": _doubt(entry, "is a file of type application/grpc")} if {
	_is_grpc(type)
} else := {"kind": "plain"} if {
	_replaced(entry, 200, status) in retried
} else := {"kind": "not_grpc"}

_returned(entry, page, status) := {"kind": "no_content"} if {
	_final(entry, page.location, status) == 204
} else := {"kind": "plain"} if {
	_is_own_html(page.location)
	_final(entry, page.location, status) in retried
} else := {"kind": "status"} if {
	_is_own_html(page.location)
} else := {"kind": "unknown", "doubt": page.type} if {
	is_object(page.type)
} else := _typed(page.headers, entry, page.location, status) if {
	_is_grpc(page.type)
} else := {"kind": "plain"} if {
	_final(entry, page.location, status) in retried
} else := {"kind": "not_grpc"}

# _typed: the page is sent as application/grpc.
_typed(headers, entry, location, status) := {"kind": "unknown", "doubt": _doubt(entry, "has a body with a variable")} if {
	location.return.body == "variable"
} else := {"kind": "body"} if {
	location.return.body == "text"
} else := {"kind": "unknown", "doubt": doubt} if {
	doubt := headers.doubt
} else := {"kind": "unknown", "doubt": _doubt(entry, "may have headers from an include that was not read")} if {
	not headers.complete
} else := {"kind": "no_status"} if {
	headers.status == []
} else := {"kind": "ok_status"} if {
	some header in headers.status
	header.value == "0"
} else := {"kind": "good"} if {
	_final(entry, location, status) == 200
} else := {"kind": "older_clients"} if {
	some header in headers.status
	header.always
} else := {"kind": "headers_lost"} if {
	not _final(entry, location, status) in _added
} else := {"kind": "status"}

# _headers: the grpc-status lines of the lists in effect and whether these are all, or the doubt.
# An answer without a body ends with its trailers: clients read grpc-status there, too.
_headers(location) := {"complete": complete, "status": status} if {
	lists := [input.header_lists[location[name]] | some name in ["add_header", "add_trailer"]]
	count(lists) > 0
	complete := count([list | some list in lists; not list.complete]) == 0
	status := [header |
		some list in lists
		some header in list.headers
		lower(header.name) == "grpc-status"
	]
} else := {"doubt": effective.gap_doubt(location)} if {
	effective.hidden(location)
} else := {"complete": true, "status": []}

# _final: the status that is sent. nginx keeps the first status unless `=` is said; but a `return` of
# 400 or more without a text is an error of its own.
_final(entry, location, status) := location.return.code if {
	_is_own_html(location)
} else := _replaced(entry, location.return.code, status)

_replaced(entry, own, status) := status if {
	entry.response == ""
} else := own if {
	_response(entry) == 0
} else := _response(entry)

# _response: the code behind `=`; none is 0 to nginx, and so is 0 none.
_response(entry) := units.integer(trim_prefix(entry.response, "="))

# _is_own_html: `return 503;` without a text is answered with nginx's own HTML.
_is_own_html(location) if {
	_without_text[location.return.body]
	location.return.code >= 400
}

_without_text := {"none", "empty"}

# _type of the page: by its extension, else default_type; a doubt where that is not known.
_type(uri, location) := type if {
	some line in location.types
	parts := split(line, " ")
	parts[0] == _extension(uri)
	type := parts[1]
} else := "the type of its extension" if {
	location.types == []
	not location.types_declared
	mime_types.known[_extension(uri)]
} else := setting.doubt if {
	setting := effective.setting(location, "default_type")
} else := effective.setting(location, "default_type").value

# _extension, undefined where there is none.
_extension(uri) := lower(regex.find_all_string_submatch_n(`\.([^./]+)$`, uri, 1)[0][1]) if {
	not startswith(uri, "@")
}

_is_grpc(type) if regex.match(`^application/grpc([+;].*)?$`, lower(type))

_doubt(entry, what) := {
	"at": entry,
	"reason": concat(" ", ["error_page", entry.uri, what]),
	"hint": "a page that returns 200 with default_type application/grpc and add_header grpc-status 14",
}
