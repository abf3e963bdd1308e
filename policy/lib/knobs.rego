# METADATA
# title: The knobs of controllers
# description: >-
#   Where a controller of Kubernetes writes nginx's text, nobody edits it: what an admin can change
#   is an annotation, a key of the controller's ConfigMap or a field. Sources: ingress-nginx 1.15.0,
#   internal/ingress/annotations and internal/ingress/controller/config; NGINX Ingress Controller
#   5.6.0, internal/configs; NGINX Gateway Fabric 2, apis/v1alpha1.
package nginx.grpc.lib.knobs

import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.units

_ingress_nginx(name) := concat("", ["nginx.ingress.kubernetes.io/", name])

_controller(name) := concat("", ["nginx.org/", name])

# table: the knobs by controller, by rule and by kind of the object; for rules about more than one
# directive, by that below the rule. `form` says what becomes of the value in nginx's line: as it
# stands, in seconds, one fixed text, or nginx's own lines as a snippet.
table := {
	"ingress-nginx": {
		"NG101": {"Ingress": {"annotation": _ingress_nginx("backend-protocol"), "form": "fixed", "value": "GRPC"}},
		"NG103": {"ConfigMap": {"data": "upstream-keepalive-timeout", "form": "seconds", "default": "60"}},
		"NG104": {"ConfigMap": {"data": "upstream-keepalive-connections", "form": "value", "default": "320"}},
		"NG105": {"Ingress": {"annotation": _ingress_nginx("configuration-snippet"), "form": "snippet"}},
		"NG106": {"Ingress": {"annotation": _ingress_nginx("proxy-read-timeout"), "form": "seconds", "default": "60"}},
		"NG108": {"ConfigMap": {"data": "http-snippet", "form": "snippet"}},
		"NG109": {"ConfigMap": {"data": "server-snippet", "form": "snippet"}},
		"NG110": {"ConfigMap": {"data": "server-snippet", "form": "snippet"}},
		"NG201": {"ConfigMap": {"data": "use-http2", "form": "fixed", "value": "true", "default": "true"}},
		"NG203": {"ConfigMap": {"data": "upstream-keepalive-time", "form": "value", "default": "1h"}},
		"NG211": {"Ingress": {
			"grpc_connect_timeout": {"annotation": _ingress_nginx("proxy-connect-timeout"), "form": "seconds", "default": "5"},
			"grpc_read_timeout": {"annotation": _ingress_nginx("proxy-read-timeout"), "form": "seconds", "default": "60"},
			"grpc_send_timeout": {"annotation": _ingress_nginx("proxy-send-timeout"), "form": "seconds", "default": "60"},
		}},
		"NG212": {"Ingress": {"annotation": _ingress_nginx("proxy-connect-timeout"), "form": "seconds", "default": "5"}},
		"NG214": {"Ingress": {"annotation": _ingress_nginx("connection-proxy-header"), "form": "value"}},
		"NG301": {"ConfigMap": {"data": "client-body-timeout", "form": "seconds", "default": "60"}},
		"NG302": {"Ingress": {"annotation": _ingress_nginx("proxy-body-size"), "form": "value", "default": "1m"}},
		"NG303": {"ConfigMap": {"data": "enable-underscores-in-headers", "form": "fixed", "value": "true", "default": "false"}},
		"NG304": {"ConfigMap": {"data": "grpc-buffer-size-kb", "form": "said", "default": "0"}},
		"NG401": {"Ingress": {"annotation": _ingress_nginx("configuration-snippet"), "form": "snippet"}},
		"NG404": {"ConfigMap": {"data": "ssl-protocols", "form": "fixed", "value": "TLSv1.2 TLSv1.3", "default": "TLSv1.2 TLSv1.3"}},
		"NG405": {"Ingress": {"annotation": _ingress_nginx("configuration-snippet"), "form": "snippet"}},
	},
	"nginx-ingress-controller": {
		"NG101": {
			"Ingress": {"annotation": _controller("grpc-services"), "form": "said"},
			"VirtualServer": {"field": "spec.upstreams[].type", "form": "fixed", "value": "grpc"},
		},
		"NG104": {
			"Ingress": {"annotation": _controller("keepalive"), "form": "value"},
			"VirtualServer": {"field": "spec.upstreams[].keepalive", "form": "value"},
		},
		"NG105": {
			"Ingress": {"annotation": _controller("location-snippets"), "form": "snippet"},
			"VirtualServer": {"field": "spec.upstreams[].next-upstream", "form": "value", "default": "error timeout"},
		},
		"NG106": {
			"Ingress": {"annotation": _controller("proxy-read-timeout"), "form": "value", "default": "60s"},
			"VirtualServer": {"field": "spec.upstreams[].read-timeout", "form": "value", "default": "60s"},
		},
		"NG108": {"ConfigMap": {"data": "http-snippets", "form": "snippet"}},
		"NG109": {
			"Ingress": {"annotation": _controller("server-snippets"), "form": "snippet"},
			"VirtualServer": {"field": "spec.server-snippets", "form": "snippet"},
		},
		"NG201": {"ConfigMap": {"data": "http2", "form": "fixed", "value": "true", "default": "false"}},
		"NG205": {
			"Ingress": {"annotation": _controller("max-fails"), "form": "fixed", "value": "0", "default": "1"},
			"VirtualServer": {"field": "spec.upstreams[].max-fails", "form": "fixed", "value": "0", "default": "1"},
		},
		"NG211": {
			"Ingress": {
				"grpc_connect_timeout": {"annotation": _controller("proxy-connect-timeout"), "form": "value", "default": "60s"},
				"grpc_read_timeout": {"annotation": _controller("proxy-read-timeout"), "form": "value", "default": "60s"},
				"grpc_send_timeout": {"annotation": _controller("proxy-send-timeout"), "form": "value", "default": "60s"},
			},
			"VirtualServer": {
				"grpc_connect_timeout": {"field": "spec.upstreams[].connect-timeout", "form": "value", "default": "60s"},
				"grpc_read_timeout": {"field": "spec.upstreams[].read-timeout", "form": "value", "default": "60s"},
				"grpc_send_timeout": {"field": "spec.upstreams[].send-timeout", "form": "value", "default": "60s"},
			},
		},
		"NG212": {
			"Ingress": {"annotation": _controller("proxy-connect-timeout"), "form": "value", "default": "60s"},
			"VirtualServer": {"field": "spec.upstreams[].connect-timeout", "form": "value", "default": "60s"},
		},
		"NG301": {
			"Ingress": {"annotation": _controller("server-snippets"), "form": "snippet"},
			"VirtualServer": {"field": "spec.server-snippets", "form": "snippet"},
		},
		"NG302": {
			"Ingress": {"annotation": _controller("location-snippets"), "form": "snippet"},
			"VirtualServer": {"field": "spec.upstreams[].client-max-body-size", "form": "value", "default": "1m"},
		},
		"NG303": {"ConfigMap": {"data": "http-snippets", "form": "snippet"}},
		"NG304": {
			"Ingress": {"annotation": _controller("proxy-buffer-size"), "form": "value"},
			"VirtualServer": {"field": "spec.upstreams[].buffer-size", "form": "value"},
		},
		"NG401": {"VirtualServer": {"field": "spec.policies: a Policy with egressMTLS.verifyServer", "form": "said"}},
		"NG404": {"ConfigMap": {"data": "ssl-protocols", "form": "fixed", "value": "TLSv1.2 TLSv1.3"}},
		"NG405": {"VirtualServer": {"field": "spec.policies: a Policy with egressMTLS.serverName and sslName", "form": "said"}},
	},
	"nginx-gateway-fabric": {
		"NG101": {"": {"field": "a GRPCRoute in place of the HTTPRoute", "form": "said"}},
		"NG103": {"": {"field": "UpstreamSettingsPolicy: spec.keepAlive.timeout", "form": "value"}},
		"NG104": {"": {"field": "UpstreamSettingsPolicy: spec.keepAlive.connections", "form": "value", "default": "32"}},
		"NG105": {"": {"field": "SnippetsFilter: http.server.location", "form": "snippet"}},
		"NG106": {"": {"field": "SnippetsFilter: http.server.location", "form": "snippet"}},
		"NG108": {"": {"field": "SnippetsPolicy: http", "form": "snippet"}},
		"NG109": {"": {"field": "SnippetsFilter: http.server and http.server.location", "form": "snippet"}},
		"NG110": {"": {"field": "SnippetsFilter: http.server and http.server.location", "form": "snippet"}},
		"NG201": {"": {"field": "NginxProxy: spec.disableHTTP2", "form": "fixed", "value": "false", "default": "false"}},
		"NG203": {"": {"field": "UpstreamSettingsPolicy: spec.keepAlive.time", "form": "value"}},
		"NG210": {"": {"field": "the ProxySettingsPolicy or filter: take it off the GRPCRoute", "form": "said"}},
		"NG211": {"": {"field": "SnippetsFilter: http.server.location", "form": "snippet"}},
		"NG212": {"": {"field": "SnippetsFilter: http.server.location", "form": "snippet"}},
		"NG301": {"": {"field": "ClientSettingsPolicy: spec.body.timeout", "form": "value"}},
		"NG302": {"": {"field": "ClientSettingsPolicy: spec.body.maxSize", "form": "value"}},
		"NG303": {"": {"field": "SnippetsFilter: http.server", "form": "snippet"}},
		"NG304": {"": {"field": "SnippetsFilter: http.server.location", "form": "snippet"}},
		"NG401": {"": {"field": "BackendTLSPolicy", "form": "said"}},
		"NG405": {"": {"field": "BackendTLSPolicy: spec.validation.hostname", "form": "said"}},
	},
}

