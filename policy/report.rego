# METADATA
# title: Report
# description: >-
#   One warning that carries the whole decision, for an engine that shows only warnings and
#   failures: so waived findings and the rules that ran get through conftest too.
package nginx.grpc.report

warn contains {"msg": "decision", "decision": data.nginx.grpc.decision}
