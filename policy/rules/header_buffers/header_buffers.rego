# METADATA
# title: Metadata does not fit the buffers
# description: |
#   From 1.31.3 the headers of an answer, and its trailers, each have to fit grpc_buffer_size (4k by
#   default): a call whose server sends more (rich errors in grpc-status-details-bin, say) fails with
#   INTERNAL, and nginx logs "upstream sent too large http2 header". nginx counts a Huffman-coded value
#   as 8/5 of its coded length, so that one may be refused that would just fit. Before, trailers of any
#   size passed. In the other direction large_client_header_buffers limits what clients send: above its
#   size, 8k by default, nginx closes the whole connection, and every call on it fails. The header of
#   any answer has to fit grpc_buffer_size in every version: gRPC's own are some eighty bytes, with the
#   message of an error more. max_headers counts the headers of a call, four or five of which are
#   gRPC's own. From 1.25.1 a plaintext socket looks for the first 24 bytes of HTTP/2 in one
#   client_header_buffer_size of its default server.
# custom:
#   harm: some
#   id: NG306
#   levels: {checklist: warn, evidence: warn}
#   message: "large_client_header_buffers {said} is below nginx's default of 8k: metadata above {size} closes the client's connection"
#   directive: large_client_header_buffers
#   fix:
#     applicability: safe
#     edits: [{op: set, in: server, name: large_client_header_buffers, args: ["4", 8k]}]
#   variants:
#     request:
#       when: settings give request_metadata
#       levels: {checklist: deny, evidence: deny}
#       message: "large_client_header_buffers {said} closes the connection of a client that sends {need} bytes of metadata (request_metadata)"
#       fix:
#         applicability: safe
#         edits: [{op: set, in: server, name: large_client_header_buffers, args: ["4", "{enough}"]}]
#     response:
#       when: settings give response_metadata
#       levels: {checklist: deny, evidence: deny}
#       message: "grpc_buffer_size {said} refuses the {need} bytes of headers or trailers that settings speak of (response_metadata): INTERNAL from nginx 1.31.3 on"
#       directive: grpc_buffer_size
#       fix:
#         applicability: safe
#         edits: [{op: set, in: location, name: grpc_buffer_size, args: ["{enough}"]}]
#     close:
#       when: the buffer holds them, but perhaps not as nginx counts
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "grpc_buffer_size {said} may refuse the {need} bytes of headers or trailers that settings speak of (response_metadata): nginx counts a Huffman-coded value for up to 8/5 of its length"
#     small:
#       when: grpc_buffer_size is below its default
#       message: "grpc_buffer_size {said} is below nginx's default of 4k: an answer with more in its headers fails with 502 (UNAVAILABLE)"
#       directive: grpc_buffer_size
#       fix:
#         applicability: safe
#         edits: [{op: set, in: location, name: grpc_buffer_size, args: [4k]}]
#     tiny:
#       when: it can hardly hold gRPC's own headers
#       levels: {checklist: deny, evidence: deny}
#       message: "grpc_buffer_size {said} does not hold the headers of an answer: calls get 502 (UNAVAILABLE), at the latest those that fail"
#     few:
#       when: max_headers leaves little beside gRPC's own headers
#       message: "max_headers {said} counts gRPC's own headers, too, four or five: a call with more metadata than is left gets 400 (INTERNAL)"
#       directive: max_headers
#       fix:
#         applicability: safe
#         edits: [{op: set, in: server, name: max_headers, args: ["1000"]}]
#     none:
#       when: max_headers is less than gRPC's own headers
#       levels: {checklist: deny, evidence: deny}
#       message: "max_headers {said} is less than the headers of a call without metadata: calls get 400 (INTERNAL)"
#     preface:
#       when: client_header_buffer_size is less than the beginning of HTTP/2
#       levels: {checklist: deny, evidence: deny}
#       message: "client_header_buffer_size {said} does not hold the 24 bytes that HTTP/2 begins with: from nginx 1.25.1 on no client can make a call on a plaintext socket of this server"
#       directive: client_header_buffer_size
#       fix:
#         applicability: safe
#         edits: [{op: set, in: server, name: client_header_buffer_size, args: [1k]}]
#   versions: "1.31.3: the headers and the trailers of an answer have to fit grpc_buffer_size"
package nginx.grpc.rules.header_buffers

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.connections
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, call.subject, size.at, _values(size, need)) if {
	versions.at_least("1.31.3")
	some call in calls.passes
	need := settings.largest(calls.names(call), "response_metadata")
	forms := _response(effective.value(call.location, "grpc_buffer_size"), need)
	size := effective.setting(call.location, "grpc_buffer_size")
}

