# METADATA
# title: Defaults of nginx
# description: >-
#   What holds where the configuration says nothing. They are the same in every version that the
#   rules speak of, but for the upstream pool, which is in `pool`.
package nginx.grpc.lib.defaults

value := {
	"grpc_connect_timeout": {"value": 60000, "text": "60s"},
	"grpc_read_timeout": {"value": 60000, "text": "60s"},
	"grpc_send_timeout": {"value": 60000, "text": "60s"},
	"grpc_next_upstream": {"value": "error timeout", "text": "error timeout"},
	"grpc_next_upstream_tries": {"value": 0, "text": "0"},
	"grpc_intercept_errors": {"value": false, "text": "off"},
	"recursive_error_pages": {"value": false, "text": "off"},
	"grpc_buffer_size": {"value": 4096, "text": "4k"},
	"grpc_ssl_verify": {"value": false, "text": "off"},
	"grpc_ssl_server_name": {"value": false, "text": "off"},
	"grpc_ssl_protocols": {"value": "", "text": "not said"},
	"grpc_web": {"value": false, "text": "off"},
	"client_body_timeout": {"value": 60000, "text": "60s"},
	"client_header_timeout": {"value": 60000, "text": "60s"},
	"send_timeout": {"value": 60000, "text": "60s"},
	"http2_max_concurrent_streams": {"value": 128, "text": "128"},
	"max_headers": {"value": 1000, "text": "1000"},
	"client_max_body_size": {"value": 1048576, "text": "1m"},
	"proxy_http_version": {"value": "1.0 or 1.1", "text": "1.0 or 1.1"},
	"proxy_pass_trailers": {"value": false, "text": "off"},
	"default_type": {"value": "text/plain", "text": "text/plain"},
	"resolver": {"value": "", "text": "none"},
	"ssl_protocols": {"value": "", "text": "not said"},
	"underscores_in_headers": {"value": false, "text": "off"},
	"ignore_invalid_headers": {"value": true, "text": "on"},
	"client_header_buffer_size": {"value": 1024, "text": "1k"},
	"large_client_header_buffers": {"value": "4 8k", "text": "4 8k"},
	"keepalive_timeout": {"value": 60000, "text": "60s"},
	"keepalive_time": {"value": 3600000, "text": "1h"},
	"keepalive_requests": {"value": 1000, "text": "1000"},
	"keepalive": {"value": 0, "text": "none"},
}
