# METADATA
# title: Header overflow in this version (CVE-2026-42055)
# description: |
#   nginx 1.13.10 to 1.31.1 (fixed in 1.30.3 and 1.31.2) can overflow a buffer while it writes a
#   request's headers for a gRPC server, where ignore_invalid_headers is off and
#   large_client_header_buffers is raised. Upgrade; until then one of the two settings has to go back
#   to its default.
# custom:
#   harm: some
#   id: NG402
#   levels: {checklist: deny, evidence: deny}
#   security: 8.1
#   message: "a client can overflow a buffer of nginx {version} (CVE-2026-42055): ignore_invalid_headers is off and large_client_header_buffers {buffers}"
#   directive: ignore_invalid_headers
#   fix:
#     applicability: unsafe
#     why: "headers with other names than nginx takes for valid are dropped; nginx 1.30.3 or 1.31.2 and later mend it"
#     edits: [{op: set, in: server, name: ignore_invalid_headers, args: ["on"]}]
#   versions: "1.13.10 to 1.31.1; fixed in 1.30.3 and 1.31.2"
package nginx.grpc.rules.header_overflow

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], entry.subject, ignore.at, values) if {
	_affected
	some entry in calls.servers
	effective.value(entry.server, "ignore_invalid_headers") == false
	ignore := effective.setting(entry.server, "ignore_invalid_headers")
	buffers := effective.value(entry.server, "large_client_header_buffers")
	_is_raised(buffers)
	values := {"version": settings.given.nginx_version, "buffers": buffers}
}

findings contains rule.unknown(about, [], versions.doubt(ignore.at, _affected_words)) if {
	versions.unset
	some entry in calls.servers
	effective.value(entry.server, "ignore_invalid_headers") == false
	ignore := effective.setting(entry.server, "ignore_invalid_headers")
	_is_raised(effective.value(entry.server, "large_client_header_buffers"))
}

findings contains rule.unknown(about, [], doubt) if {
	not _safe
	some entry in calls.servers
	_may_be_affected(entry.server)
	some name in ["ignore_invalid_headers", "large_client_header_buffers"]
	doubt := effective.doubt(entry.server, name)
}

_affected if {
	versions.at_least("1.13.10")
	versions.before("1.30.3")
} else if {
	versions.at_least("1.31.0")
	versions.before("1.31.2")
}

_safe if {
	not versions.unset
	not _affected
}

_affected_words := "headers of this size can overflow a buffer before nginx 1.30.3 and 1.31.2 (CVE-2026-42055)"

_is_raised(buffers) if units.bytes(split(buffers, " ")[1]) > 8192

_may_be_affected(server) if {
	not effective.is_on(server, "ignore_invalid_headers")
	_may_be_raised(server)
}

_may_be_raised(server) if {
	effective.doubt(server, "large_client_header_buffers")
} else if _is_raised(effective.value(server, "large_client_header_buffers"))
