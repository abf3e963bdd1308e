package nginx.grpc.lib.knobs_test

import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.knobs
import data.nginx.grpc.testing as t

_ingress := {"kind": "Ingress", "namespace": "shop", "name": "api"}

_host := {"kind": "VirtualServer", "namespace": "shop", "name": "api"}

_nobody := {"kind": "", "namespace": "", "name": ""}

_line(name, args) := _fixed([fix.setting({"file": "a", "line": 1}, name, args)])

_fixed(edits) := {
	"fix": {"applicability": "safe", "why": "", "edits": edits},
	"remedy": fix.remedy({"applicability": "safe", "why": "", "edits": edits}),
}

_said(controller, id, owner, directive, fixed) := instead.remedy if {
	finding := object.union(fixed, {"id": id, "directive": directive})
	instead := knobs.instead(finding, owner) with input as object.union(t.document([], []), {"controller": controller})
	instead.fix == {"applicability": "manual", "why": instead.remedy, "edits": []}
}

test_an_annotation_has_seconds if {
	_said("ingress-nginx", "NG106", _ingress, "grpc_read_timeout", _line("grpc_read_timeout", ["5m"])) == `Ingress shop/api: nginx.ingress.kubernetes.io/proxy-read-timeout: "300"`
}

test_a_key_of_the_config_map if {
	_said("ingress-nginx", "NG103", _nobody, "keepalive_timeout", _line("keepalive_timeout", ["20s"])) == `ConfigMap of ingress-nginx: upstream-keepalive-timeout: "20"`
	_said("ingress-nginx", "NG201", _nobody, "listen", _line("http2", ["on"])) == "ConfigMap of ingress-nginx: use-http2: true"
}

_by(key) := {"key": key}

test_a_key_that_says_it_for_all if {
	read := object.union(_line("grpc_read_timeout", ["5m"]), _by("proxy-read-timeout"))
	_said("ingress-nginx", "NG106", _nobody, "grpc_read_timeout", read) == `ConfigMap of ingress-nginx: proxy-read-timeout: "300"`
	header := object.union(_fixed([fix.removing({"file": "a", "line": 1}, "grpc_set_header")]), _by("upstream-keepalive-connections"))
	_said("ingress-nginx", "NG214", _nobody, "grpc_set_header", header) == "ConfigMap of ingress-nginx: upstream-keepalive-connections: \"320\""
}

test_a_field if {
	_said("nginx-ingress-controller", "NG106", _host, "grpc_read_timeout", _line("grpc_read_timeout", ["300s"])) == "VirtualServer shop/api: spec.upstreams[].read-timeout: 300s"
	_said("nginx-gateway-fabric", "NG302", _nobody, "client_max_body_size", _line("client_max_body_size", ["8m"])) == "ClientSettingsPolicy: spec.body.maxSize: 8m"
}

test_by_the_directive if {
	_said("ingress-nginx", "NG211", _ingress, "grpc_send_timeout", _line("grpc_send_timeout", ["60s"])) == `Ingress shop/api: nginx.ingress.kubernetes.io/proxy-send-timeout: "60"`
}

test_a_snippet_is_nginx_s_own_lines if {
	page := fix.adding({"file": "a", "line": 1}, "location", ["=", "/e"], [{"name": "return", "args": ["200"]}])
	_said("ingress-nginx", "NG109", _ingress, "", _fixed([page])) == "ConfigMap of ingress-nginx: server-snippet: |\nlocation = /e {\n    return 200;\n}"
	_said("ingress-nginx", "NG108", _ingress, "", _line("grpc_intercept_errors", ["on"])) == "ConfigMap of ingress-nginx: http-snippet: grpc_intercept_errors on;"
}

test_without_a_value_the_knob_is_named if {
	manual := {"fix": {"applicability": "manual", "why": "look", "edits": []}, "remedy": "look"}
	_said("ingress-nginx", "NG104", _nobody, "", manual) == "ConfigMap of ingress-nginx: upstream-keepalive-connections (default: 320)"
	_said("nginx-ingress-controller", "NG101", _ingress, "", manual) == "Ingress shop/api: nginx.org/grpc-services"
}

