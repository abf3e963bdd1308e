package nginx.grpc.lib.page_edits_test

import data.nginx.grpc.lib.page_edits
import data.nginx.grpc.testing as t

# Where nginx looks for a file, which it does for a request that no location takes, these come of it.
test_statuses_of_files if {
	one_service := t.document([t.server([t.pass("/s/", {})], {})], [t.greeter])
	every status in {400, 403, 404, 405, 413, 414, 416, 500} {
		not page_edits.carries_grpc_alone(0, {status}) with input as one_service
	}
	every status in {429, 502, 503, 504} {
		page_edits.carries_grpc_alone(0, {status}) with input as one_service
	}
}

test_what_takes_all_leaves_no_files if {
	every modifier in {"", "^~"} {
		all := t.document([t.server([t.pass("/", {"modifier": modifier})], {})], [t.greeter])
		page_edits.carries_grpc_alone(0, {404}) with input as all
	}
	exact := t.document([t.server([t.pass("/", {"modifier": "="})], {})], [t.greeter])
	not page_edits.carries_grpc_alone(0, {404}) with input as exact
}
