package nginx.grpc.lib_test

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.dates
import data.nginx.grpc.lib.defaults
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units
import data.nginx.grpc.lib.versions
import data.nginx.grpc.testing as t

test_days if {
	dates.day("1970-01-01") == 0
	dates.day("1999-12-31") == 10956
	dates.day("2000-02-29") == 11016
	dates.day("2000-03-01") == 11017
	dates.day("2024-02-29") == 19782
	dates.day("2026-11-24") == 20781
	dates.day("2027-03-01") == 20878
	dates.day("2100-03-01") == 47541
}

test_months_of_a_year if {
	last := [
		"2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30",
		"2027-07-31", "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31",
	]
	first := dates.day("2027-01-01")
	[after | some text in last; after := dates.day(text) - first] == [
		30, 58, 89, 119, 150, 180, 211, 242, 272, 303, 333, 364,
	]
	dates.day("2024-01-31") == 19753
	every text in [
		"2027-01-32", "2027-02-29", "2027-03-32", "2027-04-31", "2027-05-32", "2027-06-31",
		"2027-07-32", "2027-08-32", "2027-09-31", "2027-10-32", "2027-11-31", "2027-12-32",
		"2024-02-30",
	] {
		not dates.day(text)
	}
}

test_no_days if {
	every text in [
		"12027-03-01", "2027-03-011", "", "2027-3-1", "2027-03-01T00:00", "2027-13-01", "2027-00-01", "2027-01-00", "2027-01-32",
		"2027-02-29", "2100-02-29", "2027-04-31", "01.03.2027",
	] {
		not dates.day(text)
	}
}

test_today if {
	dates.today == 20781 with time.now_ns as 1795478400000000000
	dates.today == 20781 with time.now_ns as 1795564799999999999
	dates.today == 20782 with time.now_ns as 1795564800000000000
}

test_milliseconds if {
	units.milliseconds("30s") == 30000
	units.milliseconds("500ms") == 500
	units.milliseconds("1h30m") == 5400000
	units.milliseconds("1h 30m") == 5400000
	units.milliseconds("05m") == 300000
	units.milliseconds("1d") == 86400000
	units.milliseconds("0s") == 0
}

test_no_milliseconds if {
	every text in ["", "30", "s", "1.5s", "-1s", "1w", "30S", "30 s", "1h  30m", "1234567890s"] {
		not units.milliseconds(text)
	}
}

test_bytes if {
	units.bytes("0") == 0
	units.bytes("4096") == 4096
	units.bytes("8k") == 8192
	units.bytes("1M") == 1048576
	units.bytes("2g") == 2147483648
	every text in ["", "4MB", "-1", "1.5m", "k", "1234567890123"] {
		not units.bytes(text)
	}
}

test_durations_to_write if {
	units.duration(20000) == "20s"
	units.duration(1500) == "1500ms"
	units.below(30000) == "20s"
	units.below(1000) == "666ms"
	units.below(2000) == "1s"
	units.below(1500) == "1s"
	units.below(1499) == "999ms"
}

test_versions if {
	versions.at_least("1.29.7") with data.nginx_grpc as {"nginx_version": "1.29.7"}
	versions.at_least("1.29.7") with data.nginx_grpc as {"nginx_version": "1.30"}
	versions.at_least("1.9.10") with data.nginx_grpc as {"nginx_version": "1.10.0"}
	versions.before("1.29.7") with data.nginx_grpc as {"nginx_version": "1.29.6"}
	versions.before("1.29.10") with data.nginx_grpc as {"nginx_version": "1.29.9"}
	versions.before("1.30.0") with data.nginx_grpc as {"nginx_version": "1.29.999"}
	versions.before("2.0.0") with data.nginx_grpc as {"nginx_version": "1.999.999"}
	not versions.before("1.29.7") with data.nginx_grpc as {"nginx_version": "1.29.7"}
	not versions.before("1.29.7") with data.nginx_grpc as {"nginx_version": "2.0.0"}
	not versions.unset with data.nginx_grpc as {"nginx_version": "2.0.0"}
}

test_doubt_about_the_version if {
	versions.doubt({"file": "a.conf", "line": 1}, "something") == {
		"at": {"file": "a.conf", "line": 1},
		"reason": "something, and nginx_version is not set",
		"hint": "nginx_version: \"1.30.3\"   # in the settings: the version that runs this",
	}
}

test_no_version if {
	versions.unset with data.nginx_grpc as {}
	not versions.at_least("1.0.0") with data.nginx_grpc as {}
	not versions.before("9.0.0") with data.nginx_grpc as {}
}

_document := t.one_location(t.pass("/", {}))

_own := object.union(_document, {"settings": {"profile": "evidence"}})

test_settings_of_data_document_or_none if {
	settings.profile == "checklist" with input as _document
	settings.profile == "evidence" with input as _own
	settings.profile == "checklist" with input as _own with data.nginx_grpc as {}
	settings.given == {} with input as "no object"
}

