# METADATA
# title: Rules
# description: >-
#   One package for each rule. `about` says what the rule is, from the package's METADATA;
#   `findings` says what it found. Levels, settings and waivers are no business of a rule.
# scope: subpackages
# schemas:
#   - input: schema["document.schema"]
package nginx.grpc.rules
