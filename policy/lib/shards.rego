# METADATA
# title: Shards
# description: >-
#   A large configuration comes in shards: documents with some of its servers each and what these
#   refer to. The last has no servers; it is judged with what the others came to, and only then is
#   the whole.
package nginx.grpc.lib.shards

# whole: the input is all of a configuration, or the last shard with all the others before it.
whole if {
	not input.shard
} else if {
	input.shard.last
	count(input.shard.before) == input.shard.number - 1
	numbers := {part.number | some part in input.shard.before; part.entry == input.source.entry}
	count(numbers) == input.shard.number - 1
	every number in numbers {
		number < input.shard.number
	}
}

# before: of what the other shards came to, all of this name.
before(name) := {item | some part in input.shard.before; some item in part[name]}