test_what_cannot_be_said if {
	_said("nginx-ingress-controller", "NG103", _ingress, "", _line("keepalive_timeout", ["20s"])) == "no annotation or key of nginx-ingress-controller says this; if a snippet does, change the snippet"
}

test_what_nobody_else_wrote_stays if {
	finding := object.union(_line("a", ["b"]), {"id": "NG106", "directive": ""})
	not knobs.instead(finding, _ingress) with input as t.document([], [])
}

# Every knob says what it is, and how its value is made.
test_the_table if {
	leaves := {[path, leaf] |
		walk(knobs.table, [path, leaf])
		is_object(leaf)
		leaf.form
	}
	count(leaves) > 50
	every entry in leaves {
		count({name | some name in ["annotation", "data", "field"]; entry[1][name]}) == 1
		entry[1].form in {"value", "seconds", "fixed", "snippet", "said"}
		_says_its_value(entry[1])
	}
}

_says_its_value(knob) if {
	knob.form == "fixed"
	knob.value != ""
} else if {
	knob.form != "fixed"
	not knob.value
}

# Where the objects themselves were given, they are edited.
_manifest(config_map) := object.union(t.document([], []), {
	"controller": "ingress-nginx",
	"source": {"kind": "manifest", "entry": "a", "context": "main", "files": ["a"]},
	"objects": t.fields({"config_map": config_map, "ineffective": []}),
})

_settings := {"kind": "ConfigMap", "namespace": "edge", "name": "nginx"}

_in_objects(id, owner, directive, fixed, config_map) := instead.fix if {
	finding := object.union(fixed, {"id": id, "directive": directive})
	instead := knobs.instead(finding, owner) with input as _manifest(config_map)
}

test_an_annotation_is_edited if {
	_in_objects("NG106", _ingress, "grpc_read_timeout", _line("grpc_read_timeout", ["5m"]), _nobody) == {
		"applicability": "unsafe",
		"why": "it holds for all paths of the Ingress",
		"edits": [{"op": "set", "owner": _ingress, "key": "nginx.ingress.kubernetes.io/proxy-read-timeout", "value": "300"}],
	}
	assumed := object.union(_line("grpc_read_timeout", ["5m"]), {"fix": {"applicability": "unsafe", "why": "300s are assumed"}})
	_in_objects("NG106", _ingress, "grpc_read_timeout", assumed, _nobody).why == "300s are assumed"
}

test_the_config_map_is_edited if {
	_in_objects("NG103", _nobody, "keepalive_timeout", _line("keepalive_timeout", ["20s"]), _settings) == {
		"applicability": "unsafe",
		"why": "it holds for all Ingresses of the controller",
		"edits": [{"op": "set", "owner": _settings, "key": "upstream-keepalive-timeout", "value": "20"}],
	}
	assumed := object.union(_line("keepalive_timeout", ["20s"]), {"fix": {"applicability": "unsafe", "why": "a"}})
	_in_objects("NG103", _nobody, "", assumed, _settings).why == "a; it holds for all Ingresses of the controller"
	_in_objects("NG108", _ingress, "", _line("grpc_intercept_errors", ["on"]), _settings).edits == [{
		"op": "extend",
		"owner": _settings,
		"key": "http-snippet",
		"value": "grpc_intercept_errors on;",
	}]
}

test_what_somebody_decides if {
	_in_objects("NG103", _nobody, "", _line("keepalive_timeout", ["20s"]), _nobody).applicability == "manual"
	_in_objects("NG105", _ingress, "", _line("grpc_next_upstream", ["error"]), _settings).applicability == "manual"
	manual := {"fix": {"applicability": "manual", "why": "look", "edits": []}, "remedy": "look"}
	_in_objects("NG104", _nobody, "", manual, _settings).applicability == "manual"
}

test_a_snippet_is_edited_itself if {
	there := {"file": "a", "line": 3, "key": "server-snippet"}
	own := _fixed([fix.setting(there, "grpc_next_upstream", ["error"])])
	_in_objects("NG105", _ingress, "", own, _settings) == own.fix
	other := _fixed([fix.removing(object.union(there, {"key": "nginx.ingress.kubernetes.io/server-snippet"}), "a")])
	_in_objects("NG105", _ingress, "", other, _settings) == other.fix
}