# instead of a finding's own fix, the knob that makes the controller write it: the object is to be
# changed, and no text here. Of nginx's lines that the user wrote, in a snippet, their own fix is.
# Undefined where nobody but the user wrote the text.
instead(finding, owner) := object.filter(finding, {"fix", "remedy"}) if {
	_in_snippets(finding.fix.edits)
} else := {"fix": _fix(finding, owner, remedy), "remedy": remedy} if {
	rules := table[input.controller]
	remedy := _remedy(rules, finding, owner)
}

_fix(finding, owner, remedy) := {"applicability": "unsafe", "why": _why(finding, edit), "edits": [edit]} if {
	input.source.kind == "manifest"
	finding.fix.applicability != "manual"
	edit := _edit(_knob(table[input.controller], finding, owner), finding, owner)
} else := {"applicability": "manual", "why": remedy, "edits": []}

# _edit of the object itself. A snippet in an annotation has to be allowed, so that somebody decides.
_edit(knob, finding, owner) := fix.extending(config_map, knob.data, _lines(finding)) if {
	knob.form == "snippet"
	config_map := _config_map
} else := fix.saying(config_map, knob.data, _bare(knob, finding)) if {
	knob.data
	config_map := _config_map
} else := fix.saying(owner, knob.annotation, _bare(knob, finding))

