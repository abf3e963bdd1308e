# METADATA
# title: Versions of nginx
# description: >-
#   Whether the version in the settings is at least, or before, another. Where none is set, neither
#   holds: a rule that needs one asks for `unset` too.
package nginx.grpc.lib.versions

import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units

unset if not settings.given.nginx_version

at_least(text) if _number(settings.given.nginx_version) >= _number(text)

before(text) if _number(settings.given.nginx_version) < _number(text)

# The doubt of a rule that would need to know it.
doubt(at, what) := {
	"at": at,
	"reason": concat("", [what, ", and nginx_version is not set"]),
	"hint": "nginx_version: \"1.30.3\"   # in the settings: the version that runs this",
}

_number(text) := sum(parts) if {
	parts := [weighted |
		some i, part in split(text, ".")
		weighted := units.integer(part) * [1000000, 1000, 1][i]
	]
}