test_settings_that_are_not_given if {
	settings.levels == {} with data.nginx_grpc as {}
	settings.waivers == [] with data.nginx_grpc as {}
	settings.workers == 1 with data.nginx_grpc as {}
	settings.not_judged == "warn" with data.nginx_grpc as {}
	settings.comments_may_waive with data.nginx_grpc as {}
	not settings.defaults_must_be_written with data.nginx_grpc as {}
}

test_settings_that_are_given if {
	settings.levels == {"NG103": "off"} with data.nginx_grpc as {"levels": {"NG103": "off"}}
	settings.waivers == [{"id": "NG103"}] with data.nginx_grpc as {"waivers": [{"id": "NG103"}]}
	settings.workers == 4 with data.nginx_grpc as {"workers": 4}
	settings.not_judged == "deny" with data.nginx_grpc as {"not_judged": "deny"}
	settings.comments_may_waive with data.nginx_grpc as {"inline_waivers": "allow"}
	not settings.comments_may_waive with data.nginx_grpc as {"inline_waivers": "forbid"}
	settings.defaults_must_be_written with data.nginx_grpc as {"explicit": "required"}
	not settings.defaults_must_be_written with data.nginx_grpc as {"explicit": "advised"}
}

test_settings_of_an_upstream if {
	given := {"grpc": {"default": {"streaming": "none"}, "upstreams": {"a": {"streaming": "bidi"}}}}
	settings.for_upstream("a", "streaming") == "bidi" with data.nginx_grpc as given
	settings.for_upstream("b", "streaming") == "none" with data.nginx_grpc as given
	settings.streaming(["a", "b"]) == {"bidi", "none"} with data.nginx_grpc as given
	settings.streaming(["a"]) == set() with data.nginx_grpc as {}
}

test_whose_number_it_is if {
	settings.origin({"given": true}) == "as settings say"
	settings.origin({"given": false}) == "assumed"
}

# Two upstreams with the same time in other words are no conflict.
test_longest_silence_of_several if {
	given := {"grpc": {"upstreams": {
		"a": {"longest_silence": "300s"},
		"b": {"longest_silence": "5m"},
		"c": {"longest_silence": "10s"},
	}}}
	settings.longest_silence(["a", "b", "c"]).ms == 300000 with data.nginx_grpc as given
	settings.longest_silence(["c"]) == {"ms": 10000, "text": "10s", "given": true} with data.nginx_grpc as given
	settings.longest_silence(["d"]) == {"ms": 300000, "text": "300s", "given": false} with data.nginx_grpc as given
}

test_idle_limit if {
	given := {"grpc": {"default": {"max_connection_age": "30s", "max_connection_idle": "30000ms"}}}
	settings.idle_limit("a").ms == 30000 with data.nginx_grpc as given
	settings.idle_limit("a").given with data.nginx_grpc as given
	settings.idle_limit("a") == {"ms": 10000, "text": "10s", "given": true} with data.nginx_grpc as {"grpc": {"default": {"max_connection_age": "10s"}}}
	settings.idle_limit("a") == {"ms": 10000, "text": "10s", "given": true} with data.nginx_grpc as {"grpc": {"default": {"max_connection_idle": "10s"}}}
	settings.idle_limit("a").text == "9s" with data.nginx_grpc as {"grpc": {"default": {"max_connection_age": "1h", "max_connection_idle": "9s"}}}
	settings.idle_limit("a") == {"ms": 30000, "text": "30s", "given": false} with data.nginx_grpc as {}
}

_gap_in_location := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_location(more) := t.pass("/", more)

test_states if {
	location := _gap_in_location.servers[0].locations[0]
	effective.setting(location, "grpc_read_timeout").state == "unknown" with input as _gap_in_location
	not effective.value(location, "grpc_read_timeout") with input as _gap_in_location
	effective.setting(_location({}), "grpc_read_timeout").state == "default" with input as _document
	effective.value(_location({}), "grpc_read_timeout") == 60000 with input as _document
	not effective.doubt(_location({}), "grpc_read_timeout") with input as _document
}

test_readings if {
	location := _location({"directives": t.fields({
		"grpc_read_timeout": t.time("1s", 1000),
		"grpc_buffer_size": t.size("4k", 4096),
		"grpc_next_upstream_tries": t.number("0", 0),
		"grpc_ssl_verify": t.flag(false),
		"grpc_ssl_name": t.text("a"),
	})})
	[effective.value(location, name) | some name in [
		"grpc_read_timeout", "grpc_buffer_size", "grpc_next_upstream_tries", "grpc_ssl_verify",
		"grpc_ssl_name",
	]] == [1000, 4096, 0, false, "a"]
}

_unresolved(why) := _location({"directives": t.fields({"grpc_read_timeout": object.union(
	t.setting("", {"unresolved": true}),
	why,
)})})

