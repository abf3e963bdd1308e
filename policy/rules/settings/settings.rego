# METADATA
# title: A setting is unknown or malformed
# description: |
#   A misspelt setting would be ignored, and the policy would then judge by numbers that nobody
#   chose. So every setting is checked first, and nothing else is judged until they are right.
#   NG001 to NG004 hold for every run: no setting can lower them. A name under grpc.upstreams that
#   no upstream block has is a warning: what is said of it is used nowhere.
# custom:
#   harm: verdict
#   id: NG003
#   levels: {checklist: deny, evidence: deny}
#   message: "nginx_grpc.{setting} {problem}"
#   fix: {applicability: manual, why: "correct {setting} in the settings; nothing else was judged"}
#   variants:
#     unused:
#       when: it is for an upstream that no configuration of the run has
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "nginx_grpc.{setting} is for an upstream that is not there"
#       fix: {why: "correct the name, or remove {setting}"}
package nginx.grpc.rules.settings

import data.nginx.grpc.guard.settings as guard
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.shards
import data.nginx.grpc.lib.units

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(settings.place), settings.place, {"setting": wrong[0], "problem": wrong[1]}) if {
	some wrong in problems
}

# unused: what is said of upstreams that a whole configuration does not have.
unused contains rule.fault(about, ["unused"], rule.document(settings.place), settings.place, {"setting": setting}) if {
	input.complete
	some name, _ in settings.given.grpc.upstreams
	not seen[name]
	setting := concat("", ["grpc.upstreams.", name])
}

# seen: the upstreams that settings speak of, in this part of a configuration or one before.
seen := {name |
	some upstream in input.upstreams
	name := upstream.name
	_ = settings.given.grpc.upstreams[name]
} | shards.before("upstreams")

problems contains wrong if some wrong in guard.wrong_settings(settings.given, "")

problems contains [concat("", ["grpc.default.", key]), _duration_words] if {
	some key, text in settings.given.grpc["default"]
	_no_duration(key, text)
}

problems contains [concat("", ["grpc.upstreams.", name, ".", key]), _duration_words] if {
	some name, keys in settings.given.grpc.upstreams
	some key, text in keys
	_no_duration(key, text)
}

# Judged by what is said here alone, the file that it extends would be passed over in silence.
problems contains ["extends", "must be followed first: give the engine what nginx-grpc settings --merged prints"] if {
	_ = settings.given.extends
}

problems contains ["largest_request", "must be a size, as 4m or 512k"] if {
	text := settings.given.largest_request
	is_string(text)
	not units.bytes(text)
}

problems contains [concat("", ["levels.", id]), "can't be set: this rule always holds"] if {
	some id, _ in settings.given.levels
	id in _always_holding
}

problems contains [concat("", ["levels.", id]), "names no rule"] if {
	some id, _ in settings.given.levels
	regex.match(`^NG[0-9]{3}$`, id)
	not id in _ids
}

_ids := {id | id := data.nginx.grpc.rules[_].about.id}

_always_holding := rule.always_holding([about | about := data.nginx.grpc.rules[_].about])

_duration_words := "must be a duration, as 30s, 5m or 1h30m"

_no_duration(key, text) if {
	key in {"max_connection_age", "max_connection_idle", "longest_silence"}
	is_string(text)
	not units.milliseconds(text)
}
