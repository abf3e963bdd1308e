# What conftest reads, of the same decision. The compiled policy does without: by its `with` all of it
# would be compiled twice.
package nginx.grpc

import data.nginx.grpc.guard

deny contains finding if some finding in decision.deny

warn contains finding if some finding in _warned

# conftest asks for deny and warn each by itself. Where even a document that is as its schema says would
# be warned of nothing, it is not held against the schema a second time.
_warned := [] if {
	_supposed == []
} else := _supposed if {
	guard.passed
} else := decision.warn

_supposed := warned if {
	input.schema_version == 2
	warned := decision.warn with data.nginx.grpc.guard.document.ok as true
}
