package nginx.grpc.rules.settings_test

import data.nginx.grpc.guard.settings as guard
import data.nginx.grpc.rules.settings
import data.nginx.grpc.testing as t

_document := t.one_location(t.pass("/", {}))

_with_own := object.union(_document, {"settings": {"profile": "strict"}})

_whole := {
	"profile": "evidence",
	"inline_waivers": "forbid",
	"not_judged": "deny",
	"nginx_version": "1.30.3",
	"explicit": "required",
	"workers": 4,
	"largest_request": "4m",
	"grpc": {
		"default": {
			"max_connection_age": "30s",
			"max_connection_idle": "1h30m",
			"expected_concurrency": 100,
			"longest_silence": "5m",
			"streaming": "bidi",
			"metadata": ["tenant-id"],
		},
		"upstreams": {"greeter": {"longest_silence": "1d 2h"}},
	},
	"levels": {"NG205": "off"},
	"waivers": [{
		"id": "NG103",
		"file": "conf.d/*.conf",
		"server": "api.example",
		"location": "/",
		"upstream": "greeter",
		"reason": "a reason",
		"owner": "payments",
		"expires": "2027-03-01",
	}],
}

_problems(given) := problems if {
	problems := settings.problems with input as _document with data.nginx_grpc as given
}

# _is_denied: the one thing that is wrong.
_is_denied(given, setting, problem) if _problems(given) == {[setting, problem]}

# _is_wrong: the same by the guard alone, which is quick.
_is_wrong(given, setting, problem) if guard.wrong_settings(given, "") == {[setting, problem]}

test_whole if {
	t.is_clean(settings.findings) with input as _document with data.nginx_grpc as _whole
}

test_extends_that_nobody_followed if {
	problem := "must be followed first: give the engine what nginx-grpc settings --merged prints"
	_is_denied({"extends": "../base.yaml"}, "extends", problem)
}

test_none if {
	t.is_clean(settings.findings) with input as _document
	t.is_clean(settings.findings) with input as _document with data.nginx_grpc as {}
}

test_finding if {
	found := settings.findings with input as _document with data.nginx_grpc as {"profle": "evidence"}
	t.faults(found) == {"nginx_grpc.profle is not a setting; here are: extends, profile, inline_waivers, not_judged, nginx_version, explicit, workers, largest_request, grpc, levels, waivers"}
	t.levels(found, "evidence") == {"deny"}
	{[finding.file, finding.line] | some finding in found} == {["nginx-grpc.yaml", 1]}
}

test_data_wins_over_the_document if {
	count(settings.findings) == 1 with input as _with_own
	t.is_clean(settings.findings) with input as _with_own with data.nginx_grpc as {"profile": "evidence"}
}

test_no_mapping if {
	_is_wrong([], "", "must be a mapping")
	_is_wrong(null, "", "must be a mapping")
	_is_wrong(false, "", "must be a mapping")
	_is_wrong({"grpc": "x"}, "grpc", "must be a mapping")
	_is_wrong({"grpc": {"default": []}}, "grpc.default", "must be a mapping")
	_is_wrong({"grpc": {"upstreams": []}}, "grpc.upstreams", "must be a mapping")
	_is_wrong({"grpc": {"upstreams": {"a": 1}}}, "grpc.upstreams.a", "must be a mapping")
	_is_wrong({"levels": 1}, "levels", "must be a mapping")
	_is_wrong({"waivers": [1]}, "waivers[0]", "must be a mapping")
	_is_wrong({"waivers": {}}, "waivers", "must be a list")
	_is_denied(null, "", "must be a mapping")
	_is_denied(false, "", "must be a mapping")
}

test_unknown_keys if {
	count(guard.wrong_settings({"grpc": {"defaults": {}}}, "")) == 1
	count(guard.wrong_settings({"grpc": {"default": {"max_age": "1s"}}}, "")) == 1
	count(guard.wrong_settings({"grpc": {"upstreams": {"a": {"max_age": "1s"}}}}, "")) == 1
	count(guard.wrong_settings({"waivers": [object.union(_whole.waivers[0], {"until": "x"})]}, "")) == 1
}

test_words if {
	_is_wrong({"profile": "strict"}, "profile", "must be checklist or evidence")
	_is_wrong({"inline_waivers": true}, "inline_waivers", "must be allow or forbid")
	_is_wrong({"not_judged": "off"}, "not_judged", "must be deny or warn")
	_is_wrong({"explicit": false}, "explicit", "must be advised or required")
	_is_wrong({"grpc": {"default": {"streaming": "unary"}}}, "grpc.default.streaming", "must be none or server or client or bidi")
	_is_wrong({"grpc": {"upstreams": {"a": {"streaming": 1}}}}, "grpc.upstreams.a.streaming", "must be none or server or client or bidi")
}

test_numbers if {
	_is_wrong({"workers": 0}, "workers", "must be a whole number, 1 or more")
	_is_wrong({"workers": "4"}, "workers", "must be a whole number, 1 or more")
	_is_wrong({"workers": 1.5}, "workers", "must be a whole number, 1 or more")
	_is_wrong({"grpc": {"default": {"expected_concurrency": -1}}}, "grpc.default.expected_concurrency", "must be a whole number, 1 or more")
	_is_wrong({"grpc": {"upstreams": {"a": {"expected_concurrency": null}}}}, "grpc.upstreams.a.expected_concurrency", "must be a whole number, 1 or more")
}

