# METADATA
# title: Settings
# description: >-
#   The settings that hold for this run: OPA's data where it has any (so that a server judges with
#   its own), else those in the document, else none.
package nginx.grpc.lib.settings

import data.nginx.grpc.lib.units

given := settings if {
	settings := data.nginx_grpc
} else := settings if {
	settings := input.settings
} else := {}

# place of a finding about them, which sees no file: the name that they usually have. Whoever read
# them knows better, by the finding's `setting`.
place := {"file": "nginx-grpc.yaml", "line": 1}

profile := object.get(given, "profile", "checklist")

levels := object.get(given, "levels", {})

waivers := object.get(given, "waivers", [])

workers := object.get(given, "workers", 1)

comments_may_waive if object.get(given, "inline_waivers", "allow") == "allow"

defaults_must_be_written if object.get(given, "explicit", "advised") == "required"

# for_upstream: what the user wrote for an upstream ("" for a literal address), or undefined.
for_upstream(name, key) := written if {
	written := given.grpc.upstreams[name][key]
} else := given.grpc["default"][key]

# duration of a key in milliseconds with the user's words, or undefined.
duration(name, key) := {"ms": units.milliseconds(text), "text": text, "given": true} if {
	text := for_upstream(name, key)
}

# largest number that the user wrote for any of these upstreams, or undefined.
largest(names, key) := max(written) if {
	_ = given.grpc
	written := [for_upstream(name, key) | some name in names]
	count(written) > 0
}

# idle_limit: the time after which the server closes a connection, by whichever comes first of
# what the user wrote; where nothing is written, the checklist's 30s.
idle_limit(name) := limit if {
	_ = given.grpc
	written := [duration(name, key) | some key in ["max_connection_age", "max_connection_idle"]]
	shortest := min({length.ms | some length in written})
	limit := [length | some length in written; length.ms == shortest][0]
} else := _assumed_limit

_assumed_limit := {"ms": 30000, "text": "30s", "given": false}

# longest_silence of the streams of any of these upstreams.
longest_silence(names) := silence if {
	_ = given.grpc
	written := [duration(name, "longest_silence") | some name in names]
	longest := max({length.ms | some length in written})
	silence := [length | some length in written; length.ms == longest][0]
} else := _assumed_silence

_assumed_silence := {"ms": 300000, "text": "300s", "given": false}

# streaming by the users's words: what the clients of any of these upstreams stream.
streaming(names) := _nothing if {
	not given.grpc
} else := {kind |
	some name in names
	kind := for_upstream(name, "streaming")
}

_nothing := set()

# words: "(given)" or "(assumed)", so that a reader sees whose number it is.
origin(limit) := "as settings say" if {
	limit.given
} else := "assumed"

not_judged := object.get(given, "not_judged", "warn")
