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

has(x, field) if _ = x[field]

# read_or_unresolved: a setting has what its text means, or says that this is not known.
read_or_unresolved(x, reading) if {
	has(x, reading)
	not has(x, "unresolved")
} else if {
	has(x, "unresolved")
	not has(x, reading)
}

# Not by way of `whole`: a call within a call would be a fourteenth of the guard's time in OPA.
natural(x) if {
	is_number(x)
	x >= _zero
	floor(x) == x
}

natural_if_said(x) if {
	x == absent
} else if {
	natural(x)
}

positive(x) if {
	is_number(x)
	x >= _one
	floor(x) == x
}

# Rules, for a number in a function is made anew at each call in WebAssembly.
_zero := 0

_one := 1

# absent: what a field is taken for that is not there. No document can hold a set.
absent := set()

item(field, i, inner) := trim_suffix(concat("", [field, "[", format_int(i, 10), "].", inner]), ".")

path(at, key) := trim_suffix(trim_prefix(concat(".", [at, key]), "."), ".")
