# METADATA
# title: Durations and sizes
# description: >-
#   Reads the durations and sizes of the settings. What can't be read is undefined, and the check
#   of the settings reports it before any rule runs.
package nginx.grpc.lib.units

_milliseconds := {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}

_bytes := {"": 1, "k": 1024, "m": 1048576, "g": 1073741824}

# milliseconds of "30s", "5m", "1h30m", "1h 30m", "500ms".
milliseconds(text) := sum(parts) if {
	regex.match(`^[0-9]{1,9}(ms|s|m|h|d)( ?[0-9]{1,9}(ms|s|m|h|d))*$`, text)
	parts := [part |
		some found in regex.find_all_string_submatch_n(`([0-9]+)(ms|s|m|h|d)`, text, -1)
		part := integer(found[1]) * _milliseconds[found[2]]
	]
}

# bytes of "4194304", "4096k", "4m", "1g".
bytes(text) := integer(trim_right(unit_text, "kmg")) * _bytes[trim_left(unit_text, "0123456789")] if {
	regex.match(`^[0-9]{1,12}[kKmMgG]?$`, text)
	unit_text := lower(text)
}

# integer of a text of digits; leading zeros are no number to every engine.
integer(digits) := 0 if {
	trim_left(digits, "0") == ""
} else := to_number(trim_left(digits, "0"))

# duration as nginx reads it.
duration(ms) := concat("", [format_int(ms / 1000, 10), "s"]) if {
	ms % 1000 == 0
} else := concat("", [format_int(ms, 10), "ms"])

# below: two thirds of a duration, in whole seconds where it has some.
below(ms) := duration(floor((ms * 2) / 3000) * 1000) if {
	ms >= 1500
} else := duration(floor((ms * 2) / 3))