findings contains rule.unknown(about, ["response"], doubt) if {
	some call in calls.passes
	need := settings.largest(calls.names(call), "response_metadata")
	doubt := _doubt(call.location, need)
}

findings contains rule.fault(about, [], entry.subject, said.at, values) if {
	some entry in connections.servers
	said := _buffers(entry.server)
	said.bytes < 8192
	not _too_small(entry, said)
	values := {"said": said.text, "size": said.size}
}

findings contains rule.fault(about, ["request"], entry.subject, said.at, _values(said, need)) if {
	some entry in connections.servers
	said := _buffers(entry.server)
	_too_small(entry, said)
	need := settings.largest(entry.names, "request_metadata")
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in connections.servers
	_matters(entry)
	doubt := effective.doubt(entry.server, "large_client_header_buffers")
}

findings contains rule.fault(about, forms, call.subject, size.at, {"said": size.text}) if {
	some call in calls.passes
	not settings.largest(calls.names(call), "response_metadata")
	forms := _small(effective.value(call.location, "grpc_buffer_size"))
	size := effective.setting(call.location, "grpc_buffer_size")
}

findings contains rule.fault(about, forms, entry.subject, most.at, {"said": most.text}) if {
	some entry in connections.servers
	forms := _few(effective.value(entry.server, "max_headers"))
	most := effective.setting(entry.server, "max_headers")
}

findings contains rule.fault(about, ["preface"], entry.subject, size.at, {"said": size.text}) if {
	some entry in _small_at_first
	versions.at_least("1.25.1")
	size := effective.setting(entry.server, "client_header_buffer_size")
}

findings contains rule.unknown(about, ["preface"], doubt) if {
	some entry in _small_at_first
	versions.unset
	doubt := versions.doubt(entry.server, "client_header_buffer_size has to hold the beginning of HTTP/2 from nginx 1.25.1 on")
}

_small_at_first := [entry |
	some entry in connections.servers
	effective.value(entry.server, "client_header_buffer_size") < 24
	_has_plaintext(entry.server)
]

_has_plaintext(server) if {
	some listen in server.listens
	listen.ssl == false
	listen.default_server
	listen.speaks_http2 != "no"
}

# With 80 bytes no error passes, and few answers; with 128 both do, if they are short.
_small(bytes) := ["small", "tiny"] if {
	bytes < 128
} else := ["small"] if {
	bytes < 4096
}

_few(headers) := ["few", "none"] if {
	headers < 4
} else := ["few"] if {
	headers < 16
}

# What a part of a configuration does not show is nginx's default, unless somebody asks.
_matters(entry) if {
	entry.server.directives.large_client_header_buffers
} else if {
	settings.largest(entry.names, "request_metadata")
}

_too_small(entry, said) if settings.largest(entry.names, "request_metadata") > said.bytes

_response(bytes, need) := ["response"] if {
	bytes < need
} else := ["response", "close"] if {
	bytes * 5 < need * 8
}

_doubt(location, need) := doubt if {
	not versions.before("1.31.3")
	doubt := effective.doubt(location, "grpc_buffer_size")
} else := versions.doubt(location, "response headers and trailers have to fit grpc_buffer_size from nginx 1.31.3 on") if {
	versions.unset
	_response(effective.value(location, "grpc_buffer_size"), need)
}

# _buffers: the size of one, with the text of all. Undefined where it can't be read.
_buffers(server) := {"bytes": units.bytes(size), "size": size, "text": said.text, "at": said.at} if {
	said := effective.setting(server, "large_client_header_buffers")
	size := split(said.value, " ")[1]
}

_values(said, need) := {
	"said": said.text,
	"need": format_int(need, 10),
	"enough": _enough(need),
}

# As nginx counts at worst, in whole kilobytes.
_enough(need) := concat("", [format_int(ceil((need * 8) / (5 * 1024)), 10), "k"])