test_doubts if {
	reasons := {why: effective.doubt(_unresolved({"why": why}), "grpc_read_timeout").reason |
		some why in ["variable", "gap", "rejected", "duplicate", "empty"]
	}
	reasons == {
		"variable": "grpc_read_timeout holds a variable",
		"gap": "grpc_read_timeout may be overridden by what was not read",
		"rejected": "grpc_read_timeout is no value that nginx takes",
		"duplicate": "grpc_read_timeout is said twice in one block, which nginx refuses",
		"empty": "grpc_read_timeout has no value",
	}
	effective.doubt(_unresolved({}), "grpc_read_timeout").reason == "grpc_read_timeout is not known"
}

test_doubts_name_the_gap if {
	location := t.behind_gap(_unresolved({"why": "gap"}))
	doubt := effective.doubt(location, "grpc_read_timeout") with input as _gap_in_location
	doubt.reason == "include conf.d/limits.conf was not read: no such file"
	doubt.at.line == 5
	effective.gap_doubt(location).reason == "something was not read" with input as _document
}

# As nginx documents them; one that the table lacks would make every rule that asks for it silent.
test_defaults_of_nginx if {
	documented := {
		"client_body_timeout": [60000, "60s"],
		"client_header_timeout": [60000, "60s"],
		"send_timeout": [60000, "60s"],
		"http2_max_concurrent_streams": [128, "128"],
		"max_headers": [1000, "1000"],
		"client_header_buffer_size": [1024, "1k"],
		"client_max_body_size": [1048576, "1m"],
		"default_type": ["text/plain", "text/plain"],
		"grpc_buffer_size": [4096, "4k"],
		"grpc_connect_timeout": [60000, "60s"],
		"grpc_intercept_errors": [false, "off"],
		"grpc_next_upstream": ["error timeout", "error timeout"],
		"grpc_next_upstream_tries": [0, "0"],
		"grpc_read_timeout": [60000, "60s"],
		"grpc_send_timeout": [60000, "60s"],
		"grpc_ssl_protocols": ["", "not said"],
		"grpc_ssl_server_name": [false, "off"],
		"grpc_ssl_verify": [false, "off"],
		"grpc_web": [false, "off"],
		"ignore_invalid_headers": [true, "on"],
		"keepalive": [0, "none"],
		"keepalive_requests": [1000, "1000"],
		"keepalive_time": [3600000, "1h"],
		"keepalive_timeout": [60000, "60s"],
		"large_client_header_buffers": ["4 8k", "4 8k"],
		"proxy_http_version": ["1.0 or 1.1", "1.0 or 1.1"],
		"recursive_error_pages": [false, "off"],
		"proxy_pass_trailers": [false, "off"],
		"resolver": ["", "none"],
		"ssl_protocols": ["", "not said"],
		"underscores_in_headers": [false, "off"],
	}
	every name, said in documented {
		setting := effective.setting(_location({}), name)
		setting.state == "default"
		setting.value == said[0]
		setting.text == concat("", [said[1], " (default)"])
		setting.at.line == 10
	}
	object.keys(defaults.value) == object.keys(documented)
}

_constant := t.one_location(t.pass("/", {
	"grpc_pass": "$b",
	"target": t.to_variable("$b", "constant", {"upstreams": ["greeter", "other"]}),
}))

_two_upstreams := object.union(_constant, {"upstreams": [t.greeter, t.upstream("other", {}, [])]})

test_several_upstreams if {
	[call] = calls.passes with input as _two_upstreams
	call.subject.upstream == ""
	calls.names(call) == ["greeter", "other"]
	[entry.upstream.name | some entry in calls.upstreams] == ["greeter", "other"] with input as _two_upstreams
}

_address := t.one_location(t.pass("/", {"grpc_pass": "10.0.0.1:50051", "target": t.to_address("10.0.0.1", 50051)}))

test_an_address_is_no_upstream if {
	[call] = calls.passes with input as _address
	calls.names(call) == [""]
	not calls.several(call) with input as _address
}

_conditional := t.locations([
	t.pass("/", {}),
	t.pass("if ($a)", {"parent": "/", "modifier": "if", "own_handler": false}),
	t.proxied("/web", "no", {}),
	t.pass("if ($b)", {"parent": "/web", "modifier": "if"}),
])

test_an_if_that_inherits_is_left_out if {
	[call.location.id | some call in calls.passes] == ["/", "if ($b)"] with input as _conditional
	[call.location.id | some call in calls.targets] == ["/", "if ($b)"] with input as _conditional
}

# Two blocks of one name are both judged.
_duplicate := object.union(t.one_location(t.pass("/", {})), {"upstreams": [
	t.upstream_with("greeter", {}, [], {"duplicate": true}),
	t.upstream_with("greeter", {}, [t.peer("10.0.0.1:1", {}), t.peer("10.0.0.2:1", {})], {"duplicate": true}),
]})

test_two_upstreams_of_one_name if {
	count(calls.upstreams) == 2 with input as _duplicate
	[call] = calls.passes with input as _duplicate
	calls.several(call) with input as _duplicate
}
