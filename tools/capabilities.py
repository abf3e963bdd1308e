"""Writes tools/capabilities.json: what the policy may use so that it runs alike in every engine.

That is what conftest's OPA knows, less every built-in that OPA's WebAssembly target lacks.
`opa check --capabilities` holds the policy to it; `make capabilities` makes it anew for another OPA
or conftest.
"""

import json
import pathlib
import subprocess

# conftest 0.71.1 embeds this OPA; it is the oldest engine that the policy runs in.
OLDEST_OPA = "v1.21.1"

# The keys of `builtinsFunctions` in internal/compiler/wasm/wasm.go of OPA 1.22.4; no command lists
# them.
WEBASSEMBLY = """
    abs all and any array.concat array.flatten array.reverse array.slice assign base64.decode
    base64.encode base64.is_valid base64url.decode base64url.encode bits.and bits.lsh
    bits.negate bits.or bits.rsh bits.xor ceil concat contains count div endswith eq equal floor
    format_int glob.match graph.reachable gt gte indexof internal.member_2 internal.member_3
    internal.template_string intersection is_array is_boolean is_null is_number is_object is_set
    is_string json.filter json.is_valid json.marshal json.remove json.unmarshal lower lt lte max
    min minus mul neq net.cidr_contains net.cidr_intersects net.cidr_overlap numbers.range
    object.filter object.get object.keys object.remove object.union object.union_n or plus
    product re_match regex.find_all_string_submatch_n regex.is_valid regex.match rem replace
    round set_diff sort split startswith strings.replace_n strings.reverse substring sum
    to_number trim trim_left trim_prefix trim_right trim_space trim_suffix type_name union upper
    walk
"""

# The compiler replaces rego.metadata.* by constants. The embedded engine provides time.now_ns.
BESIDE = ["internal.print", "rego.metadata.chain", "rego.metadata.rule", "time.now_ns"]

TARGET = pathlib.Path(__file__).with_name("capabilities.json")


def main() -> None:
    listed = subprocess.run(
        ["opa", "capabilities", "--version", OLDEST_OPA], check=True, capture_output=True
    )
    capabilities = json.loads(listed.stdout)
    allowed = {*WEBASSEMBLY.split(), *BESIDE}
    capabilities["builtins"] = [b for b in capabilities["builtins"] if b["name"] in allowed]
    unknown = allowed - {b["name"] for b in capabilities["builtins"]}
    if unknown:
        raise SystemExit(f"capabilities.py: OPA {OLDEST_OPA} has no {', '.join(sorted(unknown))}")
    TARGET.write_text(json.dumps(capabilities, indent=1) + "\n")


if __name__ == "__main__":
    main()
