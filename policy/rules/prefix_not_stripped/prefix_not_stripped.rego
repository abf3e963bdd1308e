# METADATA
# title: A prefix that no gRPC method has goes on to the server
# description: |
#   grpc_pass sends the path as it came: it has no URI part that could replace a prefix, as proxy_pass
#   has. The path of a method is `/package.Service/Method`, and clients can't do with another. Under
#   `location /api/` a call has to come as `/api/package.Service/Method`, goes on so and gets
#   UNIMPLEMENTED, unless a rewrite takes the prefix away. A server that has its services under a
#   prefix, or a proxy behind nginx, is named in the settings (path_prefixes).
# custom:
#   harm: every
#   id: NG220
#   levels: {checklist: warn, evidence: warn}
#   message: "calls under {path} go on with it, and no gRPC method's path begins so: UNIMPLEMENTED"
#   directive: grpc_pass
#   fix:
#     applicability: unsafe
#     why: "a server that has its services under {path} wants the path as it is: path_prefixes in the settings"
#     edits: [{op: add, in: location, name: rewrite, args: ["^{prefix}(/.*)$", $1, break]}]
package nginx.grpc.rules.prefix_not_stripped

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, call.location, values) if {
	some call in calls.passes
	_is_prefix[call.location.modifier]
	_begins_no_method(call.location.path)
	not call.location.rewrites
	not _is_mounted(call)
	values := {"path": call.location.path, "prefix": concat("/", ["", _plain(call.location.path)])}
}

_is_prefix := {"", "^~"}

# A first segment that is whole and has no dot is the name of a service without a package, which are
# written large, or no name of a service at all.
_begins_no_method(path) if regex.match(`^/([^./A-Z][^./]*/|[^./]+/[^/]+/)`, path)

_is_mounted(call) if {
	some name in calls.names(call)
	some prefix in settings.for_upstream(name, "path_prefixes")
	startswith(call.location.path, prefix)
}

# The segments before that of a service, as a regex takes them.
_plain(path) := concat("/", [_quoted(segment) |
	some i, segment in segments
	i < min(array.concat([count(segments)], [at | some at, each in segments; _is_service(each, at)]))
]) if {
	segments := split(trim(path, "/"), "/")
}

_is_service(segment, at) if {
	contains(segment, ".")
} else if {
	at > 0
	regex.match(`^[A-Z]`, segment)
}

_quoted(segment) := strings.replace_n(_special, segment)

_special := {character: concat("", ["\\", character]) | some character in split(`\+*?()[]{}^$|`, "")}
