# METADATA
# title: Library
# description: What the rules share. Everything here expects a document that the guard has passed.
# scope: subpackages
# schemas:
#   - input: schema["document.schema"]
package nginx.grpc.lib
