package nginx.grpc.lib.settings_test

import data.nginx.grpc.lib.settings

_silences := {"grpc": {"upstreams": {"a": {"longest_silence": "5m"}, "b": {"longest_silence": "10m"}}}}

# Calls that may go to either wait for the slower of them.
test_longest_silence_of_several if {
	every names in [["a", "b"], ["b", "a"], ["b", "c"]] {
		silence := settings.longest_silence(names) with data.nginx_grpc as _silences
		silence == {"ms": 600000, "text": "10m", "given": true}
	}
}