_config_map := input.objects.config_map if input.objects.config_map.kind != ""

_lines(finding) := fix.remedy({"applicability": "safe", "why": "", "edits": finding.fix.edits})

_bare(knob, finding) := trim(_value(knob, finding), "\"") if knob.form != "snippet"

_why(finding, edit) := concat("", [reason, "it holds for all Ingresses of the controller"]) if {
	edit.owner.kind == "ConfigMap"
	reason := concat("", [part | some part in [finding.fix.why, "; "]; finding.fix.why != ""])
} else := finding.fix.why if {
	finding.fix.why != ""
} else := "it holds for all paths of the Ingress"

_in_snippets(edits) if {
	input.source.kind == "manifest"
	count(edits) > 0
	every edit in edits {
		_snippets[_place(edit).key]
	}
}

_place(edit) := edit["in"] if {
	edit["in"]
} else := edit.at

_snippets contains _ingress_nginx(name) if some name in ["configuration-snippet", "server-snippet"]

_snippets contains name if some name in ["http-snippet", "location-snippet", "server-snippet"]

_remedy(rules, finding, owner) := concat("", [_named(knob, owner), _label(knob), _separator(value), value]) if {
	knob := _knob(rules, finding, owner)
	value := _value(knob, finding)
} else := concat("", [_named(knob, owner), _label(knob), _default(knob)]) if {
	knob := _knob(rules, finding, owner)
} else := concat("", [
	"no annotation or key of ", input.controller, " says this; ",
	"if a snippet does, change the snippet",
])

# The key of the ConfigMap that is at fault: where it makes a header of the template's wrong, and
# where it says for all what no Ingress is there to say.
_knob(rules, finding, owner) := knob if {
	finding.id == "NG214"
	knob := _keys[input.controller].NG214[finding.key]
} else := knob if {
	owner.kind == ""
	knob := _keys[input.controller][finding.id][finding.key]
} else := knob if {
	knob := rules[finding.id][owner.kind][finding.directive]
	is_object(knob)
} else := knob if {
	knob := rules[finding.id][owner.kind]
	knob.form
} else := rules[finding.id].ConfigMap

# _keys: those keys of the ConfigMap that say for all what an annotation says for one Ingress, by
# controller and rule; and the one that makes a header of the template's wrong.
_keys := {"ingress-nginx": {
	"NG106": _same("proxy-read-timeout", "seconds"),
	"NG211": object.union_n([
		_same("proxy-connect-timeout", "seconds"),
		_same("proxy-read-timeout", "seconds"),
		_same("proxy-send-timeout", "seconds"),
	]),
	"NG212": _same("proxy-connect-timeout", "seconds"),
	"NG214": {"upstream-keepalive-connections": {"data": "upstream-keepalive-connections", "form": "fixed", "value": `"320"`}},
	"NG302": _same("proxy-body-size", "value"),
}}

_same(key, form) := {key: {"data": key, "form": form}}

_value(knob, finding) := knob.value if {
	knob.form == "fixed"
} else := value if {
	knob.form == "seconds"
	ms := units.milliseconds(_argument(finding.fix.edits))
	value := concat("", ["\"", format_int(ceil(ms / 1000), 10), "\""])
} else := value if {
	knob.form == "value"
	value := _argument(finding.fix.edits)
} else := finding.remedy if {
	knob.form == "snippet"
	count(finding.fix.edits) > 0
}

# _argument: the value in the first line that is written.
_argument(edits) := [concat(" ", edit.args) | some edit in edits; edit.op in {"set", "replace"}; count(edit.args) > 0][0]

_named(knob, owner) := concat("", ["ConfigMap of ", input.controller, ": "]) if {
	knob.data
} else := concat("", [owner.kind, " ", owner.namespace, "/", owner.name, ": "]) if {
	owner.kind != ""
} else := ""

_label(knob) := knob.annotation if {
	knob.annotation
} else := knob.data if {
	knob.data
} else := knob.field

# Lines of nginx stand in a block scalar.
_separator(value) := ": |\n" if {
	contains(value, "\n")
} else := ": "

_default(knob) := concat("", [" (default: ", knob["default"], ")"]) if {
	knob["default"]
} else := ""