test_version if {
	_is_wrong({"nginx_version": 1.3}, "nginx_version", "must be a version in quotes, as \"1.30.3\"")
	_is_wrong({"nginx_version": "mainline"}, "nginx_version", "must be a version in quotes, as \"1.30.3\"")
	count(guard.wrong_settings({"nginx_version": "1.30"}, "")) == 0
}

test_durations if {
	every text in ["30", "1.5h", "1y", "", "5 m", "30S"] {
		_is_denied({"grpc": {"default": {"longest_silence": text}}}, "grpc.default.longest_silence", "must be a duration, as 30s, 5m or 1h30m")
	}
	_is_denied({"grpc": {"default": {"max_connection_idle": "x"}}}, "grpc.default.max_connection_idle", "must be a duration, as 30s, 5m or 1h30m")
	_is_denied({"grpc": {"default": {"longest_silence": 30}}}, "grpc.default.longest_silence", "must be a text: put quotes around a number")
	_is_denied({"grpc": {"default": {"max_connection_age": 30}}}, "grpc.default.max_connection_age", "must be a text: put quotes around a number")
	_is_denied({"grpc": {"default": {"max_connection_idle": 30}}}, "grpc.default.max_connection_idle", "must be a text: put quotes around a number")
	_is_denied({"grpc": {"upstreams": {"a": {"max_connection_age": "x"}}}}, "grpc.upstreams.a.max_connection_age", "must be a duration, as 30s, 5m or 1h30m")
	_is_denied({"grpc": {"upstreams": {"a": {"max_connection_age": 1}}}}, "grpc.upstreams.a.max_connection_age", "must be a text: put quotes around a number")
	_is_denied({"grpc": {"upstreams": {"a": {"max_connection_idle": 1}}}}, "grpc.upstreams.a.max_connection_idle", "must be a text: put quotes around a number")
	_is_denied({"grpc": {"upstreams": {"a": {"longest_silence": 1}}}}, "grpc.upstreams.a.longest_silence", "must be a text: put quotes around a number")
}

test_sizes if {
	_is_denied({"largest_request": "4MB"}, "largest_request", "must be a size, as 4m or 512k")
	_is_denied({"largest_request": 4}, "largest_request", "must be a text: put quotes around a number")
}

test_metadata if {
	_is_wrong({"grpc": {"default": {"metadata": "tenant"}}}, "grpc.default.metadata", "must be a list")
	_is_wrong({"grpc": {"default": {"metadata": [1]}}}, "grpc.default.metadata", "must be a list of texts")
	_is_wrong({"grpc": {"upstreams": {"a": {"metadata": "tenant"}}}}, "grpc.upstreams.a.metadata", "must be a list")
	_is_wrong({"grpc": {"upstreams": {"a": {"metadata": [null]}}}}, "grpc.upstreams.a.metadata", "must be a list of texts")
}

test_levels if {
	_is_denied({"levels": {"NG103": "error"}}, "levels.NG103", "must be deny or warn or off")
	_is_denied({"levels": {"keepalive": "off"}}, "levels.keepalive", "is not a rule id such as NG103")
	_is_denied({"levels": {"NG999": "off"}}, "levels.NG999", "names no rule")
	_is_denied({"levels": {"NG2055": "off"}}, "levels.NG2055", "is not a rule id such as NG103")
	_is_denied({"levels": {"ANG205": "off"}}, "levels.ANG205", "is not a rule id such as NG103")
	every id in ["NG001", "NG002", "NG003", "NG004"] {
		_is_denied({"levels": {id: "off"}}, concat("", ["levels.", id]), "can't be set: this rule always holds")
	}
	count(_problems({"levels": {"NG005": "off"}})) == 0
}

test_waivers if {
	_is_wrong({"waivers": [{}]}, "waivers[0].id", "is missing")
	every key in ["id", "file", "server", "location", "upstream", "reason", "owner", "expires"] {
		_is_wrong(
			{"waivers": [object.union(_whole.waivers[0], {key: 1})]},
			concat("", ["waivers[0].", key]),
			"must be a text: put quotes around a number",
		)
	}
}

_of_upstreams(names) := {"grpc": {"upstreams": {name: {"longest_silence": "5m"} | some name in names}}}

test_an_upstream_that_is_not_there if {
	found := settings.unused with input as _document with data.nginx_grpc as _of_upstreams(["gone"])
	t.faults(found) == {"nginx_grpc.grpc.upstreams.gone is for an upstream that is not there"}
	t.levels(found, "evidence") == {"warn"}
}

test_an_upstream_that_is_there_or_may_be if {
	some upstream in _document.upstreams
	t.is_clean(settings.unused) with input as _document with data.nginx_grpc as _of_upstreams([upstream.name])
	part := object.union(_document, {"complete": false})
	t.is_clean(settings.unused) with input as part with data.nginx_grpc as _of_upstreams(["gone"])
}
