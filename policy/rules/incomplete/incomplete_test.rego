package nginx.grpc.rules.incomplete_test

import data.nginx.grpc.rules.incomplete
import data.nginx.grpc.testing as t

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_does_not_matter := object.union(_unread, {"gaps": [object.union(t.unread.gaps[0], {"matters": false})]})

_fragment := object.union(t.one_location(t.behind_gap(t.pass("/", {}))), t.fragment)

_complete := t.one_location(t.pass("/", {}))

test_an_include_that_matters if {
	found := incomplete.findings with input as _unread
	t.faults(found) == {"include conf.d/limits.conf was not read (no such file), and a gRPC location depends on it"}
	t.places(found) == {5}
	t.levels(found, "evidence") == {"deny"}
}

test_what_does_not_matter if {
	t.is_clean(incomplete.findings) with input as _does_not_matter
	t.is_clean(incomplete.findings) with input as _fragment
	t.is_clean(incomplete.findings) with input as _complete
}
