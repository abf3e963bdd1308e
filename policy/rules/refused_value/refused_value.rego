# METADATA
# title: A value that ingress-nginx refuses
# description: |
#   ingress-nginx takes seconds without a unit, true or false, sizes and a few words. For a value that
#   it does not take it logs a line, and what holds without the annotation stays: with
#   `proxy-read-timeout: "5m"` a stream is cut after 60 s, and a protocol that it does not know is
#   HTTP. Some values cost more: the whole Ingress is left out (404 from the default server), or its
#   locations answer 503. Of a negative timeout nginx refuses everything that the controller writes,
#   for all hosts, until it is gone.
# custom:
#   harm: some
#   id: NG601
#   levels: {checklist: deny, evidence: warn}
#   message: "ingress-nginx does not take {name}: {value}; what holds without it stays"
#   fix: {applicability: manual, why: "write what it takes, or leave it out"}
#   variants:
#     seconds:
#       when: it is a timeout with a unit
#       message: "{name} takes seconds without a unit: {value} is refused, and what holds without it stays"
#       fix: {applicability: safe}
#     protocol:
#       when: it is the protocol
#       levels: {checklist: deny, evidence: deny}
#       message: "ingress-nginx does not know {name}: {value}; it speaks HTTP/1.1 to the server"
#       fix: {applicability: manual, why: "write GRPC, or GRPCS where the server takes TLS"}
#     dropped:
#       when: the whole Ingress is left out for it
#       levels: {checklist: deny, evidence: deny}
#       message: "for {name}: {value} ingress-nginx leaves the whole Ingress out: calls to its hosts get 404 from the default server"
#     denied:
#       when: its locations answer 503 for it
#       levels: {checklist: deny, evidence: deny}
#       message: "for {name}: {value} ingress-nginx answers 503 in all locations of the Ingress"
#     written:
#       when: nginx refuses what is written for it
#       levels: {checklist: deny, evidence: deny}
#       message: "{name}: {value} is written as it stands, and nginx refuses all that ingress-nginx writes with it, for every host"
package nginx.grpc.rules.refused_value

import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.units

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(said), rule.document(said), said, values) if {
	some said in input.objects.ineffective
	said.state == "refused"
	said.grpc
	values := {
		"name": said.name,
		"value": said.value,
		"owner": said.owner,
		"edits": [fix.saying(said.owner, said.name, seconds) | some seconds in _seconds(said)],
	}
}

_forms(said) := ["protocol"] if {
	endswith(said.name, "/backend-protocol")
} else := ["seconds"] if {
	count(_seconds(said)) > 0
} else := [said.becomes] if {
	said.becomes != "default"
} else := []

# _seconds that a time with a unit is; none where it is no whole number of them, or no timeout.
_seconds(said) := [format_int(ms / 1000, 10)] if {
	endswith(said.name, "-timeout")
	regex.match(`^([0-9]+[smhd])+$`, said.value)
	ms := units.milliseconds(said.value)
	ms > 0
} else := []
