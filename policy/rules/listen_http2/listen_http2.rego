# METADATA
# title: A spelling that this version warns of
# description: |
#   From 1.25.1 `http2 on` is a directive of its own and `listen ... http2` gets a warning at every
#   start. The http2_* limits that keepalive_requests and its kin have replaced are ignored, with a
#   warning, since 1.19.7. All of them still load; one day they will not.
# custom:
#   harm: latent
#   id: NG501
#   item: 0
#   levels: {checklist: warn, evidence: warn}
#   message: "{name} is {state} from nginx {since} on, and settings say {version} ({count} in this file)"
#   remedy: "{instead}"
#   versions: "1.25.1: http2 on; 1.19.7: http2_* limits obsolete"
#   evidence: docs/rules/NG501.md
package nginx.grpc.rules.listen_http2

import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(feature), feature, values) if {
	some feature in input.features
	old := _old[feature.name]
	versions.at_least(old.since)
	values := {
		"name": feature.name,
		"state": old.state,
		"since": old.since,
		"version": settings.given.nginx_version,
		"count": format_int(feature.count, 10),
		"instead": old.instead,
	}
}

_old := {
	"listen http2": {"since": "1.25.1", "state": "deprecated", "instead": "http2 on;"},
	"http2_max_requests": {"since": "1.19.7", "state": "ignored", "instead": "keepalive_requests"},
	"http2_max_field_size": {"since": "1.19.7", "state": "ignored", "instead": "large_client_header_buffers"},
	"http2_max_header_size": {"since": "1.19.7", "state": "ignored", "instead": "large_client_header_buffers"},
	"http2_idle_timeout": {"since": "1.19.7", "state": "ignored", "instead": "keepalive_timeout"},
	"http2_recv_timeout": {"since": "1.19.7", "state": "ignored", "instead": "client_header_timeout"},
	"http2_push": {"since": "1.25.1", "state": "ignored", "instead": "no line"},
	"http2_push_preload": {"since": "1.25.1", "state": "ignored", "instead": "no line"},
	"http2_max_concurrent_pushes": {"since": "1.25.1", "state": "ignored", "instead": "no line"},
}
