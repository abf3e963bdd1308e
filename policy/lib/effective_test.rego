package nginx.grpc.lib.effective_test

import data.nginx.grpc.lib.effective
import data.nginx.grpc.testing as t

_name := "grpc_read_timeout"

_said(setting) := t.pass_with({_name: setting})

_default := t.pass("/", {})

_hidden := t.behind_gap(_default)

_variable := _said(t.variable("$t"))

_unread := t.with_unread(t.one_location(_hidden))

_fragment := object.union(t.one_location(_hidden), t.fragment)

test_said if {
	setting := t.time("1s", 1000)
	effective.setting(_said(setting), _name) == {"state": "said", "value": 1000, "text": "1s", "written": "1s", "at": setting}
	effective.value(_said(setting), _name) == 1000
	not effective.doubt(_said(setting), _name)
}

test_a_time_without_a_unit if {
	bare := effective.setting(_said(t.time("75", 75000)), _name)
	[bare.text, bare.written] == ["75s", "75"]
	effective.setting(_said(t.time("1m 5", 65000)), _name).text == "1m 5"
	effective.setting(_said(t.setting("75", {"number": 75})), _name).text == "75"
}

test_said_over_an_outer_value if {
	setting := object.union(t.time("1s", 1000), {"outer_value": "1h", "outer_context": "server"})
	over := effective.setting(_said(setting), _name)
	[over.text, over.written] == ["1s (server says 1h)", "1s"]
}

test_said_behind_a_gap if {
	node := t.behind_gap(_said(t.time("1s", 1000)))
	effective.setting(node, _name).state == "said" with input as _unread
	not effective.doubt(node, _name) with input as _unread
}

test_default if {
	effective.setting(_default, _name) == {
		"state": "default",
		"value": 60000,
		"text": "60s (default)",
		"written": "60s",
		"at": _default,
	}
	not effective.doubt(_default, _name)
}

test_unresolved if {
	setting := effective.setting(_variable, _name)
	setting == {"state": "unknown", "doubt": effective.doubt(_variable, _name)}
	not effective.value(_variable, _name)
	effective.doubt(_variable, _name) == {
		"at": t.variable("$t"),
		"reason": "grpc_read_timeout $t holds a variable",
		"hint": "grpc_read_timeout with a value that can be read without running nginx",
	}
}

# A variable is no better known for what stands around it.
test_unresolved_behind_a_gap if {
	effective.doubt(t.behind_gap(_variable), _name) == effective.doubt(_variable, _name) with input as _unread
}

test_hidden if {
	effective.setting(_hidden, _name) == {"state": "unknown", "doubt": effective.gap_doubt(_hidden)} with input as _unread
	effective.doubt(_hidden, _name) == effective.gap_doubt(_hidden) with input as _unread
	not effective.value(_hidden, _name) with input as _unread
}

test_gaps if {
	effective.gap_doubt(_hidden) == {
		"at": _unread.gaps[0],
		"reason": "include conf.d/limits.conf was not read: no such file",
		"hint": "nginx-grpc check the output of nginx -T, or a folder that holds every include",
	} with input as _unread
	effective.gap_doubt(_hidden) == {
		"at": _fragment.gaps[0],
		"reason": "http is not seen: the text is a server",
		"hint": "nginx-grpc check the whole configuration, as nginx -T prints it",
	} with input as _fragment
	effective.gap_doubt(_default) == {
		"at": _default,
		"reason": "something was not read",
		"hint": "nginx-grpc check the whole configuration, as nginx -T prints it",
	} with input as _unread
}

test_switches if {
	effective.is_on(t.pass_with({"grpc_web": t.flag(true)}), "grpc_web")
	not effective.is_on(t.pass_with({"grpc_web": t.flag(false)}), "grpc_web")
	not effective.is_on(t.pass_with({"grpc_web": t.variable("$on")}), "grpc_web")
	not effective.is_on(_default, "grpc_web")
	effective.is_on(_default, "ignore_invalid_headers")
}

_around(context) := t.part(t.one_location(_hidden), context)

test_outside if {
	effective.outside(_hidden) == "server" with input as _around("server")
	not effective.outside(_hidden) with input as _unread
	not effective.outside(_default) with input as _around("server")
}

_few := {"default_type", "grpc_intercept_errors", "grpc_ssl_server_name", "grpc_ssl_verify"}

# What few say in http{} is at its default where http{} alone is not seen.
test_what_stands_beside if {
	every name in _few {
		effective.setting(_hidden, name).state == "default" with input as _around("http")
		endswith(effective.setting(_hidden, name).text, " (default; http{} is not seen)") with input as _around("http")
		effective.value(_hidden, name) == effective.setting(_default, name).value with input as _around("http")
		not effective.doubt(_hidden, name) with input as _around("http")
		every context in ["server", "location"] {
			effective.setting(_hidden, name).state == "unknown" with input as _around(context)
			not effective.value(_hidden, name) with input as _around(context)
		}
		effective.setting(_hidden, name).state == "unknown" with input as _unread
	}
}

test_what_http_often_says if {
	every name in ["grpc_read_timeout", "client_body_timeout", "client_max_body_size", "resolver", "ssl_protocols"] {
		effective.setting(_hidden, name).state == "unknown" with input as _around("http")
		effective.doubt(_hidden, name) with input as _around("http")
	}
}
