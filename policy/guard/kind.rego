# METADATA
# title: Kinds of values
# description: The checks of single values that the generated guards share.
package nginx.grpc.guard.kind

whole(x, least) if {
	is_number(x)
	x >= least
	floor(x) == x
}

between(x, least, most) if {
	whole(x, least)
	x <= most
}

matches(pattern, x) if {
	is_string(x)
	regex.match(pattern, x)
}

item(field, i, inner) := trim_suffix(concat("", [field, "[", format_int(i, 10), "].", inner]), ".")

path(at, key) := trim_suffix(trim_prefix(concat(".", [at, key]), "."), ".")
