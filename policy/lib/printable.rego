# METADATA
# title: Text for a terminal
# description: >-
#   conftest prints a message as it is. What a configuration can bring into one and a terminal would
#   obey or not show is written as \u001b.
package nginx.grpc.lib.printable

line(text) := text if {
	not regex.match(`[\x00-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]`, text)
} else := strings.replace_n(_escapes, text)

_escapes := {json.unmarshal(concat("", [`"`, escape, `"`])): escape |
	some range in [[0, 31], [127, 159], [8203, 8207], [8232, 8238], [8288, 8303], [65279, 65279]]
	some number in numbers.range(range[0], range[1])
	digits := format_int(number, 16)
	escape := concat("", [`\u`, substring("0000", 0, 4 - count(digits)), digits])
}
