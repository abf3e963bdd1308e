# METADATA
# title: What a decision log may hold
# description: The verdict and the rules' ids; nothing of the configuration.
package system.log

mask contains "/input"

mask contains {"op": "upsert", "path": "/result", "value": {
	"allow": object.get(input, ["result", "allow"], null),
	"deny": {finding.id | some finding in object.get(input, ["result", "deny"], [])},
	"warn": {finding.id | some finding in object.get(input, ["result", "warn"], [])},
}}
